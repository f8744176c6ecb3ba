/** What the page and the engine's worker say to each other. Only what can be cloned crosses. */

import type {
  BadLine,
  Dialect,
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
  /** Each text is an event. */
  | { kind: "texts"; texts: readonly string[]; name: string }
  /** The catalogue's sample of a class, and made-up events of it. */
  | { kind: "class"; name: string };

/** The events that are loaded. */
export interface LogInfo {
  /** Which events these are: the same number as long as they only get more. */
  id: number;
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

/** What a filter says of the events; those that are in neither do not match. */
export interface Outcomes {
  matching: Bits;
  throwing: Bits;
}

export interface Verdicts {
  kind: "verdicts";
  outcomes: Outcomes;
  /** What matching took. */
  milliseconds: number;
  lints: Lint[];
  listing: string;
  /** Those of the filter to compare with. */
  before?: Outcomes;
  /** Those of the same filter in the other dialect, or why that refuses it. Not there where nobody asked. */
  other?: Outcomes | OtherRefusal;
}

export interface OtherRefusal {
  errors: readonly Problem[];
}

export interface Refusal {
  kind: "refusal";
  errors: readonly Problem[];
  /** Whether it is a filter in the other dialect. */
  isOther: boolean;
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

/** The explanation in the other dialect, without its parts. */
export type Elsewhere = Pick<Explanation, "matches" | "reason">;

export interface Explained {
  explanation: Explanation;
  /** Not there where the other dialect refuses the filter. */
  elsewhere?: Elsewhere;
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
  operator: string;
  /** JSON text. */
  operand: string;
  /** The same without the operator, where that is no other condition. */
  literal: string;
}

export interface About {
  operators: Record<Dialect, Operator[]>;
  classes: EventClassSummary[];
}

/** Each request with its answer. */
export interface Requests {
  about: { ask: Record<string, never>; answer: About };
  class: { ask: { name: string }; answer: EventClass | undefined };
  load: { ask: { source: Source }; answer: LogInfo };
  /** Adds events to those that are loaded. */
  append: { ask: { texts: readonly string[] }; answer: LogInfo };
  /** Stops the loading that goes on. */
  cancel: { ask: Record<string, never>; answer: undefined };
  match: {
    ask: { filter: string; dialect: Dialect; before?: string; eventClass?: string; portable: boolean; withOther: boolean };
    answer: Verdicts | Refusal;
  };
  rows: { ask: { indexes: number[] }; answer: Row[] };
  event: { ask: { index: number }; answer: EventView | undefined };
  /** Why the event does, or does not, match the filter that was matched last. */
  explain: { ask: { index: number }; answer: Explained | undefined };
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
