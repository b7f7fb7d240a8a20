// The worker: reads files in slices into the session, runs it, and answers questions about the outcome. Its helpers run
// the same code: they read stretches of large tables and hash the files.

import { Pool } from "./pool.js";

/** Slices are of this size or smaller: so much stays in the processor's cache while it is copied and read. */
const SLICE = 1 << 20;
/** A large table is read by several workers, a stretch of this size each at a time. */
const STRETCH = 16 << 20;
/** Hardly a row is longer. */
const ROW = 4 << 10;
/** By so much of its start it is told what a file is. */
const HEAD = 64 << 10;
/** The largest GeoIP databases are a tenth of this; it has to fit into memory whole. */
const LARGEST_DATABASE = 1 << 30;
/** Where more memory than this is in use, helpers that have read are replaced before the models run, not after. */
const PLENTY = 512 << 20;
const BETWEEN_REPORTS = 100;

/** The compiled module and the addresses of the code. */
let parts;
let glue;
let memory;
let session = null;
/** The helpers that read, and those that hash: these need little memory, and are not to wait for those to be replaced. */
let readers;
let hashers;

const methods = {
  /** All that a helper needs: the code. */
  async load(given) {
    parts = given;
    glue = await import(parts.glueUrl);
    ({ memory } = await glue.default({ module_or_path: parts.module }));
    return { memory: memory.buffer.byteLength };
  },

  async open(given) {
    await methods.load(given);
    readers = new Pool(parts);
    hashers = new Pool(parts);
  },

  /** Reads everything and runs. Gives the problems of single files, which do not stop the rest. */
  async analyse(settings, traffic, databases) {
    session?.free();
    session = new glue.Session(settings);
    const problems = [];
    const total = traffic.reduce((sum, file) => sum + file.size, 0);
    const report = reporter(total);
    try {
      for (const file of traffic) await attempt(file, problems, () => feed(file, settings, report));
      for (const file of databases) await attempt(file, problems, () => addDatabase(file));
      if (memory.buffer.byteLength + readers.memory > PLENTY) await readers.renew();
      // They hash while this worker computes.
      const hashes = hashers.each(traffic, "hash");
      session.run((stage, fraction) => report.stage(stage, fraction));
      report.end();
      // A file that could not be read has said so above.
      (await hashes).forEach((hash, given) => hash && session.identify(given, hash));
    } catch (error) {
      if (isFatal(error)) throw error;
      throw new Error([...problems, problems.length ? "" : messageOf(error)].filter(Boolean).join("\n"));
    } finally {
      readers.renew().catch(() => {});
    }
    return problems;
  },
};

/** What helpers do. */
const tasks = {
  /** Reads the rows of a file that start within some bounds, into memory that was used before, if it is given any. */
  async stretch(settings, file, head, bounds, spare) {
    const stretch = new glue.Stretch(settings, head, bounds);
    for await (const slice of slicesPast(file, stretch.from(), bounds.until)) if (stretch.feed(slice)) break;
    return { value: stretch.finish(spare), memory: memory.buffer.byteLength };
  },

  /** The SHA-256 of a file, or nothing where it cannot be read. */
  async hash(file) {
    const hash = new glue.Hash();
    try {
      for await (const slice of slices(file)) hash.feed(slice);
    } catch (error) {
      if (isFatal(error)) throw error;
      return { value: null, memory: memory.buffer.byteLength };
    }
    return { value: hash.finish(), memory: memory.buffer.byteLength };
  },
};

/**
 * The readers at work. Chromium lets the garbage collection take one that waits for its file and that nothing else but the
 * wait holds, and the wait then never ends.
 */
const streams = new Set();

/**
 * The slices of a file from a byte on up to another, and past it as long as they are asked for: a row goes on there. What
 * the browser would read ahead behind it is another's.
 */
async function* slicesPast(file, from, until) {
  for (let at = from, end = Math.max(from, until) + ROW; at < file.size; at = end, end += SLICE) yield* slices(file.slice(at, end));
}

/**
 * The slices of a file. The browser reads ahead while one is used. Each is gone with the next: both fill the same buffer,
 * where the browser can do that, which saves a third of the time that reading takes.
 */
