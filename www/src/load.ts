/** Where events come from: samples, the catalogue, the clipboard, files. They never leave the browser. */

import type { EventClassSummary } from "hooksieve";

import type { Engine } from "./client";
import { counted, h, size } from "./dom";
import type { Source } from "./protocol";
import type { Store } from "./state";

export interface Loader {
  load: (source: Source) => Promise<void>;
  /** Adds events to those that are loaded. */
  append: (texts: readonly string[]) => Promise<void>;
  cancel: () => void;
}

export function loader(store: Store, engine: Engine): Loader {
  let last = 0;
  return {
    load: async (source) => {
      const id = ++last;
      store.set({ loading: { name: source.name, bytes: 0, total: undefined }, trouble: undefined });
      try {
        const log = await engine.ask("load", { source });
        if (id === last) {
          const chosen = log.size > 0 ? (store.state.newestFirst ? log.size - 1 : 0) : undefined;
          store.set({ log, chosen, event: undefined, explanation: undefined, elsewhere: undefined, pointed: [], verdicts: undefined });
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const isCancelled = store.state.loading === undefined;
        if (id === last && !isCancelled) store.set({ trouble: `${source.name} cannot be loaded: ${message}` });
      }
      if (id === last) store.set({ loading: undefined });
    },
    append: async (texts) => {
      const { log } = store.state;
      if (!log || texts.length === 0) return;
      const longer = await engine.ask("append", { texts });
      if (store.state.log?.id !== longer.id) return;
      const { chosen = longer.size - 1 } = store.state;
      store.set({ log: longer, chosen });
    },
    cancel: () => {
      store.set({ loading: undefined });
      void engine.ask("cancel", {});
    },
  };
}

/** Options for each class, by the system that sends it. */
export function classOptions(classes: readonly EventClassSummary[]): HTMLElement[] {
  const systems = new Map<string, EventClassSummary[]>();
  for (const summary of classes) systems.set(summary.system, [...(systems.get(summary.system) ?? []), summary]);
  return [...systems].map(([system, members]) =>
    h(
      "optgroup",
      { label: system },
      ...members.map(({ name, shortName }) => h("option", { value: name, title: name }, shortName)),
    ),
  );
}

/** A dialog that asks for events, and a button that opens it. */
export function loadDialog(
  store: Store,
  { load }: Loader,
  samples: Source | undefined,
): { button: HTMLElement; dialog: HTMLDialogElement } {
  const choose = (source: Source): void => {
    dialog.close();
    void load(source);
  };

  const classes = h("select", { "aria-label": "Event class" });
  store.on(["about"], ({ about }) => classes.replaceChildren(...classOptions(about.classes)));
  const ofClass = (): void => {
    store.set({ eventClass: classes.value });
    choose({ kind: "class", name: classes.value });
  };

  const text = h("textarea", {
    rows: 5,
    "aria-label": "Events to paste",
    placeholder: '{"event": …}   one event on each line, or an array of events',
    spellcheck: "false",
  });
  const pasted = (): void => {
    if (text.value.trim()) choose({ kind: "text", text: text.value, name: "pasted events" });
  };

  const file = h("input", { type: "file", accept: ".json,.ndjson,.jsonl,application/json", "aria-label": "File" });
  file.addEventListener("change", () => {
    const [blob] = file.files ?? [];
    if (blob) choose({ kind: "blob", blob, name: blob.name });
    file.value = "";
  });

  const loaded = h("p");
  store.on(["log"], ({ log }) => {
    loaded.hidden = !log;
    if (log) loaded.textContent = `Now: ${log.name}; ${counted(log.size, "event")}, ${size(log.memory.events)} of memory.`;
  });

  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": "Load events" },
    h("div", { class: "bar" }, h("h2", {}, "Load events"), close),
    loaded,
    h("p", { class: "hint" }, "They are read in this browser, and go nowhere else."),
    ...(samples
      ? [
          h(
            "section",
            {},
            h("h3", {}, "Samples"),
            h("button", { type: "button", onclick: () => choose(samples) }, `Load the ${samples.name}`),
          ),
        ]
      : []),
    h(
      "section",
      {},
      h("h3", {}, "From the catalogue"),
      h("p", { class: "hint" }, "The sample of an event class, and made-up events that the class allows."),
      h("div", { class: "bar" }, classes, h("button", { type: "button", onclick: ofClass }, "Load samples")),
    ),
    h(
      "section",
      {},
      h("h3", {}, "Your own"),
      text,
      h("div", { class: "bar" }, h("button", { type: "button", onclick: pasted }, "Load what is pasted")),
      h("p", { class: "hint" }, "Or a file of .json or .ndjson, which can also be dropped anywhere on the preview:"),
      file,
    ),
  );
  return { button: h("button", { type: "button", onclick: () => dialog.showModal() }, "Load events…"), dialog };
}

/** Takes files and text that are dropped anywhere on `element`. */
export function acceptDrops(element: HTMLElement, { load }: Loader): void {
  const mark = (isOver: boolean): void => void element.classList.toggle("dropping", isOver);
  element.addEventListener(
    "dragover",
    (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      mark(true);
    },
    { capture: true },
  );
  element.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) mark(false);
  });
  element.addEventListener(
    "drop",
    (event) => {
      mark(false);
      const [blob] = event.dataTransfer?.files ?? [];
      if (!blob) return;
      // The editor would take the text of the file for a filter.
      event.preventDefault();
      event.stopPropagation();
      void load({ kind: "blob", blob, name: blob.name });
    },
    { capture: true },
  );
}

/** How far the loading is, and what could not be done. */
export function progressBar(store: Store, { cancel }: Loader): HTMLElement {
  const text = h("span");
  const bar = h("progress", { "aria-label": "Loading events" });
  const stop = h("button", { type: "button", "aria-label": "Cancel loading", onclick: cancel }, "Cancel");
  const loading = h("div", { class: "loading" }, text, bar, stop);
  const message = h("span");
  const dismiss = h("button", { type: "button", onclick: () => store.set({ trouble: undefined }) }, "Dismiss");
  const trouble = h("div", { class: "trouble" }, message, dismiss);
  store.on(["loading"], ({ loading: state }) => {
    loading.hidden = state === undefined;
    if (!state) return;
    const of = state.total === undefined ? "" : ` of ${size(state.total)}`;
    text.textContent = state.bytes > 0 ? `${state.name}: ${size(state.bytes)}${of}` : `Loading ${state.name}…`;
    if (state.total !== undefined) {
      bar.max = state.total;
      bar.value = state.bytes;
    } else {
      bar.removeAttribute("value");
    }
  });
  store.on(["trouble"], (state) => {
    trouble.hidden = state.trouble === undefined;
    message.textContent = state.trouble ?? "";
  });
  return h("div", { class: "progress" }, loading, h("div", { role: "alert" }, trouble));
}
