// One address: what is known of it, its ledger, its rows.

import { $, el, facts, number, plainTable } from "./dom.js";

const ROWS = 100;

/** `allow` puts the address on the allow list; null where there is no such list. */
export function openDetails(engine, allow) {
  const panel = $("#details");
  let shown = null;
  let opener = null;

  async function show(address, from) {
    shown = address;
    opener = from ?? opener;
    const host = await engine.call("host", [address]);
    if (shown !== address || !host) return;
    const [title, close] = heading(host);
    const rows = el("div", { class: "rows" });
    panel.replaceChildren(title, verdict(host), facts(host.facts), actions(host), ledger(host),
      el("h4", null, "Rows"), rows);
    panel.hidden = false;
    close.addEventListener("click", hide);
    if (from) title.querySelector("h3").focus({ preventScroll: matchMedia("(min-width: 1100px)").matches });
    await page(address, rows, 0);
  }

  function hide() {
    panel.hidden = true;
    shown = null;
    opener?.();
  }

  function actions({ address, tone }) {
    if (!allow) return null;
    const press = () => allow(address);
    return el("p", { class: "buttons" }, el("button", { type: "button", class: "small", on: { click: press } },
      tone === "ignore" ? "Put on the allow list" : "Put on the allow list and decide again"));
  }

  async function page(address, into, offset) {
    const answer = await engine.call("hostRows", [address, offset, ROWS]);
    if (shown !== address) return;
    const last = Math.min(offset + ROWS, answer.total);
    const turn = (label, to, can) => el("button", { type: "button", class: "small", disabled: !can, on: { click: () => page(address, into, to) } }, label);
    into.replaceChildren(
      el("p", { class: "quiet" }, answer.total ? `${number(offset + 1)} to ${number(last)} of ${number(answer.total)}, as source or destination` : "It occurs in no row."),
      plainTable(`Rows of ${address}`, answer.columns, answer.rows),
      answer.total > ROWS ? el("p", { class: "buttons" }, turn("Earlier rows", offset - ROWS, offset > 0), turn("Later rows", last, last < answer.total)) : "");
  }

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  return { show, hide, refresh: () => (shown ? show(shown, null) : null) };
}

function heading({ address }) {
  const close = el("button", { type: "button", class: "small" }, "Close");
  return [el("div", { class: "heading" }, el("h3", { tabindex: "-1" }, address), close), close];
}

function verdict({ risk, level, decision, tone, withheld }) {
  const bar = el("span", { class: "meter", "aria-hidden": "true" });
  bar.style.setProperty("--level", level);
  return el("div", { class: "verdict", data: { tone } },
    el("p", null, el("span", { class: "risk" }, risk), el("span", { class: "quiet" }, " of 100 "), el("span", { class: "chip", data: { tone } }, decision)),
    bar, withheld ? el("p", { class: "warning" }, `Not blocked: ${withheld}.`) : null);
}

function ledger({ ledger: entries, sum, families }) {
  const items = entries.map((entry) => el("li", { data: { severity: entry.severity } },
    el("div", { class: "entry" }, el("strong", null, entry.title), el("span", { class: "points" }, entry.points)),
    el("p", null, entry.summary), facts(entry.facts, "facts small")));
  return el("div", { class: "ledger" }, el("h4", null, "Why"), el("ol", null, items),
    families.length ? facts(families, "facts sum") : null, el("p", { class: "quiet" }, sum));
}
