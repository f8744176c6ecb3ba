/**
 * The live preview as a widget: `mount(element, options)` puts it into any page. It lives in a shadow tree,
 * so that neither styles the other; its colours are the custom properties `--hooksieve-*` of the element.
 */

import type { Dialect, EventClassSummary, Problem } from "hooksieve";

import { Engine, latest } from "./client";
import type { Knowledge } from "./completion";
import { h } from "./dom";
import { eventListPanel } from "./event-list";
import { eventPanel } from "./event-panel";
import { compact, explanationPanel } from "./explanation";
import { filterPanel, type Example } from "./filter-panel";
import { acceptDrops, loadDialog, loader, progressBar } from "./load";
import { programPanel } from "./program";
import type { Source } from "./protocol";
import { fromHash, shareDialog, toHash } from "./share";
import { EMPTY, Store } from "./state";
import styles from "./style.css?inline";
import { tabs } from "./tabs";
import { followTheme, themeChoice, type Theme } from "./theme";

export type { Dialect, Example, Source, Theme };

/** Below this width, in pixels, the panels stand below each other. */
const NARROW = 760;
/** With so many events at most the other dialect's verdicts are worked out unasked, too. */
const MAX_UNASKED = 5_000;
const TAGLINE = "which events does a filter let through, and why?";

export interface MountOptions {
  /** The filter to start with (`{}`). */
  filter?: string;
  /** The rules to start with (`mongo`). */
  dialect?: Dialect;
  /** The full name of the class of events that the filter is for. */
  eventClass?: string;
  /** The events to start with. */
  events?: Source;
  /** Filters to choose from. */
  examples?: readonly Example[];
  /** `auto`, the default, is what the system prefers. */
  theme?: Theme;
  /** Whether the theme can be chosen in the widget; the choice is kept in the browser. */
  themeChoice?: boolean;
  /** Whether the filter is kept in the address's hash, and taken from there. */
  permalink?: boolean;
  /** Whether there is a bar with the name, and with buttons to load events and to share the filter (true). */
  header?: boolean;
  /** Whether the rules can be chosen, and compared with the other ones (true). */
  dialectChoice?: boolean;
  /** Whether the class of events that the filter is for can be chosen (true). */
  classChoice?: boolean;
  /** Whether the list starts with the event that was loaded last. */
  newestFirst?: boolean;
  /**
   * Called with the index of the event that is looked at, from 0, in the order in which they were loaded; also when others
   * were loaded, or added.
   */
  onChoose?: (index: number | undefined) => void;
  /** Called with the filter whenever it has changed and is valid. */
  onChange?: (filter: string) => void;
}

export interface Preview {
  filter: string;
  dialect: Dialect;
  eventClass: string;
  theme: Theme;
  /** The classes of events that are known. */
  readonly classes: Promise<readonly EventClassSummary[]>;
  load(events: Source): Promise<void>;
  /** Adds events, each a JSON text, to those that are loaded. The one that is looked at stays. */
  append(texts: readonly string[]): Promise<void>;
  /** Shows what someone else finds wrong with the filter, until it is changed. */
  report(problems: readonly Problem[]): void;
  /** Moves to the editor. */
  focus(): void;
  /** Takes the widget off the page, and ends its engine. */
  unmount(): void;
}

export function mount(element: HTMLElement, options: MountOptions = {}): Preview {
  const store = new Store({
    ...EMPTY,
    filter: options.filter ?? "{}",
    dialect: options.dialect ?? "mongo",
    eventClass: options.eventClass ?? "",
    hasDialects: options.dialectChoice ?? true,
    hasClasses: options.classChoice ?? true,
    newestFirst: options.newestFirst ?? false,
    ...(options.permalink ? fromHash(location.hash) : undefined),
  });
  const engine = new Engine(
    (bytes, total) => {
      const { loading } = store.state;
      if (loading) store.set({ loading: { ...loading, bytes, total } });
    },
    (trouble) => store.set({ trouble }),
  );
  const stops = [() => engine.stop()];

  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const load = loader(store, engine);
  const { element: filter, editor } = filterPanel(store, root, knowledge(store, engine), options.examples ?? []);
  const status = h("span", { class: "hidden", role: "status" });
  const onValue = async (pointer: string): Promise<void> => {
    const { chosen } = store.state;
    if (chosen === undefined) return;
    const condition = await engine.ask("condition", { index: chosen, pointer });
    status.textContent = condition
      ? `condition on ${condition.path} ${editor.add(condition)}`
      : "there is no condition that this value passes";
  };
  const why = tabs({ Why: explanationPanel(store), Program: programPanel(store) });
  let isPicked = false;
  const tagline = h("span", { class: "tagline" }, TAGLINE);
  const progress = progressBar(store, load);
  const dialogs = options.header === false ? [] : [loadDialog(store, load, options.events), shareDialog(store)];
  const header =
    options.header === false
      ? h("div", { class: "bar alone" }, progress)
      : h("header", {}, h("h1", {}, "hooksieve"), tagline, progress, ...dialogs.map(({ button }) => button));
  const widget = h(
    "div",
    { class: "widget" },
    header,
    h(
      "div",
      { class: "panels" },
      filter,
      eventListPanel(store, engine, () => (isPicked = true)),
      why,
      eventPanel(store, (pointer) => void onValue(pointer)),
    ),
    status,
    ...dialogs.map(({ dialog }) => dialog),
  );
  root.replaceChildren(widget);
  const resized = new ResizeObserver(() => widget.classList.toggle("narrow", widget.clientWidth < NARROW));
  resized.observe(widget);
  stops.push(() => resized.disconnect());
  // Where the panels stand below each other, the answer may be out of sight.
  store.on(["explanation"], () => {
    if (isPicked && widget.classList.contains("narrow")) why.scrollIntoView({ block: "nearest" });
    isPicked = false;
  });
  acceptDrops(widget, load);
  const theme = followTheme(widget, options.theme ?? "auto");
  if (options.themeChoice) header.append(themeChoice(options.theme ?? "auto", theme.set));
  stops.push(theme.stop, () => editor.destroy(), () => root.replaceChildren());
  if (options.permalink) stops.push(followHash(store));

  follow(store, engine, options.onChange);
  const about = engine.ask("about", {});
  void about.then((about) => store.set({ about }));
  if (options.events) void load.load(options.events);
  store.on(["chosen", "log"], ({ chosen }) => options.onChoose?.(chosen));

  return {
    get filter() {
      return store.state.filter;
    },
    set filter(text) {
      store.set({ filter: text });
    },
    get dialect() {
      return store.state.dialect;
    },
    set dialect(dialect) {
      store.set({ dialect });
    },
    get eventClass() {
      return store.state.eventClass;
    },
    set eventClass(name) {
      store.set({ eventClass: name });
    },
    get theme() {
      return theme.current();
    },
    set theme(name) {
      theme.set(name);
    },
    classes: about.then(({ classes }) => classes),
    load: load.load,
    append: load.append,
    report: (errors) => store.set({ errors }),
    focus: () => editor.focus(),
    unmount: () => stops.forEach((stop) => stop()),
  };
}

