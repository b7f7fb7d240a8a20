// The page's side of the worker: questions and answers, and a fresh worker where one is cancelled or broken.

/** Thrown by whatever was under way when the person cancelled. */
export class Cancelled extends Error {}

export class Engine {
  #parts;
  #worker;
  #pending = new Map();
  #last = 0;
  #progress = null;

  /** `parts`: the compiled module, and the addresses of the verified glue and worker code. */
  constructor(parts) {
    this.#parts = parts;
    this.#spawn();
  }

  /** Calls a method of the worker. `progress` takes what it reports on the way. */
  call(method, args = [], progress = null) {
    this.#last += 1;
    const id = this.#last;
    if (progress) this.#progress = progress;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args });
    });
  }

  /** Stops at once, whatever the worker is doing; the next one starts from the module already compiled. */
  cancel() {
    this.#replace(new Cancelled("cancelled"));
  }

  #spawn() {
    const worker = new Worker(this.#parts.workerUrl, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answer(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#replace(new Error("The analysis stopped unexpectedly. The page is ready for another try."));
    });
    this.#worker = worker;
    // As text: a trusted address cannot be posted. The worker's own policy trusts it again, for its helpers.
    const workerUrl = String(this.#parts.workerUrl);
    const processors = navigator.hardwareConcurrency || 1;
    worker.postMessage({ id: 0, method: "open", args: [{ ...this.#parts, workerUrl, processors }] });
  }

  #answer({ id, value, error, fatal, progress }) {
    if (progress) { this.#progress?.(progress); return; }
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) { waiting?.resolve(value); return; }
    waiting?.reject(new Error(error));
    // An instance that has panicked or run out of memory may not be used again.
    if (fatal) this.#replace(new Error(error));
  }

  #replace(reason) {
    this.#worker.terminate();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    this.#progress = null;
    this.#spawn();
    for (const { reject } of waiting) reject(reason);
  }
}
