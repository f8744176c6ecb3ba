/**
 * Does this event match this filter? MongoDB-style JSON filters for webhooks, compiled to WebAssembly.
 *
 * Positions in texts (`range`, `offset`) count UTF-16 code units, as the indexes of JavaScript strings do; those in
 * bytes count bytes.
 */

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
   * matched again, with other filters, an {@link EventLog} is faster.
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

export interface ExplainOptions {
  /** Leaves out all values of the event, for logs. */
  maskValues?: boolean;
}

/** Why an event does, or does not, match, or why Nextcloud's evaluator throws. */
export type Explanation = {
  /** The main reason, one line: the sentences of the conditions that decide, at most three. */
  reason: string;
  /** The filter as a whole. */
  root: ExplanationNode;
} & ({ matches: boolean; throws?: undefined } | { /** It throws. */ matches: null; /** PHP's reason. */ throws: string });

/**
 * What a part of an explanation is: `all` (a filter, or a branch of `$and`, `$or`, `$nor`), `field` (a path
 * with operators), `allOf` (`$all`), `element` (an element of the event that an `$elemMatch` looked at),
 * `condition` (one operator, or a value to be equal to). In the dialect `nextcloud` also `unknown` (a logical operator
 * that it does not know, with a list: never holds) and `invalid` (what it cannot read: throws). A filter that was loaded
 * from bytes has a `program` of `test`s.
 */
export type ExplanationKind =
  | "all"
  | "and"
  | "or"
  | "nor"
  | "field"
  | "not"
  | "allOf"
  | "elemMatch"
  | "element"
  | "condition"
  | "comment"
  | "unknown"
  | "invalid"
  | "program"
  | "test";

/** A part of a filter, or an element of the event, and what became of it. What is not there is left out. */
export interface ExplanationNode {
  kind: ExplanationKind;
  /**
   * Whether it holds, on its own: a part below a `$not` that holds can be why the filter does not match. `null` where
   * it throws.
   */
  verdict: boolean | null;
  /** PHP's reason, where it throws. */
  throws?: string;
  /** Whether Nextcloud's evaluator does not get there: it stops where the verdict is certain, and at what throws. */
  isReached?: false;
  /** Why, in plain words: one line, no full stop. */
  sentence: string;
  /** Its place in the filter, as a JSON Pointer; of an `element`, that of its `$elemMatch`. */
  pointer: string;
  /** Its part of {@link Filter.source}, with the key. */
  range?: Range;
  /** As it is called: `$lt`; for a value that stands alone `$eq`, or `$e` in the dialect `nextcloud`. */
  operator?: string;
  /** As it is written. */
  path?: string;
  /** JSON text, at most 200 characters of it. */
  operand?: string;
  /** Its part of {@link Filter.source}. */
  operandRange?: Range;
  /** Whether the operand is only the beginning. */
  isCut?: true;
  /** Whether the value stands alone, without `$eq`. */
  isLiteral?: true;
  /** The `$options` of a `$regex`. */
  options?: string;
  /** The values of the event that the path reaches: 20 at most, and the one that decides. */
  values?: ReachedValue[];
  /** How many there are beside those. */
  moreValues?: number;
  /** Where the path breaks off: 5 places at most. */
  missing?: MissingField[];
  /** How many there are beside those. */
  moreMissing?: number;
  /** Of an `element`: its place in the event, as a JSON Pointer. */
  element?: string;
  /** What it is made of; of an `elemMatch`, the elements. */
  parts?: ExplanationNode[];
  /** How many elements there are beside those. */
  moreParts?: number;
}

/** The type of a value, as `$type` calls it. */
export type TypeName = "null" | "bool" | "int" | "long" | "double" | "string" | "array" | "object";

/** A value of the event that a path has reached. */
export interface ReachedValue {
  /** Its place in the event, as a JSON Pointer. */
  pointer: string;
  type: TypeName;
  /** JSON text, at most 200 characters of it. Not there where values are masked. */
  value?: string;
  isCut?: true;
  /** Whether it alone passes the test. */
  passes: boolean;
}

