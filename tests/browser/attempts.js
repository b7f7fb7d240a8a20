// Every way we know by which a script could send something: (target) tries each, and throws nothing.
// A test runs it in a page without a seal, where each must arrive, and in the sealed page and its workers.
(target) => {
  const element = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
  const form = (action) => {
    element("iframe", { name: "form-target" });
    element("form", { id: "leak", action, target: "form-target" });
    document.querySelector("#leak").submit();
  };
  const anywhere = {
    fetch: (url) => fetch(url, { mode: "no-cors" }),
    post: (url) => fetch(url, { method: "POST", mode: "no-cors", body: "rows", keepalive: true }),
    xhr: (url) => {
      const request = new XMLHttpRequest();
      request.open("GET", url);
      request.send();
    },
    websocket: (url) => new WebSocket(url.replace("http", "ws")),
    eventsource: (url) => new EventSource(url),
    import: (url) => import(url),
  };
  const inPage = {
    beacon: (url) => navigator.sendBeacon(url, "rows"),
    image: (url) => (new Image().src = url),
    audio: (url) => new Audio(url).load(),
    script: (url) => element("script", { src: url }),
    stylesheet: (url) => element("link", { rel: "stylesheet", href: url }),
    prefetch: (url) => element("link", { rel: "prefetch", href: url }),
    preload: (url) => element("link", { rel: "modulepreload", href: url }),
    iframe: (url) => element("iframe", { src: url }),
    object: (url) => element("object", { data: url }),
    background: (url) => (document.body.style.backgroundImage = `url(${url})`),
    form,
  };
  const inWorker = { importScripts: (url) => importScripts(url) };
  const ways = { ...anywhere, ...(globalThis.document ? inPage : inWorker) };
  for (const [name, go] of Object.entries(ways)) {
    try {
      Promise.resolve(go(`${target}${name}`)).catch(() => {});
    } catch {
      // Refused at once; whether anything arrived is for the server to say.
    }
  }
  return Object.keys(ways);
}
