/** The engine's end of the wire: holds the events, and answers what the page asks. */

import init, { catalog, EventLog, Filter, FilterError, operators, type Matches } from "hooksieve/slim";
import engineUrl from "hooksieve/engine.wasm?url";

import { layOut, segments } from "./event-lines";
import type { Answer, Ask, Bits, Condition, FromWorker, LogInfo, RequestName, Source, ToWorker } from "./protocol";
import { summarise } from "./summary";

/** Made-up events beside the sample of a class. */
const MADE_UP = 49;
/** How often at most the page hears how far the loading is, in milliseconds. */
const PROGRESS_INTERVAL = 50;

const engine = init(new URL(engineUrl, import.meta.url));

let log: EventLog | undefined;
let filter: Filter | undefined;
/** Which events match the filter to compare with. */
let before: { text: string; log: EventLog; bits: Bits } | undefined;
let loading: AbortController | undefined;

const handlers: { [Name in RequestName]: (ask: Ask<Name>) => Answer<Name> | Promise<Answer<Name>> } = {
  about: () => ({ operators: operators(), classes: catalog.classes() }),

  class: ({ name }) => catalog.find(name),

  load: async ({ source }) => {
    loading?.abort();
    const controller = new AbortController();
    loading = controller;
    const read = await readEvents(source, controller.signal);
    controller.signal.throwIfAborted();
    log?.[Symbol.dispose]();
    log = read;
    before = undefined;
    return describe(read, source.name);
  },

  cancel: () => {
    loading?.abort();
    return undefined;
  },

  match: ({ filter: text, before: earlier, eventClass }) => {
    const { filter: next, errors } = compile(text);
    if (!next) return { kind: "refusal", errors };
    filter?.[Symbol.dispose]();
    filter = next;
    const start = performance.now();
    const bits = matchAll(next);
    const milliseconds = performance.now() - start;
    const earlierBits = earlier === undefined ? undefined : matchEarlier(earlier);
    return {
      kind: "verdicts",
      bits,
      milliseconds,
      lints: next.lint(eventClass ? { event: eventClass } : {}),
      listing: next.listing,
      ...(earlierBits && { before: earlierBits }),
    };
  },

  rows: ({ indexes }) => {
    const loaded = events();
    return indexes.map((index) => summarise(loaded.text(index), loaded.line(index)));
  },

  event: ({ index }) => {
    const text = events().text(index);
    const className = /"class"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    return { ...layOut(text), className: className ? (JSON.parse(className) as string) : "" };
  },

  explain: ({ index }) => filter?.explain(events().text(index)),

  values: ({ path }) => log?.values(path, { limit: 50 }) ?? [],

  condition: ({ index, pointer }) => conditionFor(events().text(index), pointer),
};

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  const { id, name, ask } = data;
  try {
    await engine;
    const handler = handlers[name] as (ask: Ask<RequestName>) => Answer<RequestName> | Promise<Answer<RequestName>>;
    reply({ id, answer: await handler(ask) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

function reply(message: FromWorker): void {
  self.postMessage(message);
}

function events(): EventLog {
  if (!log) throw new Error("no events are loaded");
  return log;
}

/** The filter, or what is wrong with it. */
function compile(text: string): { filter: Filter; errors: [] } | { filter: undefined; errors: FilterError["errors"] } {
  try {
    return { filter: new Filter(text), errors: [] };
  } catch (error) {
    if (error instanceof FilterError) return { filter: undefined, errors: error.errors };
    throw error;
  }
}

/** What `use` makes of a filter that is needed only for that; `undefined` where it is none. */
function once<Result>(text: string, use: (filter: Filter) => Result): Result | undefined {
  const { filter } = compile(text);
  if (!filter) return undefined;
  try {
    return use(filter);
  } finally {
    filter[Symbol.dispose]();
  }
}

function matchAll(one: Filter): Bits {
  return log ? plain(log.match(one)) : { words: new Uint32Array(), count: 0 };
}

function plain({ words, count }: Matches): Bits {
  return { words, count };
}

/** The filter to compare with stays the same while one types: it is matched once. */
function matchEarlier(text: string): Bits | undefined {
  if (before && before.text === text && before.log === log) return before.bits;
  const bits = once(text, matchAll);
  before = bits && log && { text, log, bits };
  return bits;
}

function describe(read: EventLog, name: string): LogInfo {
  return {
    name,
    size: read.size,
    badLines: read.badLines,
    badLineCount: read.badLineCount,
    memory: read.memory,
    fields: read.fields(),
  };
}

async function readEvents(source: Source, signal: AbortSignal): Promise<EventLog> {
  switch (source.kind) {
    case "url": {
      const response = await fetch(source.url, { signal });
      if (!response.ok || !response.body) throw new Error(`${source.url} cannot be read: ${response.status}`);
      return readStream(response.body, Number(response.headers.get("content-length")) || undefined, signal);
    }
    case "blob": {
      const blob = await withoutMark(source.blob);
      if (!(await looksLikeDocument(blob, source.name))) return readStream(blob.stream(), blob.size, signal);
      return readDocument(new Uint8Array(await blob.arrayBuffer()));
    }
    case "text":
      return readDocument(source.text.replace(/^\ufeff/, ""));
    case "class": {
      const read = new EventLog();
      read.push(JSON.stringify(catalog.find(source.name)?.sample ?? null));
      for (let seed = 0; seed < MADE_UP; seed++) read.push(catalog.generate(source.name, seed));
      return read;
    }
  }
}

function readStream(stream: ReadableStream<Uint8Array>, total: number | undefined, signal: AbortSignal): Promise<EventLog> {
  let told = 0;
  const onProgress = (bytes: number): void => {
    const now = performance.now();
    if (now - told < PROGRESS_INTERVAL) return;
    told = now;
    reply({ progress: bytes, total });
  };
  return EventLog.fromNdjson(stream, { onProgress, signal });
}

/** Editors on Windows put a byte order mark at the start of a file. */
async function withoutMark(blob: Blob): Promise<Blob> {
  const [first, second, third] = new Uint8Array(await blob.slice(0, 3).arrayBuffer());
  return first === 0xef && second === 0xbb && third === 0xbf ? blob.slice(3) : blob;
}

/** Whether a file is rather one JSON document than a line for each event. */
async function looksLikeDocument(blob: Blob, name: string): Promise<boolean> {
  return name.endsWith(".json") || (await blob.slice(0, 1024).text()).trimStart().startsWith("[");
}

/** A document that is an event, or an array of events; else lines after all, unless none of them is an event. */
function readDocument(input: string | Uint8Array): EventLog {
  try {
    return EventLog.fromJson(input);
  } catch (error) {
    const lines = EventLog.fromNdjson(input);
    if (lines.size > 0) return lines;
    throw error;
  }
}

/**
 * A condition that the value at a place in an event passes: without the indexes of arrays where that says
 * the same of this event, as such a condition is what people mean, else with them.
 */
function conditionFor(text: string, pointer: string): Condition | undefined {
  const value = layOut(text).lines.find((line) => line.pointer === pointer)?.text;
  if (value === undefined || "{[".includes(value.charAt(0))) return undefined;
  const keys = segments(pointer);
  const fields = keys.filter((_, position) => !isIndex(text, keys.slice(0, position)));
  const path = [fields, keys]
    .map(pathOf)
    .find((path) => once(`{${JSON.stringify(path)}: ${value}}`, (condition) => condition.matches(text)));
  return path === undefined ? undefined : { path, value };
}

function pathOf(keys: string[]): string {
  return keys.map((key) => key.replaceAll("\\", "\\\\").replaceAll(".", "\\.")).join(".");
}

/** Whether what is at `parent` is an array. */
function isIndex(text: string, parent: string[]): boolean {
  let value: unknown = JSON.parse(text);
  for (const key of parent) value = (value as Record<string, unknown>)[key];
  return Array.isArray(value);
}
