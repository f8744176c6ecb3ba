/** What the page knows, in one place, and who wants to hear when it changes. */

import type { Dialect, Explanation, ExplanationNode, Lint, Problem } from "hooksieve";
import type { About, Elsewhere, EventView, LogInfo, OtherRefusal, Outcomes } from "./protocol";

/** The dialects, as they are called on the page. */
export const DIALECTS: Record<Dialect, string> = { mongo: "MongoDB", nextcloud: "Nextcloud" };

export const SHOWN = ["all", "matching", "other", "throwing", "changed", "dialects"] as const;
/**
 * Which events the list shows: `other` are those that do not match, `dialects` those on which the dialects
 * disagree.
 */
export type Shown = (typeof SHOWN)[number];

export interface State {
  /** What the engine knows by itself. */
  about: About;
  /** The filter, as it stands in the editor. */
  filter: string;
  /** The rules that the filter follows. */
  dialect: Dialect;
  /** Whether these can be chosen, and compared with the other ones. */
  hasDialects: boolean;
  /** Whether the class that the filter is for can be chosen. */
  hasClasses: boolean;
  /** Whether a filter by MongoDB's rules is to be the same by Nextcloud's. */
  portable: boolean;
  /** The class whose fields the filter is checked against; empty for none. */
  eventClass: string;
  /** The filter to compare with. */
  before: string | undefined;
  log: LogInfo | undefined;
  /** Whether the list starts with the event that was loaded last. */
  newestFirst: boolean;
  /** The verdicts of the last filter that was valid. */
  verdicts:
    | {
        outcomes: Outcomes;
        /** How many events they are about: the first ones. */
        size: number;
        /** By these rules. */
        dialect: Dialect;
        before: Outcomes | undefined;
        /** Those in the other dialect, or why that refuses the filter; `undefined` where they are not known yet. */
        other: Outcomes | OtherRefusal | undefined;
        milliseconds: number;
        listing: string;
      }
    | undefined;
  /** Whether the verdicts are those of an earlier filter, as the one that stands there is refused. */
  isStale: boolean;
  /** What is wrong with the filter that stands there, and what is suspicious. */
  errors: readonly Problem[];
  /** Whether what is refused is a filter in the other dialect. */
  isOther: boolean;
  lints: readonly Lint[];
  shown: Shown;
  /** The index of the event that is looked at. */
  chosen: number | undefined;
  event: EventView | undefined;
  explanation: Explanation | undefined;
  /** What the other dialect says of the event; `undefined` where it refuses the filter. */
  elsewhere: Elsewhere | undefined;
  /** The parts of the explanation that are pointed at, here or by way of the filter or the event. */
  pointed: readonly ExplanationNode[];
  loading: { name: string; bytes: number; total: number | undefined } | undefined;
  /** What could not be done. */
  trouble: string | undefined;
}

export const EMPTY: State = {
  about: { operators: { mongo: [], nextcloud: [] }, classes: [] },
  filter: "",
  dialect: "mongo",
  hasDialects: true,
  hasClasses: true,
  portable: false,
  eventClass: "",
  before: undefined,
  log: undefined,
  newestFirst: false,
  verdicts: undefined,
  isStale: false,
  errors: [],
  isOther: false,
  lints: [],
  shown: "all",
  chosen: undefined,
  event: undefined,
  explanation: undefined,
  elsewhere: undefined,
  pointed: [],
  loading: undefined,
  trouble: undefined,
};

type Key = keyof State;

export class Store {
  #state: State;
  readonly #listeners: { keys: readonly Key[]; listener: (state: State) => void }[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** Changes some of it; who listens to what has changed is called once. */
  set(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    const changed = (key: Key): boolean => before[key] !== this.#state[key];
    for (const { keys, listener } of this.#listeners) {
      if (keys.some(changed)) listener(this.#state);
    }
  }

  /** Calls now, and whenever one of `keys` has changed. */
  on(keys: readonly Key[], listener: (state: State) => void): void {
    this.#listeners.push({ keys, listener });
    listener(this.#state);
  }
}

export function otherDialect(dialect: Dialect): Dialect {
  return dialect === "mongo" ? "nextcloud" : "mongo";
}

/** The outcomes in the other dialect, where it takes the filter. */
export function otherOutcomes({ verdicts }: State): Outcomes | undefined {
  const other = verdicts?.other;
  return other && "matching" in other ? other : undefined;
}

/** Why the other dialect refuses a filter that this one takes. */
export function otherErrors({ verdicts }: State): readonly Problem[] {
  const other = verdicts?.other;
  return other && "errors" in other ? other.errors : [];
}
