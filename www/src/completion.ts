/** What could be written next: operators, paths, values. */

import {
  snippetCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import type { CatalogField, FieldSummary, Operator, ValueCount } from "hooksieve";

import { counted, h, sentence } from "./dom";
import { placeAt, type Place } from "./place";

/** What is known that a filter can be about. */
export interface Knowledge {
  operators: () => readonly Operator[];
  /** The fields of the loaded events, of which there are `events`. */
  fields: () => readonly FieldSummary[];
  events: () => number;
  /** The fields of the chosen class, as it is documented. */
  documented: () => Promise<readonly CatalogField[]>;
  values: (path: string) => Promise<readonly ValueCount[]>;
}

export function completions(knowledge: Knowledge) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const place = placeAt(context.state, context.pos);
    if (!place || (!place.isQuoted && place.from === place.to && !context.explicit)) return null;
    const options =
      place.kind === "key" ? await keys(knowledge, place) : await values(knowledge, place);
    if (options.length === 0) return null;
    return { from: place.from, to: place.to, options, validFor: /^[^"\n]*$/ };
  };
}

async function keys(knowledge: Knowledge, place: Place): Promise<Completion[]> {
  const options = knowledge
    .operators()
    .filter(({ place: where }) => (where === "top" ? place.isFilter : place.path !== undefined))
    .map((operator) => ({ ...describe(operator), apply: insertKey(operator.name) }));
  return place.isFilter ? [...(await paths(knowledge, place.base)), ...options] : options;
}

function describe({ name, operand, meaning }: Operator): Completion {
  return { label: name, type: "keyword", detail: operand, info: () => h("div", {}, ...sentence(meaning)) };
}

/** The documented fields first, then what else is in the events. */
async function paths(knowledge: Knowledge, base: string): Promise<Completion[]> {
  const seen = new Map(knowledge.fields().map((field) => [field.path, field]));
  const documented = new Map((await knowledge.documented()).map((field) => [field.path, field]));
  const all = new Set([...documented.keys(), ...seen.keys()]);
  return [...all]
    .filter((path) => path.startsWith(base) && !path.includes("*"))
    .map((path) => {
      const label = path.slice(base.length);
      const field = documented.get(path);
      return {
        label,
        type: "property",
        detail: (field ?? seen.get(path))?.types.join(" or ") ?? "",
        info: [seenAs(seen.get(path)), field?.note].filter(Boolean).join("; "),
        apply: insertKey(label),
        boost: field ? 2 : 1,
      };
    });
}

function seenAs(field: FieldSummary | undefined): string {
  return field ? `for example ${field.example}, in ${counted(field.count, "event")}` : "not in the loaded events";
}

async function values(knowledge: Knowledge, place: Place): Promise<Completion[]> {
  if (place.path === undefined) return [];
  const bare = (value: Completion["label"]): Completion => ({ label: value, type: "constant" });
  if (place.operator === "$exists") return place.isQuoted ? [] : ["true", "false"].map(bare);
  const literals = (await knowledge.values(place.path))
    .filter(({ value }) => typeof value === "string" || !place.isQuoted)
    .map(({ value, count }, position) => ({
      label: place.isQuoted ? inside(String(value)) : JSON.stringify(value),
      type: "constant",
      detail: counted(count, "event"),
      boost: -position,
    }));
  if (place.isQuoted || place.operator !== undefined) return literals;
  const operators = knowledge
    .operators()
    .filter(({ place: where, name }) => where === "field" && name !== "$options")
    .map((operator) => snippetCompletion(`{"${operator.name}": \${}}`, { ...describe(operator), boost: -99 }));
  return [...literals, ...operators];
}

/** The text of a JSON string, without the quotes. */
function inside(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Writes a key with its quotes and a colon, as far as they are not there. */
function insertKey(key: string) {
  return (view: EditorView, _: Completion, from: number, to: number): void => {
    const isQuoted = view.state.sliceDoc(from - 1, from) === '"';
    const isClosed = isQuoted && view.state.sliceDoc(to, to + 1) === '"';
    const end = isClosed ? to + 1 : to;
    const hasColon = /^\s*:/.test(view.state.sliceDoc(end, end + 20));
    const text = `${isQuoted ? "" : '"'}${inside(key)}"${hasColon ? "" : ": "}`;
    view.dispatch({
      changes: { from, to: end, insert: text },
      selection: { anchor: from + text.length },
      userEvent: "input.complete",
    });
  };
}
