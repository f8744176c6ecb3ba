/**
 * Does this event match this filter? MongoDB-style JSON filters for webhooks, compiled to WebAssembly.
 *
 * Positions in texts (`range`, `offset`) count UTF-16 code units, as the indexes of JavaScript strings do; those in
 * bytes count bytes.
 */

import type { ExplainOptions, Explanation, Implication, Lint, LintOptions } from "./explain.js";
import type { BadLine, EventLog } from "./log.js";

export * from "./catalog.js";
export * from "./explain.js";
export * from "./log.js";

/** A JSON value, parsed. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A filter: its text, or the same as a value, which is taken as the JSON text that it has. Text keeps
 * integers beyond 2^53 and tells keys that stand twice.
 */
export type FilterInput = string | object | null;

/**
 * An event: its JSON text, the bytes of that in UTF-8, or the value. Text and bytes are read in one pass
 * and keep 64-bit integers exact. Of a value only what the filter looks at crosses into the engine.
 */
export type EventInput = string | Uint8Array | object | null;

/** A part of a text: `text.slice(start, end)`. */
export interface Range {
  start: number;
  end: number;
}

/** A change to a filter's text. */
export interface Replacement {
  range: Range;
  text: string;
}

/**
 * The rules by which a filter is read and evaluated: MongoDB's, which is the default, or those of the PHP class that
 * evaluates the filters of Nextcloud's webhook listeners. That one has other operators and PHP's comparisons, and on
 * some filters and events it *throws*.
 */
export type Dialect = "mongo" | "nextcloud";

/** Bounds on what is compiled; what is not given has the default in brackets. */
export interface Limits {
  /** The filter's text, in bytes of UTF-8 (65,536). */
  textBytes?: number;
  /** Arrays and objects inside each other (64). */
  nesting?: number;
  /** Conditions, those inside `$elemMatch` and each entry of `$all` included (4,096). */
  conditions?: number;
  /** Operands of one `$in`, `$nin` or `$all` (10,000). */
  inOperands?: number;
  /** A `$regex`, in bytes (1,000). */
  patternBytes?: number;
  /** States of all patterns of a filter together (8,192). */
  patternStates?: number;
  /** Segments of a path (128). */
  pathSegments?: number;
  /** Segments of a path that could be an index (8). */
  pathIndexes?: number;
}

export interface FilterOptions {
  /** `mongo`, unless another one is given. */
  dialect?: Dialect;
  limits?: Limits;
}

/** One thing that is wrong with a filter. */
export interface Problem {
  /** Stable, for programs: `unknown-operator`. */
  code: string;
  /** The place in the filter, as a JSON Pointer (RFC 6901); empty for the whole. */
  pointer: string;
  /** What is wrong, in plain words: lower case, no full stop. */
  message: string;
  /** The part of the text that is wrong. Not there for a filter that was given as a value, or as bytes. */
  range?: Range;
  /** What was probably meant: "did you mean `$eq`?" */
  hint?: string;
  /** A change to the text that is probably what was meant. */
  replacement?: Replacement;
}

/** A filter that was refused. `code`, `pointer` and `range` are those of the first problem. */
export class FilterError extends Error {
  readonly name: "FilterError";
  /** By whose rules it was refused. */
  readonly dialect: Dialect;
  readonly code: string;
  readonly pointer: string;
  readonly range?: Range;
  /** Everything that is wrong, in the order of the text; never empty. */
  readonly errors: readonly Problem[];
}

/** A catalogue that was refused. `code`, `pointer` and `range` are those of the first problem. */
export class CatalogError extends Error {
  readonly name: "CatalogError";
  readonly code: string;
  readonly pointer: string;
  readonly range?: Range;
  /** Everything that is wrong, in the order of the text; never empty. */
  readonly errors: readonly Problem[];
}

