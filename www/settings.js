// Forms made from the catalogue: one control per knob, its fault beside it.

import { $, el } from "./dom.js";

let made = 0;

/** One knob's control. `value()` is what a settings file would hold. */
function control(knob, changed, slider) {
  const { range } = knob;
  made += 1;
  const id = `knob-${made}`;
  const shared = { id, name: knob.key, "aria-describedby": `${id}-help ${id}-fault`, on: { input: changed } };
  const kinds = { integer: numberInput, real: numberInput, toggle: toggleInput, choice: choiceInput, networks: networksInput };
  const { input, extra, value, set, initial } = kinds[range.kind](shared, range, slider);
  const fault = el("p", { class: "fault", id: `${id}-fault` });
  const label = el("label", { for: id }, knob.label, knob.unit ? el("span", { class: "unit" }, ` in ${knob.unit}`) : null);
  const help = el("p", { class: "help", id: `${id}-help` }, knob.help);
  const element = el("div", { class: `knob ${range.kind}`, title: slider ? knob.help : null }, label, el("div", { class: "control" }, input, extra), fault, help);
  set(initial);
  return { key: knob.key, kind: range.kind, element, initial, value, set,
    complain(message) {
      fault.textContent = message;
      input.toggleAttribute("aria-invalid", message !== "");
    } };
}

function numberInput(shared, range, slider) {
  const step = range.kind === "integer" ? 1 : "any";
  const input = el("input", { ...shared, type: "number", min: range.min, max: range.max, step, inputmode: "decimal" });
  const value = () => (input.value.trim() === "" ? "" : Number(input.value));
  if (!slider) return { input, value, set: (to) => { input.value = to; }, initial: range.default };
  const slide = el("input", { type: "range", min: range.min, max: range.max, step: 1, tabindex: "-1", "aria-hidden": "true" });
  slide.addEventListener("input", () => {
    input.value = slide.value;
    input.dispatchEvent(new Event("input"));
  });
  input.addEventListener("input", () => { slide.value = input.value; });
  return { input, extra: slide, value, set: (to) => { input.value = to; slide.value = to; }, initial: range.default };
}

function toggleInput(shared, range) {
  const input = el("input", { ...shared, type: "checkbox" });
  return { input, value: () => input.checked, set: (to) => { input.checked = to; }, initial: range.default };
}

function choiceInput(shared, range) {
  const input = el("select", shared, range.options.map((option) => el("option", { value: option }, option.replaceAll("_", " "))));
  return { input, value: () => input.value, set: (to) => { input.value = to; }, initial: range.default };
}

function networksInput(shared) {
  const input = el("textarea", { ...shared, rows: "3", spellcheck: "false", autocapitalize: "off" });
  // Blank lines stay, so that a fault names the line as it is counted in the field.
  const value = () => { const text = input.value.trimEnd(); return text === "" ? [] : text.split("\n"); };
  return { input, value, set: (to) => { input.value = to.join("\n"); }, initial: [] };
}

/** A form of the given groups of knobs. `changed` is called with the settings whenever all of them are sound. */
export function knobForm(glue, groups, changed, { slider = false, titles = true } = {}) {
  const controls = [];
  const check = () => {
    const settings = read();
    const faults = new Map();
    for (const { key, message } of glue.checkSettings(settings)) faults.set(key, faults.has(key) ? `${faults.get(key)}; ${message}` : message);
    for (const one of controls) one.complain(faults.get(one.key) ?? "");
    changed(settings, faults.size === 0, [...faults.values()]);
  };
  const sections = groups.map((group) => {
    // What columns hold is set beside the files, where their cells can be seen.
    const own = group.knobs.filter(({ range }) => range.kind !== "mapping").map((knob) => control(knob, check, slider));
    controls.push(...own);
    return el("fieldset", null, el("legend", { class: titles ? null : "unseen" }, group.title), own.map(({ element }) => element));
  });
  /** What differs from the defaults: a settings file says no more. */
  function read() {
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    return Object.fromEntries(controls.map((one) => [one, one.value()]).filter(([one, value]) => !same(value, one.initial))
      .map(([one, value]) => [one.key, value]));
  }
  return {
    sections, controls, read, check,
    write(settings) {
      for (const one of controls) one.set(settings[one.key] ?? one.initial);
      check();
    },
  };
}

/** The settings form of the intake. */
export function openSettings(glue, catalog, changed) {
  const form = $("#settings form");
  const knobs = knobForm(glue, catalog.knobs, changed);
  const reset = el("button", { type: "button", on: { click: () => knobs.write({}) } }, "Back to the defaults");
  form.replaceChildren(el("p", { class: "quiet" }, "The defaults are a good start; each setting says where its default comes from."),
    ...knobs.sections, el("p", { class: "buttons" }, reset));
  form.addEventListener("submit", (event) => event.preventDefault());
  return knobs;
}
