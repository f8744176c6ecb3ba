/** The list of events with their verdicts, which of them it shows, and the counts. */

import type { Problem } from "hooksieve";

import { count, disagreement, indexes, outcome, rest } from "./bits";
import { latest, type Engine } from "./client";
import { badgeClass, badgeText } from "./explanation";
import { counted, grouped, h, sentence, type Child } from "./dom";
import { VirtualList } from "./list";
import type { Outcomes, Row } from "./protocol";
import { DIALECTS, SHOWN, otherDialect, otherErrors, otherOutcomes, type Shown, type State, type Store } from "./state";

const ROW_HEIGHT = 44;
/** Rows that are kept; a few screens. */
const MAX_KEPT = 2_000;

/** What it means on the server that a filter throws. */
const CONSEQUENCE = "Nextcloud stops at these: it calls neither this listener nor those after it.";

const TITLES: Record<Shown, string> = {
  all: "All",
  matching: "Matching",
  other: "Not matching",
  throwing: "Throwing",
  changed: "Changed",
  dialects: "Dialects differ",
};

/** `onPick` hears that an event was chosen with the pointer. */
export function eventListPanel(store: Store, engine: Engine, onPick: () => void): HTMLElement {
  const counts = h("p", { class: "counts", role: "status", "aria-live": "polite" });
  const choice = shownChoice(store);
  let kept = new Map<number, Row>();
  /** The events that the list shows; `undefined` for all of them. */
  let shown: Uint32Array | undefined;

  const length = (): number => (shown ? shown.length : (store.state.log?.size ?? 0));
  /** From the position of a row to that among the events shown, in their own order, and back. */
  const turned = (position: number): number => (store.state.newestFirst ? length() - 1 - position : position);
  const eventAt = (position: number): number => shown?.[turned(position)] ?? turned(position);

  const fetchRows = latest(async ({ first, end }: { first: number; end: number }) => {
    const { log } = store.state;
    const missing = Array.from({ length: end - first }, (_, offset) => eventAt(first + offset)).filter(
      (index) => !kept.has(index),
    );
    if (missing.length === 0) return;
    const rows = await engine.ask("rows", { indexes: missing });
    if (store.state.log !== log) return;
    if (kept.size > MAX_KEPT) kept = new Map();
    rows.forEach((row, position) => kept.set(missing[position] ?? -1, row));
    update();
  });

  const list = new VirtualList({
    label: "Events",
    rowHeight: ROW_HEIGHT,
    createRow: () => {
      const row = new EventRow();
      const show = (position: number): void => row.show(store.state, eventAt(position), kept.get(eventAt(position)));
      return { element: row.element, show };
    },
    onView: (first, end) => fetchRows({ first, end }),
    onChoose: (position, byPointer) => {
      if (byPointer) onPick();
      store.set({ chosen: eventAt(position) });
    },
  });

  /** Where an event stands in the list. */
  const positionOf = (index: number | undefined): number | undefined => {
    const position = index === undefined || !shown ? index : shown.indexOf(index);
    return position === undefined || position < 0 ? undefined : turned(position);
  };
  const update = (): void => list.update(length(), positionOf(store.state.chosen));

  const nothing = h("div", { class: "nothing" });
  let loaded: number | undefined;
  let lengthBefore = 0;
  /** Whether events came that the verdicts do not count yet. */
  let isGrowing = false;
  store.on(["log"], ({ log }) => {
    isGrowing = log?.id === loaded;
    if (isGrowing) return;
    loaded = log?.id;
    kept = new Map();
    list.element.scrollTop = 0;
  });
  store.on(["log", "verdicts", "shown"], (state) => {
    shown = selection(state);
    const growth = length() - lengthBefore;
    lengthBefore = length();
    nothing.replaceChildren(...(state.log && length() === 0 ? emptiness(state) : []));
    list.element.classList.toggle("both", isBoth(state));
    update();
    // What one looks at stays where it is when something comes above it.
    if (isGrowing && state.newestFirst && list.element.scrollTop > 0) list.element.scrollTop += growth * ROW_HEIGHT;
    isGrowing &&= state.verdicts?.size !== state.log?.size;
  });
  store.on(["chosen"], update);
  store.on(["log", "verdicts", "isStale"], (state) => counts.replaceChildren(...countsOf(state)));

  const panel = h(
    "section",
    { class: "panel events", "aria-label": "Events" },
    h("div", { class: "bar" }, counts, choice),
    nothing,
    list.element,
    badLines(store),
  );
  store.on(["isStale"], ({ isStale }) => panel.classList.toggle("stale", isStale));
  return panel;
}

