// What ran and what could not, what was rejected, what was withheld.

import { $, el, fold, number, plainTable } from "./dom.js";

const column = (title, numeric = false) => ({ title, numeric });

/** What ran. */
export function showRuns({ runs }) {
  const item = (run) => el("li", { data: { status: run.status } },
    el("div", { class: "run" }, el("strong", null, run.title), el("span", { class: "chip", data: { status: run.status } }, run.outcome)),
    run.detail ? el("p", null, run.detail) : null,
    run.help || run.limits ? fold("What it looks for, and its limits", el("p", null, run.help), el("p", { class: "quiet" }, run.limits)) : null);
  $("#ran > div").replaceChildren(el("ul", { class: "runs" }, runs.map(item)));
}

/** Rejected rows and withheld addresses. */
export function showLeftOut({ rejected, withheld, withheld_count: count, surroundings }) {
  const more = (shown, all) => (shown < all ? el("p", { class: "quiet" }, `The first ${number(shown)} of ${number(all)}.`) : null);
  const rows = rejected.total === 0 ? el("p", { class: "quiet" }, "No row was rejected.") : [
    plainTable("Rejected rows by reason", [column("File"), column("Reason"), column("Rows", true)], rejected.reasons),
    fold("Which rows", more(rejected.rows.length, rejected.total),
      plainTable("Rejected rows", [column("File"), column("Row", true), column("Byte", true), column("Reason")], rejected.rows)),
  ];
  const held = count === 0 ? el("p", { class: "quiet" }, "No address was withheld from blocking.") : [
    more(withheld.length, count), plainTable("Withheld addresses", [column("Address"), column("Why it is not blocked")], withheld),
  ];
  const own = el("ul", { class: "quiet" }, surroundings.map(([title, addresses]) => el("li", null, `${title}: ${addresses}.`)));
  $("#left-out > div").replaceChildren(el("div", null, el("h3", null, "Rejected rows"), rows), el("div", null, el("h3", null, "Withheld from blocking"), held, own));
}
