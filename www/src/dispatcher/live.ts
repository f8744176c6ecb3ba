/** News of the dispatcher, as they happen. */

import { event, storedEvent, type StoredEvent } from "./api";

/** What is told, by the kinds of news. */
interface Kinds {
  event: StoredEvent;
  delivery: { id: string; listener: number };
  listener: { id: number };
  /** The connection is there, or lost. */
  connection: boolean;
  /** Some news may have been missed. */
  gap: undefined;
}

/** How long to wait before asking again, where the browser does not do so itself, in milliseconds. */
const RETRY = 5_000;

export class Live {
  readonly #listeners = new Map<keyof Kinds, Set<(news: never) => void>>();
  #source: EventSource | undefined;

  /** Calls `listener` until `signal` is aborted. */
  on<Kind extends keyof Kinds>(kind: Kind, listener: (news: Kinds[Kind]) => void, signal?: AbortSignal): void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all.add(listener));
    signal?.addEventListener("abort", () => all.delete(listener), { once: true });
  }

  start(): void {
    const source = new EventSource("events/stream");
    this.#source = source;
    source.onopen = () => {
      this.#tell("connection", true);
      this.#tell("gap", undefined);
    };
    source.onerror = () => {
      this.#tell("connection", false);
      // An answer that is no stream ends it for good.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#again(source), RETRY);
    };
    const on = (name: string, listener: (data: string) => void): void =>
      source.addEventListener(name, ({ data }: MessageEvent<string>) => listener(data));
    on("event", (data) => void this.#tellEvent(storedEvent(data)));
    on("delivery", (data) => this.#tell("delivery", JSON.parse(data) as Kinds["delivery"]));
    on("listener", (data) => this.#tell("listener", JSON.parse(data) as Kinds["listener"]));
    on("missed", () => this.#tell("gap", undefined));
  }

  /** Long events come without their text. */
  async #tellEvent(told: StoredEvent): Promise<void> {
    try {
      this.#tell("event", told.text === "null" ? await event(told.id) : told);
    } catch {
      // Who shows events asks for what was missed.
      this.#tell("gap", undefined);
    }
  }

  #again(ended: EventSource): void {
    if (this.#source === ended) this.start();
  }

  #tell<Kind extends keyof Kinds>(kind: Kind, news: Kinds[Kind]): void {
    for (const listener of this.#listeners.get(kind) ?? []) listener(news as never);
  }
}

/**
 * Calls at most once in so many milliseconds, and never twice at the same time: what comes meanwhile is done in
 * one go afterwards.
 */
export function throttled(milliseconds: number, run: () => Promise<void>, signal: AbortSignal): () => void {
  let isBusy = false;
  let isWanted = false;
  const call = async (): Promise<void> => {
    isBusy = true;
    isWanted = false;
    await Promise.allSettled([run(), new Promise((resolve) => setTimeout(resolve, milliseconds))]);
    isBusy = false;
    if (isWanted && !signal.aborted) void call();
  };
  return () => {
    isWanted = true;
    if (!isBusy && !signal.aborted) void call();
  };
}