/** An event that is not JSON. Says where, but nothing of what the event holds. */
export class EventError extends Error {
  readonly name: "EventError";
  /**
   * Where the text stops being JSON: in UTF-16 code units for an event given as a string, in bytes for
   * bytes.
   */
  readonly offset: number;
}

/**
 * An event on which a filter of the dialect `nextcloud` throws. That server then calls neither this listener nor those
 * of the event that come after it: it is not the same as no match.
 */
export class ThrownError extends Error {
  readonly name: "ThrownError";
  /** PHP's exception with its message: `Exception: Operator $eq is unknown`. */
  readonly reason: string;
  /** The event's index, where it is one of an {@link EventLog}. */
  readonly index?: number;
}

/**
 * What a filter says of an event. The dialect `mongo` knows only the first two; `throws` comes with the reason of
 * {@link ThrownError}.
 */
export type Verdict = { outcome: "matches" } | { outcome: "does-not-match" } | { outcome: "throws"; reason: string };

/** What a filter says of the lines of a text. Lines are counted from 1; empty ones are no events. */
export interface LineVerdicts<Line extends string | Uint8Array> {
  /** The number of events. */
  readonly size: number;
  /** How many of them match. */
  readonly count: number;
  /** The lines of those, ascending. */
  lines(): Uint32Array;
  /** The events that match, as they stand in the text. */
  texts(): Generator<Line, void>;
  /** How many lines are not JSON. */
  readonly badLineCount: number;
  /** The first 1,000 of them. */
  readonly badLines: readonly BadLine[];
  /** On how many of the events the filter throws: in the dialect `mongo` on none. */
  readonly throwingCount: number;
  /** The lines of those, ascending. */
  throwingLines(): Uint32Array;
}

/** A compiled filter. */
export class Filter {
  /**
   * Compiles a filter. In the dialect `mongo`, `{}`, `[]` and `null` match every event, and a filter that compiles
   * cannot fail later. In the dialect `nextcloud` hardly anything is wrong with a filter as such: what that evaluator
   * does not know, it throws on once it gets there.
   *
   * @throws {FilterError} with everything that is wrong; for `nextcloud` also where it throws on every event.
   * @throws {RangeError} where there is no such dialect or limit.
   */
  constructor(query: FilterInput, options?: FilterOptions);

  /**
   * Loads what {@link Filter.toBytes} gave, here or in Rust.
   *
   * @throws {FilterError} with code `invalid-program` where the bytes are no program.
   */
  static fromBytes(bytes: Uint8Array): Filter;

  /** The text that it was compiled from: of a value its JSON text. `undefined` where it was loaded. */
  readonly source: string | undefined;

  /** The rules that it follows. */
  readonly dialect: Dialect;

  /** The paths that it looks at, as they are written in a filter, each once. */
  readonly paths: readonly string[];

  /** The program as a list of instructions, one to a line, for the curious. */
  readonly listing: string;

  /**
   * Whether it lets the event through.
   *
   * @throws {EventError} where a text or bytes are not one JSON document.
   * @throws {ThrownError} where Nextcloud's evaluator throws; never in the dialect `mongo`.
   */
  matches(event: EventInput): boolean;

  /**
   * The same, with what Nextcloud's evaluator throws as a third outcome.
   *
   * @throws {EventError} where a text or bytes are not one JSON document.
   */
  verdict(event: EventInput): Verdict;

  /**
   * What it says of the lines of a text, each an event, in one go: in less time than line by line. Where the lines are
   * matched again, with other filters, an {@link EventLog} is faster. A byte order mark at the start is passed over.
   */
  matchNdjson(ndjson: string): LineVerdicts<string>;
  matchNdjson(ndjson: Uint8Array): LineVerdicts<Uint8Array>;
  matchNdjson(ndjson: string | Uint8Array): LineVerdicts<string | Uint8Array>;

  /**
   * Why it does, or does not, match, or throws: every part of the filter with its verdict and a sentence. For
   * people; takes much longer than {@link Filter.matches}.
   *
   * @throws {EventError} where a text or bytes are not one JSON document.
   */
  explain(event: EventInput, options?: ExplainOptions): Explanation;

