// Making elements. Text goes in as text nodes only: nothing here reads markup.

/** An element. `props`: `class`, `on` (listeners by event), `data` (data attributes), else attributes; null is left out. */
export function el(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** A list of names and values. */
export function facts(pairs, cls) {
  return el("dl", { class: cls ?? "facts" }, pairs.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))));
}

/** A closed part that opens: a summary line and what is under it. */
export function fold(summary, ...children) {
  return el("details", { class: "fold" }, el("summary", null, summary), ...children);
}

/** A table of text. `columns`: `{ title, numeric }`. */
export function plainTable(label, columns, rows) {
  const side = (column) => (column.numeric ? "number" : null);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", { class: "plain" },
      el("thead", null, el("tr", null, columns.map((column) => el("th", { scope: "col", class: side(column) }, column.title)))),
      el("tbody", null, rows.map((row) => el("tr", null, row.map((cell, index) => el("td", { class: side(columns[index]) }, cell)))))));
}

/** Bytes as file managers write them. */
export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${count >= 100 || unit === 0 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export const number = (count) => Math.round(count).toLocaleString("en-GB");

/** Says something to screen readers. */
export function say(text) {
  $("#status").textContent = text;
}

/** Shows what went wrong, and buttons for what can be done about it; an empty list clears it. */
export function problems(messages, buttons = []) {
  $("#problems").replaceChildren(...messages.map((message) => el("p", null, message)),
    ...(buttons.length ? [el("p", { class: "buttons" }, buttons)] : []));
}

/** Calls `action` once `wait` milliseconds have passed without another call. */
export function settled(wait, action) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}
