// A worker's helpers: workers of the same code that take tasks as they become free. They stand by from the start, because
// starting them takes as long as reading some thirty megabytes.

/** More helpers than this are no faster: one worker puts together what they read. */
const MOST = 4;
/** So many tasks a helper has at a time: while one waits for its file, another goes on. */
const EACH = 3;

/** The same policy as the page's (seal.js): the only script addresses are blobs. */
const policy = globalThis.trustedTypes?.createPolicy("flowglass", {
  createScriptURL(url) {
    if (!url.startsWith("blob:")) throw new TypeError("only verified code runs here");
    return url;
  },
});

export class Pool {
  /** Each worker as often as it can take a task. */
  #idle = [];
  #parts;
  #workers = [];
  #waiting = [];
  #memory = new Map();
  #worked = false;

  /** `parts`: what the worker itself was opened with. */
  constructor(parts) {
    this.#parts = parts;
    this.#open();
  }

  get size() {
    return this.#workers.length;
  }

  /** How many tasks the helpers are at, when they are busy. */
  get tasks() {
    return EACH * this.size;
  }

  /** The bytes of memory that the helpers' instances were last known to have. */
  get memory() {
    return [...this.#memory.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Has the next free helper do a task. The buffers that are given change hands. */
  run(method, args, given = []) {
    this.#worked = true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ method, args, given, resolve, reject });
      this.#dispatch();
    });
  }

  /** Has the helpers do a task on each of some things; each helper is told at once all that it will do. */
  each(things, method) {
    return Promise.all(things.map((thing, k) => this.#ask(this.#workers[k % this.size], method, [thing])));
  }

  /**
   * Puts new helpers in the place of those that have worked, and lets go what these were at: an instance keeps all the
   * memory it ever needed. Chromium can end a worker only while the one that made it listens. Whoever computes for long
   * without a pause waits for this first; who is ended itself before its helpers have come to their end leaves them behind.
   */
  async renew() {
    if (!this.#worked) return;
    for (const worker of this.#workers) worker.terminate();
    this.#waiting = [];
    this.#memory.clear();
    await this.#open();
  }

  /** Settles when the helpers are there. */
  #open() {
    this.#worked = false;
    const url = policy ? policy.createScriptURL(this.#parts.workerUrl) : this.#parts.workerUrl;
    const size = Math.min(MOST, this.#parts.processors);
    this.#workers = Array.from({ length: size }, () => new Worker(url, { type: "module" }));
    this.#idle = Array.from({ length: EACH }, () => this.#workers).flat();
    const opened = this.each(this.#workers.map(() => this.#parts), "load");
    // Who waits for a task is told of a worker that stopped.
    opened.catch(() => {});
    return opened;
  }

  #dispatch() {
    while (this.#idle.length && this.#waiting.length) {
      const worker = this.#idle.shift();
      const { method, args, given, resolve, reject } = this.#waiting.shift();
      this.#ask(worker, method, args, given).then(resolve, reject).finally(() => {
        if (!this.#workers.includes(worker)) return;
        this.#idle.push(worker);
        this.#dispatch();
      });
    }
  }

  #last = 0;

  #ask(worker, method, args, given = []) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      const listen = ({ data }) => {
        if (data.id !== id) return;
        worker.removeEventListener("message", listen);
        if (data.error !== undefined) reject(data.fatal ? new WebAssembly.RuntimeError(data.error) : new Error(data.error));
        else {
          this.#memory.set(worker, data.value.memory);
          resolve(data.value.value);
        }
      };
      worker.addEventListener("message", listen);
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        reject(new WebAssembly.RuntimeError("a helper stopped"));
      });
      worker.postMessage({ id, method, args }, given);
    });
  }
}
