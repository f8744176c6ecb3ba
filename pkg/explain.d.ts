import type { Catalog, catalog } from "./catalog.js";
import type { Filter, Range, Replacement } from "./index.js";

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
