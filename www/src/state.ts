/** What the page knows, in one place, and who wants to hear when it changes. */

import type { Explanation, ExplanationNode, Lint, Problem } from "hooksieve";
import type { About, Bits, EventView, LogInfo } from "./protocol";

export const SHOWN = ["all", "matching", "other", "changed"] as const;
/** Which events the list shows: `other` are those that do not match. */
export type Shown = (typeof SHOWN)[number];

export interface State {
  /** What the engine knows by itself. */
  about: About;
  /** The filter, as it stands in the editor. */
  filter: string;
  /** The class whose fields the filter is checked against; empty for none. */
  eventClass: string;
  /** The filter to compare with. */
  before: string | undefined;
  log: LogInfo | undefined;
  /** The verdicts of the last filter that was valid. */
  verdicts: { bits: Bits; before: Bits | undefined; milliseconds: number; listing: string } | undefined;
  /** Whether the verdicts are those of an earlier filter, as the one that stands there is refused. */
  isStale: boolean;
  /** What is wrong with the filter that stands there, and what is suspicious. */
  errors: readonly Problem[];
  lints: readonly Lint[];
  shown: Shown;
  /** The index of the event that is looked at. */
  chosen: number | undefined;
  event: EventView | undefined;
  explanation: Explanation | undefined;
  /** The parts of the explanation that are pointed at, here or by way of the filter or the event. */
  pointed: readonly ExplanationNode[];
  loading: { name: string; bytes: number; total: number | undefined } | undefined;
  /** What could not be done. */
  trouble: string | undefined;
}

export const EMPTY: State = {
  about: { operators: [], classes: [] },
  filter: "",
  eventClass: "",
  before: undefined,
  log: undefined,
  verdicts: undefined,
  isStale: false,
  errors: [],
  lints: [],
  shown: "all",
  chosen: undefined,
  event: undefined,
  explanation: undefined,
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
