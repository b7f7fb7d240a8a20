// The worker: reads files in slices into the session, runs it, and answers questions about the outcome.

/** Slices of this size, one read ahead, keep the reader and the parser busy at once. */
const SLICE = 8 << 20;
/** The largest GeoIP databases are a tenth of this; it has to fit into memory whole. */
const LARGEST_DATABASE = 1 << 30;
const BETWEEN_REPORTS = 100;

let glue;
let memory;
let session = null;

const methods = {
  async open(module, glueUrl) {
    glue = await import(glueUrl);
    ({ memory } = await glue.default({ module_or_path: module }));
  },

  /** Reads everything and runs. Gives the problems of single files, which do not stop the rest. */
  async analyse(settings, traffic, databases) {
    session?.free();
    session = new glue.Session(settings);
    const problems = [];
    const report = reporter(traffic.reduce((sum, file) => sum + file.size, 0));
    for (const file of traffic) await attempt(file, problems, () => feed(file, report));
    for (const file of databases) await attempt(file, problems, () => addDatabase(file));
    try {
      session.run((stage, fraction) => report.stage(stage, fraction));
      report.end();
    } catch (error) {
      if (isFatal(error)) throw error;
      throw new Error([...problems, problems.length ? "" : messageOf(error)].filter(Boolean).join("\n"));
    }
    return problems;
  },
};

async function attempt(file, problems, action) {
  try {
    await action();
  } catch (error) {
    if (isFatal(error)) throw error;
    const message = error instanceof DOMException ? "it cannot be read; is it a folder, or gone?" : messageOf(error);
    problems.push(message.startsWith(file.name) ? message : `${file.name}: ${message}`);
  }
}

async function feed(file, report) {
  const read = (at) => {
    const slice = file.slice(at, at + SLICE).arrayBuffer();
    // If the parser gives up on the file, nobody waits for the slice read ahead.
    slice.catch(() => {});
    return slice;
  };
  let next = read(0);
  session.begin(file.name);
  for (let at = 0; at < file.size; at += SLICE) {
    const slice = new Uint8Array(await next);
    if (at + SLICE < file.size) next = read(at + SLICE);
    session.feed(slice);
    report.bytes(slice.length, session.rowsRead());
  }
  await next;
  session.finishFile();
  report.bytes(0, session.rowsRead());
}

async function addDatabase(file) {
  if (file.size > LARGEST_DATABASE) throw new Error("it is too large for a GeoIP database");
  session.database(file.name, new Uint8Array(await file.arrayBuffer()));
}

/**
 * Tells the page where things stand, a few times a second, and leaves each stage's time and the memory it ended
 * with in the worker's performance timeline, where the browser's own tools show them.
 */
function reporter(total) {
  const started = performance.now();
  let [last, done, rows, stage, entered] = [0, 0, 0, "Reading", started];
  performance.clearMeasures();
  const measure = () => {
    const end = performance.now();
    performance.measure(stage, { start: entered, end, detail: { memory: memory.buffer.byteLength } });
    entered = end;
  };
  const send = (fraction, always) => {
    const now = performance.now();
    if (!always && now - last < BETWEEN_REPORTS) return;
    last = now;
    postMessage({ progress: { stage, fraction, bytes: done, total, rows, seconds: (now - started) / 1000 } });
  };
  return {
    bytes(count, read) {
      done += count;
      rows = read;
      send(total ? done / total : 1, false);
    },
    stage(name, fraction) {
      const changed = name !== stage;
      if (changed) measure();
      stage = name;
      send(fraction, changed);
    },
    end: measure,
  };
}

const isFatal = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
const messageOf = (error) => error?.message ?? String(error);

/** The buffers of exported files change hands instead of being copied. */
function buffers(value) {
  if (value instanceof Uint8Array) return [value.buffer];
  if (Array.isArray(value)) return value.flatMap(buffers);
  return value?.parts ? buffers(value.parts) : [];
}

let queue = Promise.resolve();

addEventListener("message", ({ data: { id, method, args } }) => {
  queue = queue.then(() => answer(id, method, args));
});

async function answer(id, method, args) {
  try {
    if (!Object.hasOwn(methods, method) && !session) throw new Error("nothing has been analysed yet");
    const value = await (Object.hasOwn(methods, method) ? methods[method](...args) : session[method](...args));
    postMessage({ id, value }, buffers(value));
  } catch (error) {
    const fatal = isFatal(error);
    if (fatal) console.error(error);
    const message = fatal
      ? "The analysis stopped unexpectedly, perhaps for lack of memory. The page is ready for another try, with less data."
      : messageOf(error);
    postMessage({ id, error: message, fatal });
  }
}
