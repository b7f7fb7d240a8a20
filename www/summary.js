// The headline, its numbers, and what they were read from.

import { $, el, fold } from "./dom.js";

/** `pick` is called with the filter of a number that the table can show. */
export function showSummary(summary, pick) {
  $("#headline").textContent = summary.headline;
  $("#figures").replaceChildren(...summary.figures.map((figure) => tile(figure, pick)));
}

function tile({ label, value, note, tone, filter }, pick) {
  const inside = [
    el("span", { class: "label" }, label), el("span", { class: "value" }, value), el("span", { class: "note" }, note),
  ];
  if (!filter) return el("div", { class: "figure" }, inside);
  return el("button", { type: "button", class: "figure", data: { tone }, title: "Show these in the table", on: { click: () => pick(filter) } }, inside);
}

export function showInputs(summary) {
  const inputs = summary.inputs.map(({ name, facts, sha256, notes }) => el("li", null,
    el("span", { class: "name" }, name), " ", el("span", { class: "quiet" }, facts),
    fold("How it was read", notes.map((note) => el("p", null, note)), el("p", { class: "quiet hash" }, `SHA-256 ${sha256}`))));
  const databases = summary.databases.map(({ name, facts, warning }) => el("li", null,
    el("span", { class: "name" }, name), " ", el("span", { class: "quiet" }, facts),
    warning ? el("p", { class: "warning" }, warning) : null));
  const none = el("li", { class: "quiet" }, "No GeoIP database: places and networks are unknown.");
  $("#read").replaceChildren(el("ul", { "aria-label": "Files read" }, inputs, databases.length ? databases : none));
}
