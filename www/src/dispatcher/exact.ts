/**
 * JSON as text: parts of a document as they were written. JavaScript would round large numbers, and put the keys of
 * objects in another order.
 */

import { TOKEN, layOut } from "../event-lines";

/** The fields of an object, by their names. */
export function fields(text: string): Map<string, string> {
  return new Map([...members(text)].map(({ key, value }) => [key, value]));
}

/** The elements of an array. */
export function elements(text: string): string[] {
  return [...members(text)].map(({ value }) => value);
}

/** What is directly in the object or the array that a text is. */
function* members(text: string): Generator<{ key: string; value: string }> {
  let depth = 0;
  let key = "";
  let start: number | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const isOpening = token === "{" || token === "[";
    const isClosing = token === "}" || token === "]";
    if (isClosing) depth--;
    const isEnd = (isClosing && depth === 0) || (token === "," && depth === 1);
    if (isEnd && start !== undefined) yield { key, value: text.slice(start, index).trimEnd() };
    if (token === ":" && depth === 1) key = JSON.parse(text.slice(start, index)) as string;
    if (isEnd || (token === ":" && depth === 1)) start = undefined;
    else if (depth === 1 && !isClosing) start ??= index;
    if (isOpening) depth++;
  }
}

/** The text in lines. */
export function inLines(text: string): string {
  return layOut(text, Number.POSITIVE_INFINITY)
    .lines.map(({ depth, key, text, hasComma }) => `${"  ".repeat(depth)}${key === undefined ? "" : `${key}: `}${text}${hasComma ? "," : ""}`)
    .join("\n");
}
