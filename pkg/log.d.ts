import type { TypeName } from "./explain.js";
import type { EventError, EventInput, Filter, FilterError, ThrownError } from "./index.js";

/** A line that is not an event. */
export interface BadLine {
  /** From 1. */
  line: number;
  /** In bytes of the line, as UTF-8: a line need not be text. */
  offset: number;
  message: string;
}

export interface EventLogOptions {
  /** What the events and their columns may take, in bytes (1 GiB). */
  maxBytes?: number;
}

export interface ReadOptions extends EventLogOptions {
  /** Called after each chunk with the number of bytes read so far. */
  onProgress?: (bytes: number) => void;
  /** Ends the reading. */
  signal?: AbortSignal;
}

/** Where events come from in pieces: the body of a `Response`, `blob.stream()`, a Node stream. */
export type EventStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

/**
 * Many events inside the engine, to be matched again and again. The values at the paths of a filter are
 * kept as columns after their first use, so that another filter on the same paths does not read the text
 * again.
 */
export class EventLog {
  constructor(options?: EventLogOptions);

  /**
   * Reads events, one to a line. Empty lines are skipped, and so is a byte order mark at the start; lines that are no
   * events are listed.
   */
  static fromNdjson(input: string | Uint8Array, options?: EventLogOptions): EventLog;
  static fromNdjson(input: EventStream, options?: ReadOptions): Promise<EventLog>;

  /**
   * Reads a document: each element of an array is an event, anything else is the only one.
   *
   * @throws {EventError} where it is not JSON.
   */
  static fromJson(input: string | Uint8Array, options?: EventLogOptions): EventLog;

  /** The number of events. */
  readonly size: number;

  /** Adds more lines. A last one that is not ended waits for the next piece, or for {@link EventLog.end}. */
  append(chunk: string | Uint8Array): void;

  /** There are no more pieces: what waits is a line. */
  end(): void;

  /**
   * Adds one event; returns its index.
   *
   * @throws {EventError} where a text or bytes are not one JSON document.
   * @throws {RangeError} where there is no room.
   */
  push(event: EventInput): number;

  /** The text of an event. Indexes are from 0. */
  text(index: number): string;

  /** The line that an event stood on, from 1. */
  line(index: number): number;

  /** The first 1,000 lines that are not events. */
  readonly badLines: readonly BadLine[];

  /** How many there are. */
  readonly badLineCount: number;

  /**
   * Which events match.
   *
   * @throws {ThrownError} where the filter throws on some event: {@link EventLog.verdicts} tells on which.
   */
  match(filter: Filter): EventBits;

  /** Which events match, and on which the filter throws: in the dialect `mongo` on none. */
  verdicts(filter: Filter): LogVerdicts;

  /**
   * The values at a path, the most frequent first: scalars only, those in arrays included.
   *
   * @throws {FilterError} where the path is none.
   */
  values(path: string, options?: { limit?: number }): ValueCount[];

  /** The fields of its events, in the order in which they turn up. Of many events a sample is looked at. */
  fields(options?: { sample?: number }): FieldSummary[];

  readonly memory: LogMemory;

  /** Frees its memory now. */
  [Symbol.dispose](): void;
}

/** What a filter says of the events of a log; those that are in neither do not match. */
export interface LogVerdicts {
  readonly matching: EventBits;
  readonly throwing: EventBits;
}

/** Some of the events of a log: a bit for each. */
export interface EventBits {
  /** The number of events. */
  readonly size: number;
  /** How many of them these are. */
  readonly count: number;
  /** Event `i` is bit `i % 32` of word `i >> 5`. The array is yours. */
  readonly words: Uint32Array;
  has(index: number): boolean;
  /** Their indexes, ascending. */
  indexes(): Uint32Array;
}

/** A value with the number of events that have it. */
export interface ValueCount {
  value: null | boolean | number | string;
  count: number;
}

/** A field of the events of a log. */
export interface FieldSummary {
  /** As it is written in a filter. The members of an array's elements have the path of the array. */
  path: string;
  types: TypeName[];
  /** How many of the events looked at have it. */
  count: number;
  /** A value of it, as JSON text; a long one is cut. */
  example: string;
}

/** In bytes. */
export interface LogMemory {
  events: number;
  columns: number;
  max: number;
}
