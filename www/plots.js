// The plots on their canvases, sharp at any pixel ratio, and as PNG.

import { $, el, fold } from "./dom.js";
import { save } from "./downloads.js";

/** A picture for a file is drawn light, at this size, wherever it is made. */
const PICTURE = { width: 1200, height: 675, scale: 1200 / 900 };

const darkScheme = matchMedia("(prefers-color-scheme: dark)");

export function openPlots(glue, catalog) {
  let shown = [];
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));
  darkScheme.addEventListener("change", () => shown.forEach(({ canvas }) => draw(canvas)));

  function draw(canvas) {
    const plot = shown.find((one) => one.canvas === canvas);
    const ratio = devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (!plot || width === 0 || height === 0) return;
    canvas.width = width;
    canvas.height = height;
    glue.drawChart(canvas, plot.chart, darkScheme.matches, ratio);
  }

  function figure({ key, chart, missing }) {
    const about = catalog.plots.find((plot) => plot.key === key);
    if (!chart) return el("figure", null, el("figcaption", null, el("strong", null, about.title), el("p", { class: "quiet" }, missing)));
    const words = `summary-${key}`;
    const canvas = el("canvas", { role: "img", "aria-label": chart.title, "aria-describedby": words, data: { plot: key } });
    shown.push({ key, chart, canvas, file: about.file });
    sizes.observe(canvas);
    const press = async () => save(about.file, "image/png", [await picture(glue, chart)]);
    return el("figure", null, canvas, el("figcaption", null, el("p", null, chart.caption),
      fold("In words, and its limits", el("p", { id: words }, chart.summary), el("p", { class: "quiet" }, about.limits)),
      el("p", { class: "buttons" }, el("button", { type: "button", class: "small", on: { click: press } }, `Download ${about.file}`))));
  }

  return {
    show(charts) {
      sizes.disconnect();
      shown = [];
      $("#plots .plots").replaceChildren(...charts.map(figure));
    },
    /** `[plot key, PNG bytes]` of every plot. */
    pictures: () => Promise.all(shown.map(async ({ key, chart }) => [key, await picture(glue, chart)])),
  };
}

async function picture(glue, chart) {
  const canvas = el("canvas", { width: PICTURE.width, height: PICTURE.height });
  glue.drawChart(canvas, chart, false, PICTURE.scale);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new Uint8Array(await blob.arrayBuffer());
}