/** The events to show, ascending; `undefined` for all. */
function selection(state: State): Uint32Array | undefined {
  const { shown, verdicts } = state;
  if (!verdicts || shown === "all") return undefined;
  const { outcomes, before } = verdicts;
  const between = (other: Outcomes | undefined): Uint32Array =>
    other ? indexes(disagreement(outcomes, other)) : new Uint32Array();
  switch (shown) {
    case "matching":
      return indexes(outcomes.matching.words);
    case "other":
      return indexes(rest(outcomes, verdicts.size));
    case "throwing":
      return indexes(outcomes.throwing.words);
    case "changed":
      return between(before);
    case "dialects":
      return between(otherOutcomes(state));
  }
}

/** Whether rows have the verdicts in both dialects. */
function isBoth(state: State): boolean {
  return state.shown === "dialects" && otherOutcomes(state) !== undefined;
}

function emptiness(state: State): Child[] {
  const { shown, log, verdicts } = state;
  if (log?.size === 0) return ["There are no events."];
  switch (shown) {
    case "matching":
      return ["No event matches."];
    case "throwing":
      return ["The filter throws on no event."];
    case "changed":
      return ["No event's verdict has changed."];
    case "dialects": {
      const [first] = otherErrors(state);
      if (first && verdicts) return refusedElsewhere(first, DIALECTS[otherDialect(verdicts.dialect)]);
      return [verdicts?.other ? "The dialects agree on every event." : "Comparing the dialects…"];
    }
    default:
      return [verdicts && verdicts.outcomes.throwing.count > 0 ? "Every event matches, or throws." : "Every event matches."];
  }
}

/** The filter is fine by the rules that are chosen, but not by the other ones. */
function refusedElsewhere({ message, hint }: Problem, name: string): Child[] {
  return [
    h("p", {}, `By the rules of ${name} this filter is refused, whatever the event:`),
    h("p", {}, ...sentence(message)),
    ...(hint === undefined ? [] : [h("p", { class: "hint" }, "What helps: ", ...sentence(hint))]),
  ];
}

/** Radio buttons: which events the list shows. */
function shownChoice(store: Store): HTMLElement {
  const options = SHOWN.map((shown) => {
    const input = h("input", {
      type: "radio",
      name: "shown",
      value: shown,
      onchange: () => store.set({ shown }),
    });
    const title = h("span", {}, TITLES[shown]);
    const label = h("label", {}, input, title);
    return { shown, input, title, label };
  });
  store.on(["shown", "before", "verdicts"], (state) => {
    const isPossible: Partial<Record<Shown, boolean>> = {
      dialects: state.hasDialects,
      throwing: (state.verdicts?.outcomes.throwing.count ?? 0) > 0,
      changed: state.before !== undefined,
    };
    for (const { shown, input, title, label } of options) {
      input.checked = shown === state.shown;
      label.hidden = shown !== state.shown && isPossible[shown] === false;
      if (shown === "dialects") setText(title, dialectsTitle(state));
    }
  });
  return h("div", { class: "choice", role: "radiogroup", "aria-label": "Show" }, ...options.map(({ label }) => label));
}

/** With how many they are, where that is known. */
function dialectsTitle(state: State): string {
  const other = otherOutcomes(state);
  if (other && state.verdicts) return `${TITLES.dialects}: ${grouped(count(disagreement(state.verdicts.outcomes, other)))}`;
  return otherErrors(state).length > 0 ? `${TITLES.dialects}: refused` : TITLES.dialects;
}

