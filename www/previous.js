// A previous block list against today's: what loading the new one would change, before it is downloaded.

import { $, bytes, el, fold, number } from "./dom.js";

/** As `view::previous::MAX_BYTES`: a larger file is not even read. */
const LARGEST = 16 << 20;

export function openPrevious(engine) {
  let [list, version] = [null, 0];
  const input = el("input", { class: "unseen", type: "file", id: "previous-input", on: { change: () => {
    take([...input.files]);
    input.value = "";
  } } });
  const told = el("div", { id: "previous-told", role: "status" });
  $("#previous").replaceChildren(
    el("p", { class: "buttons" }, el("label", { class: "button", for: "previous-input" }, "Compare with a previous block list"), input,
      el("span", { class: "quiet" }, "or drop it anywhere: addresses and CIDR networks, one per line; # begins a remark")),
    told);

  async function take(files) {
    if (files.length === 0) return;
    version += 1;
    const mine = version;
    list = null;
    if (files.length > 1) { fail("Several files were given", ["Compare one list at a time."]); return; }
    const [file] = files;
    if (file.size > LARGEST) { fail(file.name, [`It has ${bytes(file.size)}; a block list has at most ${bytes(LARGEST)}.`]); return; }
    try {
      const text = await file.text();
      if (mine !== version) return;
      list = { name: file.name, text };
      await refresh();
    } catch {
      if (mine === version) fail(file.name, ["It cannot be read; is it a folder, or gone?"]);
    }
  }

  async function refresh() {
    if (!list) return;
    version += 1;
    const [mine, { name, text }] = [version, list];
    try {
      const changes = await engine.call("compare", [text]);
      if (mine === version) show(name, changes);
    } catch (error) {
      if (mine === version) fail(name, error.message.split("\n"));
    }
  }

  function fail(name, faults) {
    list = null;
    told.replaceChildren(el("p", { class: "fault" }, `${name} was not compared:`), el("ul", { class: "fault" }, faults.map((fault) => el("li", null, fault))));
  }

  function show(name, { before, after, added, removed, added_count: more, removed_count: fewer, wide }) {
    const names = (title, some, count) => (count ? fold(`${title} ${number(count)}`,
      el("p", { class: "names" }, some.join(", "), count > some.length ? ` and ${number(count - some.length)} more` : "")) : null);
    told.replaceChildren(...[
      el("p", null, el("strong", null, `Against ${name} (${number(before)} entries): ${number(more)} added, ${number(fewer)} removed.`), ` Today's list has ${number(after)}.`),
      wide ? el("p", { class: "quiet" }, `${number(wide)} of its entries are networks: an address within one counts as there already, and what else it blocks is not counted.`) : null,
      names("Added", added, more), names("Removed", removed, fewer),
    ].filter(Boolean));
  }

  return {
    take, refresh,
    clear() {
      version += 1;
      list = null;
      told.replaceChildren();
    },
  };
}