async function* slices(file) {
  const reader = fillingReader(file.stream());
  streams.add(reader);
  let buffer = new ArrayBuffer(SLICE);
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    streams.delete(reader);
    reader.cancel().catch(() => {});
  }
}

/** A reader that fills the buffer it is given; elsewhere one that passes it over. */
function fillingReader(stream) {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return stream.getReader();
  }
}

async function attempt(file, problems, action) {
  try {
    await action();
  } catch (error) {
    if (isFatal(error)) throw error;
    const message = error instanceof DOMException ? "it cannot be read; is it a folder, or gone?" : messageOf(error);
    problems.push(message.startsWith(file.name) ? message : `${file.name}: ${message}`);
  }
}

async function feed(file, settings, report) {
  session.begin(file.name);
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  if (file.size > STRETCH && session.divide(head, file.size)) await feedStretches(file, settings, head, report);
  else {
    for await (const slice of slices(file)) {
      session.feed(slice);
      report.bytes(slice.length, session.rowsRead());
    }
  }
  session.finishFile();
  report.bytes(0, session.rowsRead());
}

/** Has the helpers read a table, and puts what they read together in order. */
async function feedStretches(file, settings, head, report) {
  const count = Math.ceil(file.size / STRETCH);
  const begin = (k) => (k ? { byte: k * STRETCH } : "header");
  const read = (k, from, spare) => {
    const bounds = { from, until: (k + 1) * STRETCH };
    const part = readers.run("stretch", [settings, file, head, bounds, spare], spare ? [spare.buffer] : []);
    // If one fails, nobody waits for those read ahead.
    part.catch(() => {});
    return part;
  };
  // Of what is read ahead, no more is held than the helpers are at, and one stretch more for each.
  const ahead = readers.tasks + readers.size;
  const under = Array.from({ length: Math.min(ahead, count) }, (_, k) => read(k, begin(k)));
  for (let k = 0; k < count; k += 1) {
    let part = await under[k];
    let again;
    // Where it began inside a quoted cell, it begins again where the one before it ended.
    while ((again = session.append(part))) part = await read(k, { border: again });
    under[k] = null;
    if (k + ahead < count) under.push(read(k + ahead, begin(k + ahead), new Uint8Array(part.buffer)));
    if (k === 0) session.expect(1 / count);
    report.bytes(Math.min(STRETCH, file.size - k * STRETCH), session.rowsRead());
  }
}

async function addDatabase(file) {
  if (file.size > LARGEST_DATABASE) throw new Error("it is too large for a GeoIP database");
  session.database(file.name, new Uint8Array(await file.arrayBuffer()));
}

/**
 * Tells the page where things stand, a few times a second, and leaves each stage's time and the most memory all workers
 * had in it in the worker's performance timeline, where the browser's own tools show them.
 */
function reporter(total) {
  const started = performance.now();
  let [last, done, rows, stage, entered, peak] = [0, 0, 0, "Reading", started, 0];
  performance.clearMeasures();
  const weigh = () => {
    peak = Math.max(peak, memory.buffer.byteLength + readers.memory + hashers.memory);
  };
  const measure = () => {
    weigh();
    const end = performance.now();
    performance.measure(stage, { start: entered, end, detail: { memory: peak } });
    [entered, peak] = [end, 0];
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
      weigh();
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

/** Buffers change hands instead of being copied: those of exported files and of the rows of a stretch. */
function buffers(value) {
  if (value instanceof Uint8Array) return [value.buffer];
  if (Array.isArray(value)) return value.flatMap(buffers);
  return value && Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(buffers) : [];
}

let queue = Promise.resolve();

addEventListener("message", ({ data: { id, method, args } }) => {
  const turn = queue.then(() => answer(id, method, args));
  // While one of a helper's tasks waits for its file, the next one goes on.
  if (!Object.hasOwn(tasks, method)) queue = turn;
});

/** What the worker answers by itself; all else is the session's. */
const known = { ...methods, ...tasks };

async function answer(id, method, args) {
  try {
    if (!Object.hasOwn(known, method) && !session) throw new Error("nothing has been analysed yet");
    const value = await (Object.hasOwn(known, method) ? known[method](...args) : session[method](...args));
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
