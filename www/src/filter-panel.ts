/** The filter's editor with what can be done with a filter. */

import { Editor } from "./editor";
import { findings, findingsPanel } from "./findings";
import { h } from "./dom";
import { partAt } from "./explanation";
import type { Knowledge } from "./completion";
import { classOptions } from "./load";
import { DIALECTS, otherDialect, type Store } from "./state";

export interface Example {
  name: string;
  text: string;
}

export function filterPanel(
  store: Store,
  root: ShadowRoot,
  knowledge: Knowledge,
  examples: readonly Example[],
): { element: HTMLElement; editor: Editor } {
  const holder = h("div", { class: "editor" });
  const element = h(
    "section",
    { class: "panel filter", "aria-label": "Filter" },
    h(
      "div",
      { class: "bar" },
      h("h2", {}, "Filter"),
      ...(store.state.hasDialects ? [dialectChoice(store)] : []),
      compare(store),
      h("div", { class: "selects" }, exampleChoice(store, examples), ...(store.state.hasClasses ? [classChoice(store)] : [])),
    ),
    holder,
    otherNote(store),
    findingsPanel(store, () => editor),
  );
  const editor = new Editor({
    parent: holder,
    root,
    text: store.state.filter,
    knowledge,
    onChange: (filter) => store.set({ filter }),
    onPoint: (position) => {
      const { explanation, isStale } = store.state;
      const part = explanation && !isStale && position !== undefined ? partAt(explanation, position) : undefined;
      store.set({ pointed: part ? [part] : [] });
    },
  });

  store.on(["filter"], ({ filter }) => editor.setText(filter));
  store.on(["errors", "lints"], (state) => editor.setFindings(findings(state)));
  store.on(["pointed"], ({ pointed, isStale }) => {
    editor.point(isStale ? [] : pointed.flatMap(({ range }) => range ?? []));
  });
  return { element, editor };
}

/** Radio buttons: whose rules the filter follows. */
function dialectChoice(store: Store): HTMLElement {
  const options = Object.entries(DIALECTS).map(([name, title]) => {
    const dialect = name as keyof typeof DIALECTS;
    const onchange = (): void => store.set({ dialect });
    const input = h("input", { type: "radio", name: "dialect", value: dialect, onchange });
    return { dialect, input, label: h("label", {}, input, h("span", {}, title)) };
  });
  store.on(["dialect"], (state) => {
    for (const { dialect, input } of options) input.checked = dialect === state.dialect;
  });
  const portable = h("input", { type: "checkbox" });
  portable.addEventListener("change", () => store.set({ portable: portable.checked }));
  const isPortable = h("label", { class: "portable" }, portable, "portable");
  isPortable.title = "Show also where the filter is not the same by the rules of Nextcloud";
  store.on(["portable", "dialect"], (state) => {
    portable.checked = state.portable;
    isPortable.hidden = state.dialect !== "mongo";
  });
  const group = { class: "choice", role: "radiogroup", "aria-labelledby": "rules" };
  return h(
    "div",
    { class: "rules" },
    h("span", { id: "rules", class: "muted" }, "Rules"),
    h("div", group, ...options.map(({ label }) => label)),
    isPortable,
  );
}

/** Where a filter is refused that the other dialect takes. */
function otherNote(store: Store): HTMLElement {
  const text = h("span");
  const change = h("button", { type: "button" });
  change.addEventListener("click", () => {
    store.set({ dialect: otherDialect(store.state.dialect) });
  });
  const note = h("p", { class: "other-note" }, text, " ", change);
  store.on(["isOther", "dialect"], ({ isOther, dialect, hasDialects }) => {
    const name = DIALECTS[otherDialect(dialect)];
    note.hidden = !isOther || !hasDialects;
    text.textContent = `By the rules of ${name} this is a filter.`;
    change.textContent = `Take the rules of ${name}`;
  });
  return h("div", { role: "status" }, note);
}

function exampleChoice(store: Store, examples: readonly Example[]): HTMLElement {
  const options = examples.map(({ name }, index) => h("option", { value: index }, name));
  const select = h("select", { "aria-label": "Example" }, h("option", { value: "" }, "Examples"), ...options);
  select.addEventListener("change", () => {
    const example = examples[Number(select.value)];
    if (select.value && example) store.set({ filter: example.text });
  });
  // What is edited is no longer the example.
  store.on(["filter"], ({ filter }) => {
    const index = examples.findIndex(({ text }) => text === filter);
    select.value = index < 0 ? "" : String(index);
  });
  select.hidden = examples.length === 0;
  return select;
}

/** The class of events that the filter is for: lints and completion know its fields. */
function classChoice(store: Store): HTMLElement {
  const select = h("select", { "aria-label": "Event class the filter is for" });
  select.addEventListener("change", () => store.set({ eventClass: select.value }));
  store.on(["about"], ({ about }) => {
    select.replaceChildren(h("option", { value: "" }, "Any event class"), ...classOptions(about.classes));
  });
  store.on(["about", "eventClass"], ({ eventClass }) => (select.value = eventClass));
  return select;
}

/** Pins the filter as it is, so that one sees what later changes do. */
function compare(store: Store): HTMLElement {
  const pin = h("button", { type: "button", onclick: () => store.set({ before: store.state.filter }) }, "Compare");
  pin.title = "Pin this filter as the one before: events whose verdict changes are marked";
  const back = (): void => store.set({ filter: store.state.before ?? store.state.filter });
  const restore = h("button", { type: "button", onclick: back }, "Restore");
  restore.title = "Go back to the pinned filter";
  const unpin = h("button", { type: "button" }, "Unpin");
  unpin.addEventListener("click", () => {
    const { shown } = store.state;
    store.set({ before: undefined, shown: shown === "changed" ? "all" : shown });
    pin.focus();
  });
  store.on(["before", "isStale"], ({ before, isStale }) => {
    pin.hidden = before !== undefined;
    pin.disabled = isStale;
    restore.hidden = unpin.hidden = before === undefined;
  });
  return h("div", { class: "compare" }, pin, restore, unpin);
}
