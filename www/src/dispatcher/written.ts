/** A registration as it is sent, and where each control stands in it. */

import type { Problem, Range } from "hooksieve";

import type { Fault } from "./api";
import type { Place } from "./fields";

/** What is sent: fields with their JSON, in order; those of the form, and others that it keeps as they are. */
export interface Written {
  text: string;
  /** Where the filter stands in the text, in UTF-16 code units. */
  filter: Range;
  /** Controls by the JSON Pointers of what they say. */
  places: ReadonlyMap<string, Place>;
}

export const FILTER = "eventFilter";

/** The text of an object of fields, each of which is JSON. */
export function write(fields: readonly (readonly [string, string])[], places: ReadonlyMap<string, Place>): Written {
  let text = "{";
  let filter = { start: 0, end: 0 };
  fields.forEach(([name, json], index) => {
    text += `${index > 0 ? ",\n" : "\n"}${JSON.stringify(name)}: `;
    if (name === FILTER) filter = { start: text.length, end: text.length + json.length };
    text += json;
  });
  return { text: `${text}\n}`, filter, places };
}

/** Whose fault it is. */
export interface Sorted {
  /** Ranges are those of the filter's text. */
  filter: Problem[];
  controls: Map<Place, string[]>;
  /** Of no control. */
  others: string[];
}

/** Finds the place of each fault: of the controls, the one whose pointer leads the farthest. */
export function sort(faults: readonly Fault[], { text, filter, places }: Written): Sorted {
  const bytes = new TextEncoder().encode(text);
  const position = (byte: number): number => new TextDecoder().decode(bytes.subarray(0, byte)).length;
  const sorted: Sorted = { filter: [], controls: new Map(), others: [] };
  for (const fault of faults) {
    const { code, pointer = "", message, hint } = fault;
    const range = fault.range && { start: position(fault.range.start), end: position(fault.range.end) };
    const isInFilter = range !== undefined && range.start >= filter.start && range.end <= filter.end;
    const sentence = hint ? `${message}: ${hint}` : message;
    const place = placeOf(pointer, places);
    if (isWithin(pointer, `/${FILTER}`) || (pointer === "" && isInFilter)) {
      sorted.filter.push({
        code,
        pointer: pointer.slice(FILTER.length + 1),
        message,
        ...(hint !== undefined && { hint }),
        ...(isInFilter && { range: { start: range.start - filter.start, end: range.end - filter.start } }),
      });
    } else if (place) {
      sorted.controls.set(place, [...(sorted.controls.get(place) ?? []), sentence]);
    } else {
      sorted.others.push(sentence);
    }
  }
  return sorted;
}

function placeOf(pointer: string, places: ReadonlyMap<string, Place>): Place | undefined {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place) return place;
  }
  return undefined;
}

function isWithin(pointer: string, other: string): boolean {
  return pointer === other || pointer.startsWith(`${other}/`);
}

/** A JSON Pointer (RFC 6901). */
export function pointer(...segments: (string | number)[]): string {
  return segments.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