  /**
   * Everything that is suspicious about it, in the order of the text: at most 100 lints. With the class of
   * the events, fields and types are checked, too. Of a filter of the dialect `nextcloud`: where it throws, and how
   * that evaluator reads what is there.
   *
   * @throws {RangeError} where there is no such class.
   */
  lint(options?: LintOptions): Lint[];

  /**
   * Whether `other` matches every event that this one matches. For the dialect `mongo`.
   *
   * @throws {Error} where one of them is of another dialect.
   */
  implies(other: Filter): Implication;

  /** The program, to be stored. The text is not in it. */
  toBytes(): Uint8Array;

  /** Frees its memory now; otherwise that happens some time after it is out of reach. */
  [Symbol.dispose](): void;
}

/** Many filters of the dialect `mongo`, matched together: an event is read once, however many there are. */
export class FilterSet<Id = string> {
  constructor(entries?: Iterable<readonly [Id, Filter]>);

  /** The number of filters. */
  readonly size: number;

  /**
   * Adds a filter at the end of the order; one with the same id goes.
   *
   * @throws {Error} where it is of another dialect.
   */
  insert(id: Id, filter: Filter): this;

  /** Takes a filter out; `false` where there is none with the id. */
  delete(id: Id): boolean;

  has(id: Id): boolean;

  /**
   * The ids of the filters that match, in the order in which they were inserted.
   *
   * @throws {EventError} where a text or bytes are not one JSON document.
   */
  matches(event: EventInput): Id[];

  /** Frees its memory now. */
  [Symbol.dispose](): void;
}

/** An event on which the dialects disagree. */
export interface DialectDifference {
  /** The index of the event in the log, or among the events given. */
  index: number;
  mongo: Verdict;
  nextcloud: Verdict;
}

/**
 * The events on which a filter has another verdict in Nextcloud than in MongoDB's dialect, ascending.
 *
 * @throws {FilterError} where one of the dialects refuses the filter: its `dialect` tells which.
 * @throws {EventError} where an event is text or bytes that are not one JSON document.
 */
export function compareDialects(
  query: FilterInput,
  events: EventLog | Iterable<EventInput>,
  options?: { limits?: Limits },
): DialectDifference[];

/** An operator of the filter language. */
export interface Operator {
  /** As it is written: `$eq`. */
  name: string;
  /** `field`: under a path. `top`: where a path can stand. */
  place: "field" | "top";
  /** What it takes. */
  operand: string;
  /** When it holds, in a line. */
  meaning: string;
  /** The text of a filter that uses it. */
  example: string;
}

/**
 * The operators, in the order of the documentation.
 *
 * @throws {RangeError} where there is no such dialect.
 */
export function operators(options?: { dialect?: Dialect }): Operator[];

/** A row of a table of verdicts. */
export interface TestCase {
  name?: string;
  filter: FilterInput;
  event: EventInput;
  /** `"error"` for a filter that is to be refused, or, in the dialect `nextcloud`, to throw on the event. */
  expected: boolean | "error";
}

export interface TestResult {
  passed: number;
  failed: number;
  failures: TestFailure[];
}

export interface TestFailure {
  /** The number of the case, from 0; of a text, the number of the line, from 1. */
  index: number;
  name?: string;
  expected: boolean | "error";
  found: boolean | "error";
  /** Why the filter was refused, or what it throws. */
  error?: FilterError | ThrownError;
}

/**
 * Compiles the filter of each case and applies it to the event. A text is a table with one case on each
 * line, whose filters and events are read as they are written.
 *
 * @throws {SyntaxError} where a line of a text is no case.
 * @throws {EventError} where the event of a case is not JSON.
 */
export function test(cases: Iterable<TestCase> | string, options?: { dialect?: Dialect }): TestResult;
