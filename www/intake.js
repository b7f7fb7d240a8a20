// Which files the person has given, and which are GeoIP databases: told by content, never by name.

import { $, bytes, el } from "./dom.js";

/** A GeoIP database says so within this many bytes of its end. */
const TAIL = 128 * 1024;

/**
 * The chosen files. `glue` tells databases; `changed` is called after every change; beside results, `beside` gets what
 * is dropped. `claim` takes what is no traffic but a saved mapping of columns.
 */
export function openIntake(glue, changed, beside, claim) {
  const chosen = { traffic: [], databases: [] };

  async function isDatabase(file) {
    const tail = await file.slice(Math.max(0, file.size - TAIL)).arrayBuffer();
    return glue.isDatabase(new Uint8Array(tail));
  }

  // One after the other: a run waits until every file given before it is known for what it is.
  let adding = Promise.resolve();

  function add(files) {
    adding = adding.catch(() => {}).then(() => sort(files));
    return adding;
  }

  async function sort(files) {
    for (const file of files) {
      if (await claim(file)) continue;
      // What cannot be read is left to the reader, which says why.
      const list = (await isDatabase(file).catch(() => false)) ? chosen.databases : chosen.traffic;
      const known = list.findIndex((other) => other.name === file.name && other.size === file.size);
      if (known < 0) list.push(file);
    }
    show();
  }

  function line(list, file, kind) {
    const remove = () => {
      list.splice(list.indexOf(file), 1);
      show();
      $("#run").focus();
    };
    return el("li", null,
      el("span", { class: "kind" }, kind), el("span", { class: "name" }, file.name), el("span", { class: "quiet" }, bytes(file.size)),
      el("button", { type: "button", class: "small", "aria-label": `Remove ${file.name}`, on: { click: remove } }, "Remove"));
  }

  function show() {
    $("#files").replaceChildren(
      ...chosen.traffic.map((file) => line(chosen.traffic, file, "Traffic")),
      ...chosen.databases.map((file) => line(chosen.databases, file, "GeoIP")));
    changed(chosen);
  }

  for (const id of ["traffic-input", "geo-input"]) {
    const input = $(`#${id}`);
    input.addEventListener("change", async () => {
      await add([...input.files]);
      // The same file can then be chosen again after it was removed.
      input.value = "";
    });
  }
  acceptDrops((files) => (document.documentElement.dataset.state === "done" ? beside(files) : add(files)));

  return {
    chosen,
    settled: () => adding,
    clear() {
      chosen.traffic.length = 0;
      chosen.databases.length = 0;
      show();
    },
  };
}

/** Files may be dropped anywhere on the page: a near miss must not open the file in the browser. */
function acceptDrops(add) {
  const zone = $("#drop");
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    if (holdsFiles(event)) zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (document.documentElement.dataset.state !== "running") add([...event.dataTransfer.files]);
  });
}
