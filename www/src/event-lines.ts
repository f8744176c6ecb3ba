/**
 * An event's JSON in lines, each scalar with its place in the event. It goes through the text, not through
 * values, so that numbers and the order of keys stand as they were sent; strings lose escapes that they do
 * not need. The text has to be JSON.
 */

import type { EventLine } from "./protocol";

/** What a person could still scroll through. */
const MAX_LINES = 1_000;

/** Strings, punctuation, and the rest. */
export const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** An array or an object that is not closed yet. */
interface Open {
  pointer: string;
  /** The index of the next element; not there for an object. */
  index?: number;
  isEmpty: boolean;
}

export function layOut(text: string, maxLines = MAX_LINES): { lines: EventLine[]; isCut: boolean } {
  const lines: EventLine[] = [];
  const open: Open[] = [];
  let key: string | undefined;

  const place = (): string => {
    const parent = open.at(-1);
    if (!parent) return "";
    if (parent.index !== undefined) return `${parent.pointer}/${parent.index++}`;
    return `${parent.pointer}/${escapeSegment(JSON.parse(key ?? '""') as string)}`;
  };
  const add = (line: Omit<EventLine, "depth" | "hasComma">): void => {
    lines.push({ ...line, ...(key !== undefined && { key }), depth: open.length, hasComma: false });
    key = undefined;
  };

  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (lines.length > maxLines) return { lines, isCut: true };
    const parent = open.at(-1);
    switch (token) {
      case ":":
        break;
      case ",": {
        const last = lines.at(-1);
        if (last) last.hasComma = true;
        break;
      }
      case "{":
      case "[": {
        if (parent) parent.isEmpty = false;
        const pointer = place();
        add({ text: token, kind: "bracket", pointer });
        open.push({ pointer, isEmpty: true, ...(token === "[" && { index: 0 }) });
        break;
      }
      case "}":
      case "]": {
        const closed = open.pop();
        const last = lines.at(-1);
        if (closed?.isEmpty && last) last.text += token;
        else add({ text: token, kind: "bracket" });
        break;
      }
      default:
        if (parent) parent.isEmpty = false;
        if (isKey(text, index + token.length)) key = plain(token);
        else add({ pointer: place(), text: plain(token), kind: kindOf(token) });
    }
  }
  return { lines, isCut: false };
}

/** Whether a colon follows. */
function isKey(text: string, end: number): boolean {
  while (" \t\n\r".includes(text.charAt(end)) && end < text.length) end++;
  return text[end] === ":";
}

function plain(token: string): string {
  return token.includes("\\") ? JSON.stringify(JSON.parse(token)) : token;
}

function kindOf(token: string): EventLine["kind"] {
  if (token.startsWith('"')) return "string";
  return /^[-\d]/.test(token) ? "number" : "word";
}

/** As JSON Pointers have it. */
function escapeSegment(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The segments of a JSON Pointer. */
export function segments(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
