// The ranked table: only the rows in view exist; the worker sorts, filters and pages.

import { $, el, number, settled } from "./dom.js";

const PAGE = 100;
/** Pages kept before the oldest are dropped. */
const KEPT = 40;
/** Rows drawn above and below the view. */
const MARGIN = 8;
/** Browsers lose precision, or stop, beyond about 17 million pixels. */
const TALLEST = 15e6;

export class Table {
  #columns = [];
  #engine;
  #open;
  #query = { sort: "", descending: false, filter: "" };
  #pages = new Map();
  #version = 0;
  #matching = 0;
  #active = 0;
  #total = 0;
  #drawn = "";
  #height = 40;

  /** `open` is called with an address, and with a function that gives the focus back to its row. */
  constructor(engine, open) {
    this.#engine = engine;
    this.#open = open;
    // However often the table is built, one observer watches it.
    this.resized = new ResizeObserver(() => this.#draw(true));
  }

  /** Starts over with the columns of a new analysis. */
  begin(columns) {
    this.#columns = columns;
    this.#query = { sort: "", descending: false, filter: "" };
    this.#build();
  }

  /** Shows the answer anew, from the top unless `stay`. */
  async refresh(stay = false) {
    this.#version += 1;
    const version = this.#version;
    const page = stay ? Math.floor(this.#active / PAGE) : 0;
    const first = await this.#engine.call("table", [this.#query, page * PAGE, PAGE]).catch(() => null);
    if (!first || version !== this.#version) return;
    // Until here the old rows stay in view: nothing flickers.
    this.#pages = new Map([[page, first]]);
    this.#matching = first.matching;
    if (!stay) {
      this.#active = 0;
      this.scroller.scrollTop = 0;
    }
    this.#total = first.total;
    this.table.setAttribute("aria-rowcount", first.matching + 1);
    this.#draw(true);
  }

  /** Shows only what passes `filter`. */
  filter(text) {
    const choice = this.choices.find((select) => [...select.options].some(({ value }) => value && value === text));
    for (const select of this.choices) select.value = select === choice ? text : "";
    this.search.value = choice ? "" : text;
    this.#search();
  }

  #search() {
    this.#query.filter = [...this.choices.map(({ value }) => value), this.search.value].join(" ").trim();
    return this.refresh();
  }

  #build() {
    this.search = el("input", { type: "search", id: "filter", placeholder: "Address, place, network or reason", spellcheck: "false",
      on: { input: settled(120, () => this.#search()) } });
    this.choices = this.#columns.filter(({ choices }) => choices.length > 0).map((column) => el("select",
      { "aria-label": column.title, on: { change: () => this.#search() } },
      el("option", { value: "" }, `${column.title}: all`),
      column.choices.map((choice) => el("option", { value: `${column.key}:${choice.toLowerCase()}` }, choice))));
    this.count = el("p", { class: "quiet", role: "status" });
    this.body = el("tbody", { role: "rowgroup", on: {
      click: (event) => this.#pick(event.target.closest("tr[data-index]")),
    } });
    this.head = el("tr", { role: "row" }, this.#columns.map((column) => this.#heading(column)));
    this.table = el("table", { id: "hosts", role: "grid", "aria-labelledby": "addresses-title" },
      el("thead", { role: "rowgroup" }, this.head), this.body);
    this.scroller = el("div", { class: "scroller", on: { scroll: () => this.#later(), keydown: (event) => this.#key(event) } }, this.table);
    $("#ranking").replaceChildren(
      el("div", { class: "tools" }, el("label", { class: "unseen", for: "filter" }, "Filter the addresses"), this.search, this.choices, this.count),
      this.scroller);
    this.resized.disconnect();
    this.resized.observe(this.scroller);
  }

  #heading(column) {
    const press = () => {
      const again = this.#query.sort === column.key;
      this.#query = { ...this.#query, sort: column.key, descending: again ? !this.#query.descending : column.numeric };
      for (const [index, th] of [...this.head.children].entries()) {
        const sorted = this.#columns[index].key === this.#query.sort;
        th.setAttribute("aria-sort", sorted ? (this.#query.descending ? "descending" : "ascending") : "none");
      }
      this.refresh();
    };
    return el("th", { scope: "col", role: "columnheader", "aria-sort": "none", class: `col-${column.key}${column.numeric ? " number" : ""}` },
      el("button", { type: "button", on: { click: press } }, column.title));
  }

  async #load(page) {
    this.#pages.set(page, null);
    const version = this.#version;
    const answer = await this.#engine.call("table", [this.#query, page * PAGE, PAGE]).catch(() => null);
    if (!answer || version !== this.#version) return null;
    this.#pages.set(page, answer);
    if (this.#pages.size > KEPT) this.#pages.delete(this.#pages.keys().next().value);
    return answer;
  }

  #later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.#draw(false);
    });
  }

  /** Draws the rows in view between two spacers that stand for all others. */
  #draw(anew) {
    this.#height = parseFloat(getComputedStyle(this.scroller).getPropertyValue("--row")) || 40;
    const all = this.#reachable();
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / this.#height) - MARGIN);
    const last = Math.min(all, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / this.#height) + MARGIN);
    const window = `${first} ${last} ${all}`;
    if (!anew && window === this.#drawn) return;
    this.#drawn = window;
    this.#tell(all);
    const focused = this.body.contains(document.activeElement);
    const rows = [];
    for (let index = first; index < last; index += 1) rows.push(this.#row(index));
    this.body.replaceChildren(this.#spacer(first), ...rows, this.#spacer(all - last));
    if (this.#matching === 0) this.body.replaceChildren(el("tr", { role: "row", class: "empty" }, el("td", { role: "gridcell", colspan: this.#columns.length }, "No address passes the filter.")));
    if (focused) this.#rowAt(this.#active)?.focus({ preventScroll: true });
    this.#fetch(first, last);
  }

  /** How many rows a browser can scroll to. */
  #reachable() {
    return Math.min(this.#matching, Math.floor(TALLEST / this.#height));
  }

  /** How many addresses there are, pass, and can be scrolled to. */
  #tell(all) {
    const [matching, total] = [number(this.#matching), number(this.#total)];
    const counted = this.#matching === this.#total ? `${total} addresses` : `${matching} of ${total} addresses`;
    const rest = all < this.#matching ? `; the first ${number(all)} are reached by scrolling: filter to see the rest` : "";
    const text = counted + rest;
    // A screen reader speaks whatever is written here, so it is written only where it changes.
    if (this.count.textContent !== text) this.count.textContent = text;
  }

  #fetch(first, last) {
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page += 1) {
      if (!this.#pages.has(page)) this.#load(page).then((answer) => answer && this.#draw(true));
    }
  }

  #spacer(rows) {
    const spacer = el("tr", { "aria-hidden": "true", class: "spacer" });
    spacer.style.height = `${Math.max(0, rows) * this.#height}px`;
    return spacer;
  }

  #row(index) {
    const row = this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
    const cells = this.#columns.map((column, at) => {
      const text = row?.cells[at] ?? "";
      const inside = column.choices.length > 0 && text ? el("span", { class: "chip", data: { tone: row.tone } }, text) : text;
      const title = row && column.choices.length > 0 && row.withheld ? `Not blocked: ${row.withheld}` : null;
      return el("td", { role: "gridcell", title, class: `col-${column.key}${column.numeric ? " number" : ""}` }, inside,
        title ? el("span", { class: "withheld" }, " withheld") : null);
    });
    const line = el("tr", { role: "row", tabindex: index === this.#active ? "0" : "-1", "aria-rowindex": index + 2, data: { index } }, cells);
    if (row) {
      line.dataset.tone = row.tone;
      line.style.setProperty("--level", row.level);
    }
    return line;
  }

  #rowAt(index) {
    return $(`tr[data-index="${index}"]`, this.body);
  }

  #pick(line) {
    if (!line) return;
    const index = Number(line.dataset.index);
    const row = this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
    if (!row) return;
    this.#move(index, false);
    this.#open(row.address, () => this.#move(index, true));
  }

  #move(index, focus) {
    this.#rowAt(this.#active)?.setAttribute("tabindex", "-1");
    this.#active = Math.max(0, Math.min(index, this.#reachable() - 1));
    const top = this.#active * this.#height;
    const seen = this.scroller.clientHeight - this.#height * 2;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top > this.scroller.scrollTop + seen) this.scroller.scrollTop = top - seen;
    if (!this.#rowAt(this.#active)) this.#draw(true);
    const line = this.#rowAt(this.#active);
    line?.setAttribute("tabindex", "0");
    if (focus) line?.focus({ preventScroll: true });
  }

  #key(event) {
    if (!this.body.contains(event.target)) return;
    const screen = Math.max(1, Math.floor(this.scroller.clientHeight / this.#height) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: screen, PageUp: -screen, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" || event.key === " ") this.#pick(event.target.closest("tr[data-index]"));
    else if (event.key in steps) this.#move(this.#active + steps[event.key], true);
    else return;
    event.preventDefault();
  }
}
