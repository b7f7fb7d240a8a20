// Opening the page: load and verify all code, seal, and only then make the worker that reads files.
// Imports nothing by name: a browser may fetch an import again, unverified, after its hash did not match.

const $ = (selector) => document.querySelector(selector);

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

/** Gives each module an address made from its verified text, with the modules it imports put in by theirs. */
function linker(code, texts) {
  const made = new Map();
  return function link(name) {
    if (!made.has(name)) {
      const text = texts[name].replace(/ from "\.\/(\w+)\.js";/g, (_, other) => ` from "${link(other)}";`);
      // The console still names the file.
      made.set(name, codeUrl(`${text}\n//# sourceURL=${code[name].url}`));
    }
    return made.get(name);
  };
}

async function start() {
  const { wasm, ...code } = JSON.parse($("#manifest").textContent);
  const compiled = verified(wasm).then((response) => response.arrayBuffer()).then(WebAssembly.compile);
  const texts = await Promise.all(Object.entries(code).map(async ([name, file]) => [name, await (await verified(file)).text()]));
  const link = linker(code, Object.fromEntries(texts));
  const [seal, engine, page, glue] = await Promise.all(["seal", "engine", "page", "glue"].map((name) => import(link(name))));
  const module = await compiled;
  await glue.default({ module_or_path: module });
  await seal.lockDown();
  const workerUrl = seal.scriptUrl(link("worker"));
  page.openPage(glue, new engine.Engine({ module, glueUrl: link("glue"), workerUrl }));
}

start().catch((error) => {
  document.documentElement.dataset.state = "failed";
  $("#seal-state").textContent = "Not sealed";
  const line = document.createElement("p");
  line.textContent = `Flowglass could not start. ${error.message}`;
  $("#problems").replaceChildren(line);
});
