// What if: the knobs that act without a new run, and what they change in the set of blocked addresses.

import { $, el, fold, number, settled } from "./dom.js";
import { knobForm } from "./settings.js";

/** `apply` decides anew with settings and gives the difference; null where no knob acts at once. */
export function openWhatIf(glue, catalog, apply) {
  const groups = catalog.knobs.filter(({ live }) => live);
  const section = $("#whatif");
  if (groups.length === 0) {
    section.hidden = true;
    return null;
  }
  const change = el("div", { class: "change", role: "status" });
  let base = {};
  const act = settled(60, async (own) => {
    const moved = JSON.stringify(own) !== JSON.stringify(complete(mine(base)));
    show(change, await apply({ ...base, ...own }), moved ? reset : null);
  });
  let wrong = [];
  const form = knobForm(glue, groups, (own, sound, faults) => {
    wrong = faults;
    if (sound) act(complete(own));
  }, { slider: true, titles: false });
  const live = new Set(form.controls.map(({ key }) => key));
  /** Every live knob named: one put back to its default must override the run's own value. */
  const complete = (own) => Object.fromEntries(form.controls.map((one) => [one.key, own[one.key] ?? one.initial]));
  const mine = (settings) => Object.fromEntries(Object.entries(settings).filter(([key]) => live.has(key)));
  const reset = () => form.write(mine(base));
  section.replaceChildren(el("h2", { id: "whatif-title" }, "What if"),
    el("p", { class: "quiet" }, "These act at once on everything below and on every download, without running again."),
    el("div", { class: "live" }, form.sections), change);
  const list = form.controls.find(({ kind }) => kind === "networks");
  return {
    /** The settings the run was made with. */
    begin(settings) {
      base = settings;
      wrong = [];
      for (const one of form.controls) one.set(mine(base)[one.key] ?? one.initial);
      for (const one of form.controls) one.complain("");
      show(change, null, null);
    },
    /** What of the form does not stand as typed; the page then shows the last settings that did. */
    faults: () => wrong,
    /** Puts an address on the list of networks, where there is one. */
    allow: list ? (address) => {
      if (!list.value().includes(address)) list.set([...list.value(), address]);
      form.check();
    } : null,
  };
}

/** The difference in words; `reset`, where there is something to take back. */
function show(into, difference, reset) {
  const { before, after, added, removed, added_count: more, removed_count: fewer } = difference ?? { added_count: 0, removed_count: 0 };
  const names = (title, list, count) => (count ? fold(`${title} ${number(count)}`,
    el("p", { class: "names" }, list.join(", "), count > list.length ? ` and ${number(count - list.length)} more` : "")) : null);
  const changed = more + fewer > 0;
  const sentence = changed
    ? `${number(after)} to block instead of ${number(before)}: ${number(more)} added, ${number(fewer)} removed.`
    : "What is to be blocked is as the run decided.";
  const back = reset && el("p", { class: "buttons" },
    el("button", { type: "button", class: "small", on: { click: reset } }, "Back to the run's own settings"));
  into.replaceChildren(...[
    el("p", { class: changed ? null : "quiet" }, changed ? el("strong", null, sentence) : sentence),
    names("Added", added, more), names("Removed", removed, fewer), back,
  ].filter(Boolean));
}
