// The alert: shown as it would go, and three ways out. Nothing goes without a press.

import { $, el, problems } from "./dom.js";
import { Cancelled } from "./engine.js";
import { save } from "./downloads.js";
import { relay } from "./seal.js";

const LEVELS = [
  ["full", "Full: addresses and evidence"],
  ["pseudonyms", "Pseudonyms: address 1, address 2 …"],
  ["counts", "Counts only"],
];

/** A relay that says nothing for this long counts as unreachable; it answers in milliseconds. */
const PATIENCE = 20_000;

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** What an answer means and what to do, by its status: `[outcome, sentence]`. */
function meaning(status, wait, reason) {
  const because = reason ? ` (${reason})` : "";
  if (status === 202) return ["accepted", "Accepted: the relay has stored the alert and delivers it by mail. Nothing more to do; pressing again sends no second mail."];
  if (status === 401) return ["denied", "Denied: the token is missing or wrong. Enter the token from the relay's configuration."];
  if (status === 403) return ["denied", `Denied: the relay does not serve this page or this address of itself${because}. Have ${location.origin} put on its list of origins and ${new URL(relay).host} on its list of hosts.`];
  if (status === 413) return ["refused", `Refused: the alert is longer than the relay takes${because}. It was not sent. Choose another redaction level, or take the .eml file.`];
  // A proxy before the relay answers 502 or 504 where the relay itself is down.
  if (status === 429 || status >= 500) {
    const when = wait ? `in ${wait} seconds` : "in a minute";
    const what = status === 429 ? "Too many alerts at once" : `The relay cannot take the alert now${because}`;
    return ["limited", `${what}: it was not sent. Press again ${when}.`];
  }
  return ["refused", `Refused: the relay does not take this alert (${status}${reason ? `, ${reason}` : ""}). It was not sent. Choose another redaction level, or take the .eml file.`];
}

const UNREACHABLE = ["unreachable", `Unreachable: there is no answer from ${relay} that this page may read. Check that the relay runs, and that ${location.origin} is on its list of origins. If the alert was sent all the same, pressing again sends no second mail.`];

/** Posts a letter; gives `[outcome, sentence]`. */
async function post({ subject, body, key }, token) {
  if (!/^[\x21-\x7e]+$/.test(token)) return meaning(401);
  let answer;
  try {
    answer = await fetch(`${relay}/alert`, {
      method: "POST", mode: "cors", credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ subject, body }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return UNREACHABLE;
  }
  const { reason } = await answer.json().catch(() => ({}));
  const wait = Number.parseInt(answer.headers.get("Retry-After"), 10);
  return meaning(answer.status, wait, typeof reason === "string" ? reason : "");
}

export function openAlert(engine) {
  const level = el("select", { id: "alert-level", on: { change: () => refresh() } },
    LEVELS.map(([value, text]) => el("option", { value }, text)));
  const subject = el("p", { id: "alert-subject", class: "letter" });
  const body = el("pre", { id: "alert-body", class: "letter", tabindex: "0" });
  const mail = el("a", { id: "alert-mail", class: "button" }, "Open in the mail program");
  const cut = el("p", { class: "quiet", hidden: true }, "It is longer than mail programs take from a link: there the end is cut, and says so. The .eml file has it whole.");
  const file = el("button", { type: "button", id: "alert-eml", on: { click: () => letter && save("alert.eml", "message/rfc822", [letter.eml]) } }, "Save as .eml");
  const told = el("p", { id: "alert-outcome", role: "status" });
  const token = el("input", { type: "password", id: "alert-token", autocomplete: "off", spellcheck: "false" });
  const send = el("button", { type: "button", id: "alert-send", class: "primary", on: { click: press } }, `Send through ${relay}`);
  let [letter, version] = [null, 0];

  /** Composes anew. What is shown and what goes are one object: while a new one is made, nothing can go. */
  async function refresh() {
    version += 1;
    const mine = version;
    show(null);
    try {
      const made = await engine.call("alert", [level.value, nowSeconds()]);
      if (mine === version) show(made);
    } catch (error) {
      if (mine === version && !(error instanceof Cancelled)) problems([`The alert could not be written: ${error.message}`]);
    }
  }

  function show(made) {
    letter = made;
    subject.textContent = made?.subject ?? "";
    body.textContent = made?.body ?? "";
    cut.hidden = !made?.mailto_cut;
    if (made) mail.setAttribute("href", made.mailto);
    else mail.removeAttribute("href");
    file.disabled = !made;
    send.disabled = !made;
    tell("", "");
  }

  function tell(outcome, sentence) {
    told.dataset.outcome = outcome;
    told.textContent = sentence;
  }

  async function press() {
    const sent = letter;
    if (!sent) return;
    send.disabled = true;
    tell("sending", "Sending …");
    const [outcome, sentence] = await post(sent, token.value);
    // Another letter is shown by now: the answer is to the one before.
    if (sent !== letter) { told.textContent = `The alert shown before: ${sentence}`; return; }
    send.disabled = false;
    tell(outcome, sentence);
  }

  $("#alert > div").replaceChildren(...[
    el("p", { class: "quiet" }, "Subject and text go exactly as they stand here, and only when you press."),
    el("p", null, el("label", { for: "alert-level" }, "How much it tells "), level),
    el("h3", null, "Subject"), subject, el("h3", null, "Text"), body,
    el("p", { class: "buttons" }, mail, file), cut,
    relay && el("p", { class: "buttons" }, el("label", { for: "alert-token" }, "Token of the relay "), token, send),
    relay && el("p", { class: "quiet" }, "The relay's configuration says who gets the mail. The token is not stored."),
    told,
  ].filter(Boolean));

  return {
    refresh,
    /** Another analysis: what was typed for the last one goes. */
    begin() {
      token.value = "";
      return refresh();
    },
  };
}
