// The downloads: a menu made from the catalogue, files made on demand by the worker.

import { $, el, fold, problems, say } from "./dom.js";

const EVERYTHING = "flowglass.zip";
/** The name of the zip that holds all files of one export. */
const bundle = (key) => `flowglass-${key.replaceAll("_", "-")}.zip`;
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Hands a file to the browser. */
export function save(name, mime, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type: mime }));
  el("a", { href: url, download: name }).click();
  // The browser has taken hold of the blob long before.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  say(`${name} is ready`);
}

/** `pictures` gives the plots as PNG, which some exports contain; `faults`, the settings that do not stand as typed. */
export function openDownloads(engine, catalog, pictures, faults) {
  // What the analysis had to say of the files stays while outputs are downloaded.
  let complained = false;
  const complain = (...messages) => { problems(messages); complained = true; };
  async function files(key, name, names) {
    const made = await engine.call("export", [key, nowSeconds(), await pictures()]);
    // An export over a device's limit splits: its further files come along with the first.
    const wanted = made.filter((file) => file.name === name || (name === names[0] && !names.includes(file.name)));
    // Chromium drops what goes beyond ten downloads in a second, and says nothing: several files go as one.
    if (wanted.length > 1) await together(key);
    else if (wanted.length === 1) save(wanted[0].name, wanted[0].mime, wanted[0].parts);
    else complain(`${name} has nothing in it for this analysis, so it was not written.`);
  }

  /** All files of one export. */
  async function together(key) {
    const { name, mime, parts } = await engine.call("exportZip", [key, bundle(key), nowSeconds(), await pictures()]);
    save(name, mime, parts);
  }

  async function everything() {
    const { name, mime, parts } = await engine.call("zip", [EVERYTHING, nowSeconds(), await pictures()]);
    save(name, mime, parts);
  }

  const button = (name, action, cls) => el("button", { type: "button", class: cls, data: { file: name }, on: {
    click: async ({ currentTarget: pressed }) => {
      const wrong = faults();
      // A list made without a line that was meant to protect an address would block it.
      if (wrong.length) { complain(`${name} was not written: correct this under What if first.`, ...wrong); return; }
      if (complained) problems([]);
      complained = false;
      pressed.disabled = true;
      say(`Writing ${name}`);
      await action().catch((error) => complain(`${name} could not be written: ${error.message}`));
      pressed.disabled = false;
    },
  } }, name);

  const entry = ({ key, title, help, limits, files: names }) => el("li", null,
    el("div", { class: "export" }, el("strong", null, title), el("span", { class: "buttons" }, names.map((name) => button(name, () => files(key, name, names), "small")),
      names.length > 1 ? button(bundle(key), () => together(key), "small") : null)),
    el("p", { class: "quiet" }, help), limits ? fold("Limits", el("p", { class: "quiet" }, limits)) : null);

  const standard = catalog.exporters.filter((exporter) => exporter.standard);
  const further = catalog.exporters.filter((exporter) => !exporter.standard);
  $("#files-out").replaceChildren(
    el("p", { class: "buttons" }, button(EVERYTHING, everything, "primary"), el("span", { class: "quiet" }, "the files of every analysis in one")),
    el("ul", { class: "exports" }, standard.map(entry)),
    ...(further.length ? [fold(`For firewalls and other tools (${further.length})`, el("ul", { class: "exports" }, further.map(entry)))] : []));
}
