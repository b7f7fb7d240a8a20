// The columns of tables as they were guessed, with cells to judge them by; what the person changes, saves and reuses.

import { $, el, number, problems, say } from "./dom.js";
import { save } from "./downloads.js";

/** The setting that holds what the person said. */
const KEY = "csv.mapping";
/** A saved mapping is far smaller; a larger file is not looked into. */
const LARGEST = 1 << 20;
/** Tables with the same columns are shown once, and no more of them than a person would go through. */
const MOST_TABLES = 12;

/** What stands under the chosen files. `read()` is what a settings file would say. */
export function openMapping(glue) {
  const choices = glue.columnChoices();
  let said = {};
  let [shown, version] = [[], 0];
  const input = el("input", { class: "unseen", type: "file", id: "mapping-input", accept: ".json", on: { change: async () => {
    const [file] = input.files;
    if (file && !(await take(file))) problems([`${file.name} is not a saved mapping of columns.`]);
    input.value = "";
  } } });

  const read = () => (Object.keys(said).length ? { [KEY]: said } : {});

  /** Looks at the start of each file and shows those that are tables. */
  async function show(files) {
    version += 1;
    const mine = version;
    const tables = new Map();
    for (const file of files) {
      const start = await file.slice(0, glue.previewLength()).arrayBuffer().catch(() => null);
      if (mine !== version) return;
      const look = start && (() => glue.preview(new Uint8Array(start), start.byteLength === file.size, read()).table);
      const names = look?.()?.columns.map(({ name }) => name);
      if (!names) continue;
      const kind = JSON.stringify(names);
      if (tables.has(kind)) tables.get(kind).files.push(file.name);
      else if (tables.size < MOST_TABLES) tables.set(kind, { look, files: [file.name] });
    }
    shown = [...tables.values()].map(table);
    const some = shown.length > 0;
    $("#columns").replaceChildren(...(some ? [...shown.map(({ element }) => element), buttons()] : []));
    refresh();
  }

  function table({ look, files }) {
    const guess = look();
    const fault = el("p", { class: "fault" });
    const summary = el("summary");
    const selects = guess.columns.map(({ name }) => el("select", { "aria-label": `${name} holds`, on: { change: (event) => {
      said[name] = event.currentTarget.value;
      refresh();
    } } }, choices.map(({ key, title }) => el("option", { value: key }, title))));
    const row = ({ name, samples }, index) => el("tr", null,
      el("th", { scope: "row" }, name), el("td", null, selects[index]), el("td", { class: "samples" }, samples.join(", ") || "nothing in its first rows"));
    const element = el("details", { class: "columns", open: guess.missing !== null }, summary, fault,
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Columns of ${files[0]}` },
        el("table", { class: "plain" },
          el("thead", null, el("tr", null, ["Column", "Holds", "First cells"].map((title) => el("th", { scope: "col" }, title)))),
          el("tbody", null, guess.columns.map(row)))));
    return { element, columns: () => look().columns, refresh() {
      const { columns, headerless, missing } = look();
      columns.forEach(({ field }, index) => { selects[index].value = field ?? choices[0].key; });
      const used = columns.filter(({ field }) => field).length;
      const names = files.length > 1 ? `${files[0]} and ${number(files.length - 1)} more like it` : files[0];
      summary.replaceChildren(el("span", { class: "name" }, names),
        el("span", { class: "quiet" }, ` ${used} of ${number(columns.length)} columns are read${headerless ? "; there is no header" : ""}`));
      fault.textContent = missing ?? "";
    } };
  }

  function buttons() {
    return el("p", { class: "buttons" },
      el("button", { type: "button", class: "small", id: "mapping-save", on: { click: keep } }, "Save these columns"),
      el("label", { class: "button small", for: input.id }, "Use saved columns"), input,
      el("button", { type: "button", class: "small", on: { click: () => { said = {}; refresh(); } } }, "As guessed"));
  }

  function keep() {
    const fields = shown.flatMap((one) => one.columns()).filter(({ field }) => field).map(({ name, field }) => [name, field]);
    save("columns.json", "application/json", [JSON.stringify({ ...Object.fromEntries(fields), ...said }, null, 2), "\n"]);
  }

  function refresh() {
    for (const one of shown) one.refresh();
  }

  /** Takes a saved mapping. Gives whether the file is one: told by its content. */
  async function take(file) {
    if (file.size > LARGEST) return false;
    try {
      const saved = JSON.parse(await file.text());
      if (Array.isArray(saved) || glue.checkSettings({ [KEY]: saved }).length) return false;
      said = { ...said, ...saved };
      refresh();
      say(`The columns saved in ${file.name} are used`);
      return true;
    } catch {
      return false;
    }
  }

  return { show, read, take };
}
