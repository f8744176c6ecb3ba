/** What the page and the engine's worker say to each other. Only what can be cloned crosses. */

import type {
  BadLine,
  EventClass,
  EventClassSummary,
  Explanation,
  FieldSummary,
  Lint,
  LogMemory,
  Operator,
  Problem,
  ValueCount,
} from "hooksieve";

/** Where events come from. */
export type Source =
  | { kind: "url"; url: string; name: string }
  | { kind: "blob"; blob: Blob; name: string }
  | { kind: "text"; text: string; name: string }
  /** The catalogue's sample of a class, and made-up events of it. */
  | { kind: "class"; name: string };

/** The events that are loaded. */
export interface LogInfo {
  name: string;
  size: number;
  badLines: readonly BadLine[];
  badLineCount: number;
  memory: LogMemory;
  fields: FieldSummary[];
}

/** Which of the events match: event `i` is bit `i % 32` of word `i >> 5`. */
export interface Bits {
  words: Uint32Array;
  count: number;
}

export interface Verdicts {
  kind: "verdicts";
  bits: Bits;
  /** What matching took. */
  milliseconds: number;
  lints: Lint[];
  listing: string;
  /** Those of the filter to compare with. */
  before?: Bits;
}

export interface Refusal {
  kind: "refusal";
  errors: readonly Problem[];
}

/** What the list shows of an event. */
export interface Row {
  line: number;
  className: string;
  time: string;
  user: string;
  summary: string;
}

/** A line of an event's JSON, laid out. */
export interface EventLine {
  depth: number;
  /** The key, as JSON text. */
  key?: string;
  /** A scalar or a bracket, as it is written; `{}` and `[]` are both brackets. */
  text: string;
  kind: "string" | "number" | "word" | "bracket";
  /** The place of the value, as a JSON Pointer. Not there for a closing bracket. */
  pointer?: string;
  hasComma: boolean;
}

export interface EventView {
  lines: EventLine[];
  /** Whether there are more lines than are shown. */
  isCut: boolean;
  /** The full name of its class, where it has one. */
  className: string;
}

/** A condition that a value of an event passes. */
export interface Condition {
  path: string;
  /** JSON text. */
  value: string;
}

export interface About {
  operators: Operator[];
  classes: EventClassSummary[];
}

/** Each request with its answer. */
export interface Requests {
  about: { ask: Record<string, never>; answer: About };
  class: { ask: { name: string }; answer: EventClass | undefined };
  load: { ask: { source: Source }; answer: LogInfo };
  /** Stops the loading that goes on. */
  cancel: { ask: Record<string, never>; answer: undefined };
  match: { ask: { filter: string; before?: string; eventClass?: string }; answer: Verdicts | Refusal };
  rows: { ask: { indexes: number[] }; answer: Row[] };
  event: { ask: { index: number }; answer: EventView };
  /** Why the event does, or does not, match the filter that was matched last. */
  explain: { ask: { index: number }; answer: Explanation | undefined };
  values: { ask: { path: string }; answer: ValueCount[] };
  condition: { ask: { index: number; pointer: string }; answer: Condition | undefined };
}

export type RequestName = keyof Requests;
export type Ask<Name extends RequestName> = Requests[Name]["ask"];
export type Answer<Name extends RequestName> = Requests[Name]["answer"];

export type ToWorker = { [Name in RequestName]: { id: number; name: Name; ask: Ask<Name> } }[RequestName];

export type FromWorker =
  | { id: number; answer: Answer<RequestName> }
  | { id: number; error: string }
  /** How much of the events that are being loaded is read; of how much, where that is known. */
  | { progress: number; total: number | undefined };
