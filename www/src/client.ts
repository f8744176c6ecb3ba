/** The page's end of the wire to the engine, which is in a worker so that the page never waits for it. */

import type { Answer, Ask, FromWorker, RequestName } from "./protocol";

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

export class Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** `onProgress` hears how much of a source is read, `onFailure` that the engine cannot go on. */
  constructor(
    onProgress: (bytes: number, total: number | undefined) => void,
    onFailure: (message: string) => void,
  ) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ("progress" in data) {
        onProgress(data.progress, data.total);
        return;
      }
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("error" in data) waiting?.reject(new Error(data.error));
      else waiting?.resolve(data.answer as never);
    };
    this.#worker.onerror = (event) => onFailure(event.message || "the engine cannot be loaded");
  }

  ask<Name extends RequestName>(name: Name, ask: Ask<Name>): Promise<Answer<Name>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, ask });
    });
  }

  stop(): void {
    this.#worker.terminate();
  }
}

/**
 * Runs at most one at a time, and of what is asked for meanwhile only the last: while someone types, what
 * is outdated is never worked on.
 */
export function latest<Argument>(run: (argument: Argument) => Promise<void>): (argument: Argument) => void {
  let isBusy = false;
  let next: { argument: Argument } | undefined;
  return async function ask(argument: Argument) {
    next = { argument };
    if (isBusy) return;
    isBusy = true;
    try {
      while (next) {
        const { argument } = next;
        next = undefined;
        await run(argument);
      }
    } finally {
      isBusy = false;
    }
  };
}
