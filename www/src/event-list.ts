/** The list of events with their verdicts, which of them it shows, and the counts. */

import { complement, difference, has, indexes } from "./bits";
import { latest, type Engine } from "./client";
import { badgeClass, badgeText } from "./explanation";
import { counted, grouped, h, type Child } from "./dom";
import { VirtualList } from "./list";
import type { Row } from "./protocol";
import { SHOWN, type Shown, type State, type Store } from "./state";

const ROW_HEIGHT = 44;
/** Rows that are kept; a few screens. */
const MAX_KEPT = 2_000;

const TITLES: Record<Shown, string> = { all: "All", matching: "Matching", other: "Not matching", changed: "Changed" };

/** `onPick` hears that an event was chosen with the pointer. */
export function eventListPanel(store: Store, engine: Engine, onPick: () => void): HTMLElement {
  const counts = h("p", { class: "counts", role: "status", "aria-live": "polite" });
  const choice = shownChoice(store);
  let kept = new Map<number, Row>();
  /** The events that the list shows; `undefined` for all of them. */
  let shown: Uint32Array | undefined;

  const eventAt = (position: number): number => shown?.[position] ?? position;
  const length = (): number => (shown ? shown.length : (store.state.log?.size ?? 0));

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
    if (index === undefined || !shown) return index;
    const position = shown.indexOf(index);
    return position < 0 ? undefined : position;
  };
  const update = (): void => list.update(length(), positionOf(store.state.chosen));

  const nothing = h("p", { class: "nothing" });
  store.on(["log"], () => {
    kept = new Map();
    list.element.scrollTop = 0;
  });
  store.on(["log", "verdicts", "shown"], (state) => {
    shown = selection(state);
    nothing.textContent = state.log && length() === 0 ? emptiness(state) : "";
    update();
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
function selection({ shown, verdicts, log }: State): Uint32Array | undefined {
  if (!verdicts || !log || shown === "all") return undefined;
  const { bits, before } = verdicts;
  switch (shown) {
    case "matching":
      return indexes(bits.words);
    case "other":
      return indexes(complement(bits.words, log.size));
    case "changed":
      return before ? indexes(difference(bits.words, before.words)) : new Uint32Array();
  }
}

function emptiness({ shown, log }: State): string {
  if (log?.size === 0) return "There are no events.";
  if (shown === "changed") return "No event's verdict has changed.";
  return shown === "matching" ? "No event matches." : "Every event matches.";
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
    const label = h("label", {}, input, h("span", {}, TITLES[shown]));
    return { shown, input, label };
  });
  store.on(["shown", "before"], (state) => {
    for (const { shown, input, label } of options) {
      input.checked = shown === state.shown;
      label.hidden = shown === "changed" && state.before === undefined;
    }
  });
  return h("div", { class: "choice", role: "radiogroup", "aria-label": "Show" }, ...options.map(({ label }) => label));
}

function countsOf({ log, verdicts, isStale }: State): Child[] {
  if (!log || !verdicts) return [log ? counted(log.size, "event") : "Loading the engine…"];
  const { bits, before, milliseconds } = verdicts;
  const parts = [h("strong", {}, grouped(bits.count)), ` of ${counted(log.size, "event")} match`];
  if (before) parts.push(` · ${grouped(indexes(difference(bits.words, before.words)).length)} changed`);
  if (log.badLineCount > 0) parts.push(` · ${counted(log.badLineCount, "invalid line")}`);
  if (log.size > 0) parts.push(h("span", { class: "muted" }, ` · ${timing(milliseconds, log.size)}`));
  if (isStale) parts.push(h("span", { class: "note" }, " · of the last valid filter"));
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

  show({ verdicts }: State, index: number, row: Row | undefined): void {
    const matches = verdicts && has(verdicts.bits.words, index);
    const before = verdicts?.before && has(verdicts.before.words, index);
    const hasChanged = before !== undefined && before !== matches;
    this.element.id = `event-${index}`;
    this.element.classList.toggle("changed", hasChanged);
    this.#badge.className = matches === undefined ? "badge" : badgeClass(matches);
    setText(this.#badge, matches === undefined ? "…" : badgeText(matches));
    setText(this.#change, hasChanged ? (matches ? "now matches" : "no longer") : "");
    setText(this.#class, row?.className || (row ? `event ${index + 1}` : "…"));
    setText(this.#user, row?.user ?? "");
    setText(this.#time, row?.time ?? "");
    setText(this.#summary, row?.summary ?? "");
  }
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
