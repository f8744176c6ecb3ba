// Filters that are given as values.

import { FilterError } from "./errors.js";

/** Deeper ones are refused by the engine anyway, or refer to themselves. */
const MAX_DEPTH = 200;

/**
 * The JSON text of a filter. Unlike `JSON.stringify` it leaves nothing out that JSON cannot say: a
 * condition that silently vanishes would let more events through.
 *
 * @param {unknown} query
 * @returns {string}
 */
export function queryText(query) {
  return write(query, "", 0);
}

function write(value, pointer, depth) {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      if (Number.isFinite(value)) {
        return Object.is(value, -0) ? "-0" : String(value);
      }
      throw refused(pointer, String(value));
    case "object":
      return writeObject(value, pointer, depth);
    default:
      throw refused(pointer, typeof value === "undefined" ? "undefined" : `a ${typeof value}`);
  }
}

function writeObject(value, pointer, depth) {
  if (value === null) {
    return "null";
  }
  if (depth === MAX_DEPTH) {
    throw refused(pointer, "a filter without end");
  }
  if (Array.isArray(value)) {
    const elements = Array.from(value, (element, index) => write(element, `${pointer}/${index}`, depth + 1));
    return `[${elements.join()}]`;
  }
  if (typeof value.toJSON === "function") {
    return write(value.toJSON(), pointer, depth + 1);
  }
  const prototype = Object.getPrototypeOf(value);
  // Objects of other realms (an iframe, a VM) have another `Object.prototype`.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refused(pointer, `a ${value.constructor?.name ?? "class"}`, value instanceof RegExp);
  }
  const isPlain = Object.prototype.toString.call(value) === "[object Object]";
  if (!isPlain) {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    throw refused(pointer, `a ${name}`, name === "RegExp");
  }
  const members = Object.entries(value).map(([key, member]) => {
    const place = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return `${JSON.stringify(key)}:${write(member, place, depth + 1)}`;
  });
  return `{${members.join()}}`;
}

function refused(pointer, found, isPattern = false) {
  const problem = { code: "invalid-json", pointer, message: `expected JSON, found ${found}` };
  return new FilterError([isPattern ? { ...problem, hint: "use `$regex` with the pattern's text" } : problem]);
}
