/** Where in a filter the cursor is, and so what could stand there. */

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

type Node = ReturnType<ReturnType<typeof syntaxTree>["resolveInner"]>;

/** What can stand at a place of a filter. */
export interface Place {
  kind: "key" | "value";
  /** What is there already: without the quotes. */
  from: number;
  to: number;
  isQuoted: boolean;
  /** The path that conditions at this place are on; not there where only paths can stand. */
  path?: string;
  /** The operator whose operand it is. */
  operator?: string;
  /** Whether paths and the operators of a whole filter can stand here. */
  isFilter: boolean;
  /** What the paths here are relative to: inside an `$elemMatch`, the path of the array and a dot. */
  base: string;
}

/** A bound on the time that a keystroke may take. */
const PARSE_MILLISECONDS = 20;

export function tree(state: EditorState): ReturnType<typeof syntaxTree> {
  return ensureSyntaxTree(state, state.doc.length, PARSE_MILLISECONDS) ?? syntaxTree(state);
}

export function placeAt(state: EditorState, position: number): Place | undefined {
  let node = tree(state).resolveInner(position, -1);
  while (node.type.isError && node.parent) node = node.parent;

  if (node.name === "PropertyName" || node.name === "String") {
    const isClosed = node.to - node.from > 1 && state.sliceDoc(node.to - 1, node.to) === '"';
    const [from, to] = [node.from + 1, isClosed ? node.to - 1 : node.to];
    if (position < from || position > to) return undefined;
    const isKey = node.name === "PropertyName";
    const object = isKey ? node.parent?.parent : undefined;
    const range = { from, to, isQuoted: true };
    if (isKey) return object ? { ...range, kind: "key", ...contextOf(state, object) } : undefined;
    return { ...range, ...valueContext(state, node) };
  }

  const { from, text } = wordBefore(state, position);
  const range = { from, to: position, isQuoted: false };
  const before = state.sliceDoc(Math.max(0, from - 200), from).trimEnd().at(-1);
  if (node.name === "Object" && (before === "{" || before === ",") && from + text.length === position) {
    return { ...range, kind: "key", ...contextOf(state, node) };
  }
  if (before === ":" || (enclosing(node, "Array") && (before === "[" || before === ","))) {
    return { ...range, ...valueContext(state, node) };
  }
  return undefined;
}

function wordBefore(state: EditorState, position: number): { from: number; text: string } {
  const line = state.doc.lineAt(position);
  const text = /[\w$.]*$/.exec(line.text.slice(0, position - line.from))?.[0] ?? "";
  return { from: position - text.length, text };
}

function enclosing(node: Node, name: string): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.name === name) return at;
    if (at.name === "Object" || at.name === "Array") return undefined;
  }
  return undefined;
}

/** The key of a property, as a string. */
export function keyOf(state: EditorState, property: Node): string {
  const name = property.getChild("PropertyName");
  if (!name) return "";
  try {
    return JSON.parse(state.sliceDoc(name.from, name.to)) as string;
  } catch {
    return "";
  }
}

type Context = Pick<Place, "path" | "isFilter" | "base">;

/** What the keys of an object are. */
function contextOf(state: EditorState, object: Node): Context {
  let parent = object.parent;
  while (parent && parent.name !== "Property") {
    if (parent.name === "JsonText") return { isFilter: true, base: "" };
    parent = parent.parent;
  }
  if (!parent?.parent) return { isFilter: true, base: "" };
  const key = keyOf(state, parent);
  const outer = contextOf(state, parent.parent);
  switch (key) {
    case "$and":
    case "$or":
    case "$nor":
      return outer;
    case "$not":
      return { ...outer, isFilter: false };
    case "$elemMatch":
      return { ...outer, isFilter: true, base: `${outer.path ?? ""}.` };
    default:
      return key.startsWith("$")
        ? { ...outer, isFilter: false }
        : { isFilter: false, base: "", path: outer.base + key };
  }
}

function valueContext(state: EditorState, node: Node): Context & { kind: "value"; operator?: string } {
  let property: Node | null = node;
  while (property && property.name !== "Property") property = property.parent;
  if (!property?.parent) return { kind: "value", isFilter: false, base: "" };
  const key = keyOf(state, property);
  const outer = contextOf(state, property.parent);
  if (key.startsWith("$")) return { kind: "value", ...outer, isFilter: false, operator: key };
  return { kind: "value", isFilter: false, base: "", path: outer.base + key };
}
