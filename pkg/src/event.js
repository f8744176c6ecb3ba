// Events on their way into the engine.

import { putBytes, putText } from "./engine.js";
import { EventError } from "./errors.js";
import { unitsOf } from "./positions.js";

/**
 * Puts a whole event into the buffer.
 *
 * @param {import("../index.d.ts").EventInput} event
 * @returns {number} its length there
 */
export function putEvent(event) {
  if (typeof event === "string") {
    return putText(event);
  }
  return event instanceof Uint8Array ? putBytes(event) : putText(json(object(event)));
}

/**
 * Puts so much of an event into the buffer as is needed.
 *
 * @param {import("../index.d.ts").EventInput} event
 * @param {() => Needs} needs
 * @returns {number} its length there
 */
export function putNeeded(event, needs) {
  if (typeof event === "string") {
    return putText(event);
  }
  return event instanceof Uint8Array ? putBytes(event) : putText(needed(object(event), needs()) ?? "null");
}

function object(event) {
  if (typeof event !== "object") {
    throw new TypeError(`expected an event as text, bytes or an object, found a ${typeof event}`);
  }
  return event;
}

/**
 * What the engine says about an event, as an error.
 *
 * @param {import("../index.d.ts").EventInput} event
 * @param {{ offset: number, message: string }} error
 */
export function eventError(event, { offset, message }) {
  return new EventError(message, typeof event === "string" ? unitsOf(event, offset) : offset);
}

/**
 * What is needed of a value: the engine's own plan, with keys as they are written.
 *
 * @typedef {{ wanted: 0 | 1 | 2, hasIndexes: boolean, children: { key: string, written: string, needs: Needs }[] }} Needs
 */

/**
 * @param {{ needs: () => object }} raw a filter or a set
 * @returns {Needs}
 */
export function needsOf(raw) {
  const prepare = ({ wanted, hasIndexes, children }) => ({
    wanted,
    hasIndexes,
    children: children.map(([key, needs]) => ({ key, written: `${JSON.stringify(key)}:`, needs: prepare(needs) })),
  });
  return prepare(raw.needs());
}

/** The engine's: only what the children want, the scalars, or all of it. */
const NOTHING = 0;
const ALL = 2;

/**
 * The JSON text of so much of a value as is needed; `undefined` for what JSON does not have.
 *
 * @param {unknown} value
 * @param {Needs} needs
 */
function needed(value, needs) {
  if (typeof value !== "object" || value === null) {
    return scalar(value);
  }
  if (needs.wanted === ALL) {
    return json(value);
  }
  if (Array.isArray(value)) {
    // Which element an index means shows only where all are there.
    return needs.hasIndexes ? json(value) : `[${Array.from(value, (item) => element(item, needs)).join()}]`;
  }
  return typeof value.toJSON === "function" ? needed(value.toJSON(), needs) : members(value, needs);
}

/** The same, of an element of an array. */
function element(value, needs) {
  if (typeof value !== "object" || value === null) {
    return (needs.wanted === NOTHING ? undefined : scalar(value)) ?? "null";
  }
  // An array in an array is not looked into.
  return Array.isArray(value) && needs.wanted !== ALL ? "[]" : needed(value, needs);
}

function members(value, { children }) {
  let text = "";
  for (const { key, written, needs } of children) {
    if (Object.hasOwn(value, key)) {
      const member = needed(value[key], needs);
      if (member !== undefined) {
        text += (text === "" ? "{" : ",") + written + member;
      }
    }
  }
  return text === "" ? "{}" : text + "}";
}

function scalar(value) {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return value === null ? "null" : undefined;
  }
}

function quoted(text) {
  return /["\\\0-\x1f]/.test(text) ? JSON.stringify(text.toWellFormed()) : `"${text}"`;
}

/** All of a value; `null` for what JSON does not have. */
function json(value) {
  const text = JSON.stringify(value) ?? "null";
  // Half a surrogate pair, which JSON in UTF-8 cannot say.
  return /\\ud[89a-f]/.test(text) ? JSON.stringify(value, wellFormed) : text;
}

function wellFormed(_key, value) {
  return typeof value === "string" ? value.toWellFormed() : value;
}
