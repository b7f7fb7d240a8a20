// Opening the page: load and verify the code, seal, and only then make the worker that reads files.

import { $, problems } from "./dom.js";
import { lockDown, scriptUrl } from "./seal.js";
import { Engine } from "./engine.js";
import { openPage } from "./page.js";

/** Fetches one file of the page and has the browser compare it with its hash. */
async function verified({ url, integrity }) {
  if (!integrity) throw new Error(`There is no hash to verify ${url} by; build the page with cargo xtask build.`);
  const response = await fetch(url, { integrity }).catch(() => {
    throw new Error(`${url} could not be loaded, or is not the file this page was built with. Reload to try again.`);
  });
  if (!response.ok) throw new Error(`${url} could not be loaded: the server answered ${response.status}.`);
  return response;
}

const codeUrl = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

async function start() {
  const manifest = JSON.parse($("#manifest").textContent);
  const [wasm, glueText, workerText] = await Promise.all([
    verified(manifest.wasm).then((response) => response.arrayBuffer()),
    verified(manifest.glue).then((response) => response.text()),
    verified(manifest.worker).then((response) => response.text()),
  ]);
  const module = await WebAssembly.compile(wasm);
  const glueUrl = codeUrl(glueText);
  const glue = await import(glueUrl);
  await glue.default({ module_or_path: module });
  await lockDown();
  const workerUrl = scriptUrl(codeUrl(workerText));
  openPage(glue, new Engine({ module, glueUrl, workerUrl }));
}

start().catch((error) => {
  document.documentElement.dataset.state = "failed";
  $("#seal-state").textContent = "Not sealed";
  problems([`Flowglass could not start. ${error.message}`]);
});