/** Asks the engine again whenever what its answer depends on has changed. */
function follow(store: Store, engine: Engine, onChange: ((filter: string) => void) | undefined): void {
  /** The filter that the engine explains by. */
  let matched = "";
  const match = latest(async () => {
    const { filter, dialect, before, eventClass, portable, log, shown, hasDialects } = store.state;
    const answer = await engine.ask("match", {
      filter,
      dialect,
      portable,
      withOther: hasDialects && (shown === "dialects" || (log?.size ?? 0) <= MAX_UNASKED),
      ...(before !== undefined && { before }),
      ...(eventClass && { eventClass }),
    });
    // Verdicts on other events than those that the list shows; the right ones are on their way.
    if (store.state.log !== log) return;
    if (answer.kind === "refusal") {
      store.set({ errors: answer.errors, isOther: answer.isOther, lints: [], isStale: true, pointed: [] });
      return;
    }
    matched = filter;
    const { outcomes, before: earlier, other, milliseconds, lints, listing } = answer;
    store.set({
      verdicts: { outcomes, size: log?.size ?? 0, dialect, before: earlier, other, milliseconds, listing },
      errors: [],
      isOther: false,
      lints,
      isStale: false,
    });
    if (store.state.filter === filter) onChange?.(filter);
  });
  store.on(["filter", "dialect", "before", "eventClass", "portable", "log"], () => match(undefined));
  store.on(["shown"], ({ shown, verdicts }) => {
    if (shown === "dialects" && verdicts && !verdicts.other) match(undefined);
  });

  // What is shown already is not made again when events are added: who reads it keeps the place.
  let isExplained: string | undefined;
  const explain = latest(async () => {
    const { chosen, log, verdicts } = store.state;
    if (chosen === undefined || !verdicts) return;
    const subject = JSON.stringify([chosen, log?.id, matched, verdicts.dialect]);
    if (subject === isExplained && store.state.explanation) return;
    const explained = await engine.ask("explain", { index: chosen });
    if (store.state.chosen !== chosen || store.state.log?.id !== log?.id) return;
    isExplained = subject;
    const { explanation, elsewhere } = explained ?? {};
    store.set({
      explanation: explanation && { ...explanation, root: compact(explanation.root) },
      elsewhere,
      pointed: [],
    });
  });
  let isShown: { chosen: number; id: number | undefined } | undefined;
  const show = latest(async () => {
    const { chosen, log } = store.state;
    const id = log?.id;
    if (chosen === undefined || (isShown?.chosen === chosen && isShown.id === id)) return;
    const event = await engine.ask("event", { index: chosen });
    if (store.state.chosen !== chosen || store.state.log?.id !== id) return;
    isShown = { chosen, id };
    store.set({ event });
  });
  store.on(["chosen", "log"], () => show(undefined));
  store.on(["chosen", "verdicts"], () => explain(undefined));
}

function knowledge(store: Store, engine: Engine): Knowledge {
  return {
    operators: () => store.state.about.operators[store.state.dialect],
    fields: () => store.state.log?.fields ?? [],
    events: () => store.state.log?.size ?? 0,
    documented: async () => {
      const name = store.state.eventClass || store.state.event?.className;
      return (name ? await engine.ask("class", { name }) : undefined)?.fields ?? [];
    },
    values: (path) => engine.ask("values", { path }).catch(() => []),
  };
}

/** Keeps the filter in the address, and takes it from there when someone changes that. */
function followHash(store: Store): () => void {
  let timer = 0;
  let last = toHash(store.state);
  const write = (): void => {
    const hash = toHash(store.state);
    if (hash !== last) history.replaceState(history.state, "", hash);
    last = hash;
  };
  store.on(["filter", "dialect", "portable", "eventClass", "before", "shown"], () => {
    clearTimeout(timer);
    // Browsers refuse to be told at every keystroke.
    timer = window.setTimeout(write, 300);
  });
  const read = (): void => {
    const shared = fromHash(location.hash);
    if (shared) store.set(shared);
  };
  window.addEventListener("hashchange", read);
  return () => {
    clearTimeout(timer);
    window.removeEventListener("hashchange", read);
  };
}
