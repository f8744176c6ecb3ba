/** The engine's end of the wire: holds the events, and answers what the page asks. */

import init, { catalog, EventLog, Filter, FilterError, operators, type Dialect, type EventBits } from "hooksieve/slim";
import engineUrl from "hooksieve/engine.wasm?url";

import { layOut, segments } from "./event-lines";
import type {
  Answer,
  Ask,
  Bits,
  Condition,
  FromWorker,
  LogInfo,
  Outcomes,
  RequestName,
  Source,
  ToWorker,
  Verdicts,
} from "./protocol";
import { otherDialect } from "./state";
import { summarise } from "./summary";

/** Made-up events beside the sample of a class. */
const MADE_UP = 49;
/** How often at most the page hears how far the loading is, in milliseconds. */
const PROGRESS_INTERVAL = 50;

const engine = init(new URL(engineUrl, import.meta.url));

let log: EventLog | undefined;
/** What the loaded events are called, and by which number they are told from those before. */
let logName = "";
let logId = 0;
let filter: Filter | undefined;
/** What the filter to compare with says of the events. */
let before: { text: string; dialect: Dialect; log: EventLog; outcomes: Outcomes } | undefined;
let loading: AbortController | undefined;

const handlers: { [Name in RequestName]: (ask: Ask<Name>) => Answer<Name> | Promise<Answer<Name>> } = {
  about: () => ({
    operators: { mongo: operators(), nextcloud: operators({ dialect: "nextcloud" }) },
    classes: catalog.classes(),
  }),

  class: ({ name }) => catalog.find(name),

  load: async ({ source }) => {
    loading?.abort();
    const controller = new AbortController();
    loading = controller;
    const read = await readEvents(source, controller.signal);
    controller.signal.throwIfAborted();
    log?.[Symbol.dispose]();
    log = read;
    logName = source.name;
    logId++;
    before = undefined;
    return describe(read);
  },

  append: ({ texts }) => {
    const loaded = events();
    for (const text of texts) loaded.push(text);
    before = undefined;
    return describe(loaded);
  },

  cancel: () => {
    loading?.abort();
    return undefined;
  },

  match: ({ filter: text, dialect, before: earlier, eventClass, portable, withOther }) => {
    const { filter: next, errors } = compile(text, dialect);
    if (!next) return { kind: "refusal", errors, isOther: once(text, otherDialect(dialect), () => true) ?? false };
    filter?.[Symbol.dispose]();
    filter = next;
    const start = performance.now();
    const outcomes = matchAll(next);
    const milliseconds = performance.now() - start;
    const earlierOutcomes = earlier === undefined ? undefined : matchEarlier(earlier, dialect);
    return {
      kind: "verdicts",
      outcomes,
      milliseconds,
      lints: next.lint({ portable, ...(eventClass && { event: eventClass }) }),
      listing: next.listing,
      ...(earlierOutcomes && { before: earlierOutcomes }),
      ...(withOther && { other: matchOther(text, otherDialect(dialect)) }),
    };
  },

  rows: ({ indexes }) => {
    const loaded = events();
    return indexes.filter(isThere).map((index) => summarise(loaded.text(index), loaded.line(index)));
  },

  event: ({ index }) => {
    if (!isThere(index)) return undefined;
    const text = events().text(index);
    const className = /"class"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    return { ...layOut(text), className: className ? (JSON.parse(className) as string) : "" };
  },

  explain: ({ index }) => {
    if (!filter || !isThere(index)) return undefined;
    const event = events().text(index);
    const elsewhere = once(filter.source ?? "", otherDialect(filter.dialect), (other) => {
      const { matches, reason } = other.explain(event);
      return { matches, reason };
    });
    return { explanation: filter.explain(event), ...(elsewhere && { elsewhere }) };
  },

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

/** The page may ask for events that others have just taken the place of. It does not look at the answer then. */
function isThere(index: number): boolean {
  return index < events().size;
}

function events(): EventLog {
  if (!log) throw new Error("no events are loaded");
  return log;
}

/** The filter, or what is wrong with it. */
function compile(
  text: string,
  dialect: Dialect,
): { filter: Filter; errors: [] } | { filter: undefined; errors: FilterError["errors"] } {
  try {
    return { filter: new Filter(text, { dialect }), errors: [] };
  } catch (error) {
    if (error instanceof FilterError) return { filter: undefined, errors: error.errors };
    throw error;
  }
}

/** What `use` makes of a filter that is needed only for that; `undefined` where it is none. */
function once<Result>(text: string, dialect: Dialect, use: (filter: Filter) => Result): Result | undefined {
  const { filter } = compile(text, dialect);
  if (!filter) return undefined;
  try {
    return use(filter);
  } finally {
    filter[Symbol.dispose]();
  }
}

function matchAll(one: Filter): Outcomes {
  const none = { words: new Uint32Array(), count: 0 };
  if (!log) return { matching: none, throwing: none };
  const { matching, throwing } = log.verdicts(one);
  return { matching: plain(matching), throwing: plain(throwing) };
}

function plain({ words, count }: EventBits): Bits {
  return { words, count };
}

/** The filter to compare with stays the same while one types: it is matched once. */
function matchEarlier(text: string, dialect: Dialect): Outcomes | undefined {
  if (before && before.text === text && before.dialect === dialect && before.log === log) return before.outcomes;
  const outcomes = once(text, dialect, matchAll);
  before = outcomes && log && { text, dialect, log, outcomes };
  return outcomes;
}

function matchOther(text: string, dialect: Dialect): NonNullable<Verdicts["other"]> {
  const { filter: other, errors } = compile(text, dialect);
  if (!other) return { errors };
  const outcomes = matchAll(other);
  other[Symbol.dispose]();
  return outcomes;
}

function describe(read: EventLog): LogInfo {
  return {
    id: logId,
    name: logName,
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
    case "texts": {
      const read = new EventLog();
      for (const text of source.texts) read.push(text);
      return read;
    }
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
  const dialect = filter?.dialect ?? "mongo";
  return [fields, keys]
    .map(pathOf)
    .flatMap((path) => equalities(path, value, dialect))
    .find(({ path, literal }) =>
      once(`{${JSON.stringify(path)}: ${literal}}`, dialect, (one) => one.verdict(text).outcome === "matches"),
    );
}

/** The conditions that a value is such a one, the best one first. For Nextcloud a string in slashes is a pattern. */
function equalities(path: string, value: string, dialect: Dialect): Condition[] {
  const alone = { path, operator: dialect === "mongo" ? "$eq" : "$e", operand: value, literal: value };
  const among = { path, operator: "$in", operand: `[${value}]`, literal: `{"$in": [${value}]}` };
  return dialect === "mongo" ? [alone] : [alone, among];
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
