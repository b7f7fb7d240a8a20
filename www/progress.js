// The progress of a run: stage, bytes, rows, rate.

import { $, bytes, facts, number, say } from "./dom.js";

export function openProgress(cancel) {
  $("#cancel").addEventListener("click", cancel);
}

export function startProgress() {
  $("#bar").removeAttribute("value");
  $("#stage").textContent = "Starting";
  $("#counts").replaceChildren();
  say("Analysing");
}

let lastStage = "";

export function showProgress({ stage, fraction, bytes: done, total, rows, seconds }) {
  const bar = $("#bar");
  // A stage that cannot tell how far it is shows that it runs, not that it stands at nothing.
  if (fraction > 0) bar.value = Math.min(1, fraction);
  else bar.removeAttribute("value");
  $("#stage").textContent = stage;
  if (stage !== lastStage) say(stage);
  lastStage = stage;
  const rate = seconds > 0.2 ? `${bytes(done / seconds)}/s` : "–";
  $("#counts").replaceChildren(...facts([
    ["Read", `${bytes(done)} of ${bytes(total)}`], ["Rows", number(rows)], ["Rate", rate], ["Time", `${seconds.toFixed(1)} s`],
  ]).children);
}