function countsOf({ log, verdicts, isStale }: State): Child[] {
  if (!log || !verdicts) return [log ? counted(log.size, "event") : "Loading the engine…"];
  const { outcomes, size, before, milliseconds } = verdicts;
  const { matching, throwing } = outcomes;
  const parts = [h("strong", {}, grouped(matching.count)), ` of ${counted(size, "event")} match`];
  if (throwing.count > 0) parts.push(" · ", h("strong", { class: "throws" }, `! ${grouped(throwing.count)} throw${throwing.count === 1 ? "s" : ""}`));
  if (before) parts.push(` · ${grouped(count(disagreement(outcomes, before)))} changed`);
  if (log.badLineCount > 0) parts.push(` · ${counted(log.badLineCount, "invalid line")}`);
  if (size > 0) parts.push(h("span", { class: "muted" }, ` · ${timing(milliseconds, size)}`));
  if (isStale) parts.push(h("span", { class: "note" }, " · of the last valid filter"));
  if (throwing.count > 0) parts.push(h("span", { class: "consequence" }, CONSEQUENCE));
  return parts;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 2 });

/** Browsers tell the time in tenths of milliseconds. */
function timing(milliseconds: number, events: number): string {
  const speed = compact.format((events / Math.max(milliseconds, 0.1)) * 1000);
  return milliseconds < 0.1
    ? `under 0.1 ms, over ${speed} events/s`
    : `${milliseconds.toFixed(1)} ms, ${speed} events/s`;
}

/** A row: its verdict, and what happened. */
class EventRow {
  readonly #badge = h("span");
  readonly #change = h("span", { class: "change" });
  readonly #class = h("span", { class: "class" });
  readonly #user = h("span", { class: "user" });
  readonly #time = h("span", { class: "time" });
  readonly #summary = h("span", { class: "summary" });
  readonly element = h(
    "div",
    { class: "row" },
    h("div", { class: "verdict" }, this.#badge, this.#change),
    h("div", { class: "about" }, this.#class, this.#user, this.#time, this.#summary),
  );

  show(state: State, index: number, row: Row | undefined): void {
    const { verdicts } = state;
    this.element.id = `event-${index}`;
    if (verdicts && index < verdicts.size) this.#showVerdict(state, verdicts, index);
    else {
      this.#badge.className = "badge";
      setText(this.#badge, "…");
      setText(this.#change, "");
    }
    setText(this.#class, row?.className || (row ? `event ${index + 1}` : "…"));
    setText(this.#user, row?.user ?? "");
    setText(this.#time, row?.time ?? "");
    setText(this.#summary, row?.summary ?? "");
  }

  #showVerdict(state: State, verdicts: NonNullable<State["verdicts"]>, index: number): void {
    const matches = outcome(verdicts.outcomes, index);
    const other = isBoth(state) ? otherOutcomes(state) : undefined;
    if (other) {
      // Always in one order, whichever rules are chosen.
      const elsewhere = outcome(other, index);
      const [mongo, nextcloud] = verdicts.dialect === "mongo" ? [matches, elsewhere] : [elsewhere, matches];
      this.#badge.className = badgeClass(mongo);
      setText(this.#badge, `${DIALECTS.mongo} ${badgeText(mongo)}`);
      this.#change.className = badgeClass(nextcloud);
      setText(this.#change, `${DIALECTS.nextcloud} ${badgeText(nextcloud)}`);
      return;
    }
    const before = verdicts.before && outcome(verdicts.before, index);
    const hasChanged = before !== undefined && before !== matches;
    this.#badge.className = badgeClass(matches);
    setText(this.#badge, badgeText(matches));
    this.#change.className = "change";
    setText(this.#change, hasChanged ? changeText(matches, before) : "");
  }
}

/** What has become of an event whose verdict has changed. */
function changeText(matches: boolean | null, before: boolean | null): string {
  if (matches === null) return "now throws";
  if (matches) return "now matches";
  return before === null ? "throws no longer" : "no longer";
}

/** What does not change is not laid out again. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The lines that are no events, where there are any. */
function badLines(store: Store): HTMLElement {
  const summary = h("summary");
  const items = h("ol", { class: "bad-lines", tabindex: 0, "aria-label": "Invalid lines" });
  const details = h("details", { class: "footer" }, summary, items);
  store.on(["log"], ({ log }) => {
    details.hidden = !log || log.badLineCount === 0;
    if (!log) return;
    summary.textContent = `${counted(log.badLineCount, "invalid line")} in ${log.name}`;
    items.replaceChildren(
      ...log.badLines.slice(0, 200).map(({ line, offset, message }) =>
        h("li", { value: line }, `line ${line}, byte ${offset + 1}: ${message}`),
      ),
    );
    if (log.badLineCount > 200) items.append(h("li", { class: "more" }, "… and more"));
  });
  return details;
}