/** Where a path broke off. */
export interface MissingField {
  /** The place in the event of the last value on the way, as a JSON Pointer. */
  pointer: string;
  type: TypeName;
  /** The segment of the path that it does not have. */
  segment: string;
  /** A key that it has and that was probably meant. */
  suggestion?: string;
}

export interface LintOptions {
  /** The class of the events, or the last segment of its name: `RowAddedEvent`. */
  event?: string;
  /** Where that class is described: the builtin {@link catalog}, unless another is given. */
  catalog?: Catalog;
  /**
   * Whether to tell also where a filter of the dialect `mongo` is not the same for Nextcloud's own evaluator, with what
   * says the same in both.
   */
  portable?: boolean;
}

export type Severity = "note" | "warning" | "error";

/** Something suspicious in a filter. A lint that says that something never or always holds is proven. */
export interface Lint {
  /** Stable, for programs: `never-matches`. */
  code: string;
  severity: Severity;
  /** The place in the filter, as a JSON Pointer. */
  pointer: string;
  /** What the consequence is, in plain words: lower case, no full stop. */
  message: string;
  /** Its part of {@link Filter.source}. */
  range?: Range;
  /** What could be written instead; with the change, where it is at one place. */
  suggestion?: { message: string; replacement?: Replacement };
}

export interface Implication {
  verdict: "yes" | "no" | "unknown";
  /** For `no`: the JSON text of an event that this one matches and the other does not. */
  counterExample?: string;
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

  /** Reads events, one to a line. Empty lines are skipped, and lines that are no events are listed. */
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

/** Event classes, with their fields. */
export interface Catalog {
  /**
   * Another catalogue, which has the classes of a file, too, in place of those with their names. The text is in the
   * format of docs/catalog.md, as for `hooksieve … --catalog FILE`.
   *
   * @throws {CatalogError} with everything that is wrong in the file.
   */
  with(text: string): Catalog;
  /** All classes, without their fields. */
  classes(): EventClassSummary[];
  /** The class with this name, or the only one whose name has this as its last segment. */
  find(name: string): EventClass | undefined;
  /** The class whose name is most like this one. */
  guess(name: string): EventClass | undefined;
  /**
   * The JSON text of a made-up event that the class allows, the same for the same seed (a whole number, 0
   * or more). It can have integers beyond 2^53, which `JSON.parse` would round.
   *
   * @throws {RangeError} where there is no such class.
   */
  generate(name: string, seed: number): string;
  /**
   * Every way in which an event is not as the class says, 100 at most.
   *
   * @throws {RangeError} where there is no such class.
   * @throws {EventError} where a text or bytes are not one JSON document.
   */
  check(name: string, event: EventInput): Mismatch[];
}

export interface EventClassSummary {
  /** `OCA\Tables\Event\RowAddedEvent` */
  name: string;
  /** `RowAddedEvent` */
  shortName: string;
  /** What sends its events: they have an envelope in common. */
  system: string;
  /** When its events are sent. */
  description?: string;
}

export interface EventClass extends EventClassSummary {
  /** All that is known to be in an event, each field before what is inside of it. */
  fields: CatalogField[];
  /** A typical event. */
  sample: Json;
}

export interface CatalogField {
  /** As it is written in a filter; `*` stands for keys that are not known, such as ids. */
  path: string;
  /** `null`, `bool`, `int` (a whole number), `number`, `string`, `array`, `object`; or `any` alone. */
  types: string[];
  /** The types of the elements, where it can be an array. */
  elementTypes?: string[];
  nullable: boolean;
  /** Whether there are events without it. */
  optional: boolean;
  format?: "unix-time" | "iso-time";
  /** All the values that it can have, where they are known. */
  values?: Json[];
  note?: string;
}

export interface Mismatch {
  /** The place in the event, as a JSON Pointer. */
  pointer: string;
  message: string;
}

/** The classes of Nextcloud and its apps. */
export const catalog: Catalog;

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
