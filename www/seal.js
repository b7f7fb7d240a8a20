// The seal: after this the browser refuses the page, and every worker it makes, any connection but one to the alert
// relay, where `cargo xtask build --relay` has named one.

/** The relay's origin, or nothing. Written by the build, and looked at again: it goes into a policy. */
export const relay = document.querySelector('meta[name="flowglass-relay"]')?.content ?? "";
if (relay && !/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(relay)) throw new Error("The alert relay this page names is no origin.");

/** What may still be connected to. */
const CONNECT = `connect-src ${relay || "'none'"};`;

/** Added to the base policy in index.html; policies only tighten. `'self'` is gone from script-src too: import() would reach the host. */
const LOCK = [
  "default-src 'none'",
  "script-src 'wasm-unsafe-eval' blob:",
  "worker-src blob:",
  "img-src blob: data:",
  "style-src-attr 'unsafe-inline'",
  CONNECT.slice(0, -1),
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

/** The one Trusted Types policy: the only script addresses are blobs the page made from text it has verified. */
const policy = globalThis.trustedTypes?.createPolicy("flowglass", {
  createScriptURL(url) {
    if (!url.startsWith("blob:")) throw new TypeError("only verified code runs here");
    return url;
  },
});

export const scriptUrl = (url) => (policy ? policy.createScriptURL(url) : url);

/** Locks the page, and proves it: a request that must be refused is refused by policy, not by chance. */
export async function lockDown() {
  const refused = new Promise((resolve, reject) => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // The base policy refuses it too: only the lock's own refusal counts.
      if (event.originalPolicy.includes(CONNECT)) resolve();
    });
    setTimeout(() => reject(new Error("This browser did not enforce the page's policy, so no file will be read.")), 3000);
  });
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = LOCK;
  document.head.append(meta);
  // An address without a server: nothing would leave even if a browser did not obey.
  fetch("data:,").catch(() => {});
  await refused;
  document.documentElement.dataset.sealed = "true";
}
