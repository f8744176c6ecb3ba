// Events on their way into the engine.

import { putBytes, putText } from "./engine.js";
import { EventError } from "./errors.js";
import { unitsOf } from "./positions.js";

const encoder = new TextEncoder();

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
  return event instanceof Uint8Array ? putBytes(event) : putText(json(object(event)) ?? "null");
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
  if (event instanceof Uint8Array) {
    return putBytes(event);
  }
  const writer = spare ?? new Writer();
  // What reads the event may be the user's, and match another one meanwhile.
  spare = undefined;
  writer.length = 0;
  if (!needed(object(event), needs(), writer)) {
    writer.copy(NULL);
  }
  spare = writer;
  return putBytes(writer.bytes.subarray(0, writer.length));
}

/** The writer that nobody uses. */
let spare;

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
 * What is needed of a value: the engine's own plan, with keys as they are written, behind a comma.
 *
 * @typedef {{ wanted: 0 | 1 | 2, hasIndexes: boolean, children: { key: string, isInherited: boolean, written: Uint8Array, needs: Needs }[] }} Needs
 */

/**
 * @param {{ needs: () => object }} raw a filter or a set
 * @returns {Needs}
 */
export function needsOf(raw) {
  const prepare = ({ wanted, hasIndexes, children }) => ({
    wanted,
    hasIndexes,
    children: children.map(([key, needs]) => ({
      key,
      isInherited: key in Object.prototype,
      written: encoder.encode(`,${JSON.stringify(key)}:`),
      needs: prepare(needs),
    })),
  });
  return prepare(raw.needs());
}

/** The engine's: only what the children want, the scalars, or all of it. */
const NOTHING = 0;
const ALL = 2;

/**
 * Writes so much of a value as is needed, as JSON; `false` for what JSON does not have.
 *
 * @param {unknown} value
 * @param {Needs} needs
 * @param {Writer} writer
 */
function needed(value, needs, writer) {
  if (typeof value !== "object" || value === null) {
    return writer.scalar(value);
  }
  if (needs.wanted === ALL) {
    return whole(value, writer);
  }
  if (typeof value.toJSON === "function") {
    return needed(value.toJSON(), needs, writer);
  }
  if (Array.isArray(value)) {
    // Which element an index means shows only where all are there.
    return needs.hasIndexes ? whole(value, writer) : elements(value, needs, writer);
  }
  return members(value, needs.children, writer);
}

/** All of it. */
function whole(value, writer) {
  const text = json(value);
  return text !== undefined && writer.text(text);
}

function elements(values, needs, writer) {
  const start = writer.length;
  for (let index = 0; index < values.length; index += 1) {
    writer.copy(COMMA);
    if (!element(values[index], needs, writer)) {
      writer.copy(NULL);
    }
  }
  return writer.enclose(start, LIST);
}

function element(value, needs, writer) {
  if (typeof value !== "object" || value === null) {
    return needs.wanted !== NOTHING && writer.scalar(value);
  }
  // An array in an array is not looked into.
  return Array.isArray(value) && needs.wanted !== ALL ? writer.copy(LIST) : needed(value, needs, writer);
}

function members(value, children, writer) {
  const start = writer.length;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && isBoxed(value)) {
    return writer.scalar(value.valueOf());
  }
  for (let index = 0; index < children.length; index += 1) {
    const { key, isInherited, written, needs } = children[index];
    // What a plain object has, and others do not, is its own.
    const member = (isPlain && !isInherited) || Object.hasOwn(value, key) ? value[key] : undefined;
    if (member !== undefined) {
      const before = writer.length;
      writer.copy(written);
      if (!needed(member, needs, writer)) {
        writer.length = before;
      }
    }
  }
  return writer.enclose(start, MEMBERS);
}

/** Whether JSON has it as the scalar inside. */
function isBoxed(value) {
  return value instanceof Number || value instanceof String || value instanceof Boolean;
}

/** Up to so many units it takes less time to go through a string than to hand it to the encoder. */
const SHORT = 64;

/** What is written often; to call the encoder takes longer. */
const [NULL, TRUE, FALSE, COMMA, LIST, MEMBERS] = ["null", "true", "false", ",", "[]", "{}"].map((text) => encoder.encode(text));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** JSON as bytes, without a string of it all. */
class Writer {
  bytes = new Uint8Array(1 << 10);
  length = 0;

  /** Makes room for so many bytes more. */
  #reserve(more) {
    if (this.length + more > this.bytes.length) {
      const bytes = new Uint8Array(2 * (this.length + more));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    return this.bytes;
  }

  copy(source) {
    const { length } = source;
    const bytes = this.#reserve(length);
    const at = this.length;
    for (let index = 0; index < length; index += 1) {
      bytes[at + index] = source[index];
    }
    this.length = at + length;
    return true;
  }

  text(text) {
    // A unit of UTF-16 takes three bytes at most.
    const bytes = this.#reserve(3 * text.length);
    this.length += encoder.encodeInto(text, bytes.subarray(this.length)).written;
    return true;
  }

  /** What was written since `start` is a list, with a comma before each item, to stand between two brackets. */
  enclose(start, brackets) {
    if (this.length === start) {
      return this.copy(brackets);
    }
    const bytes = this.#reserve(1);
    bytes[start] = brackets[0];
    bytes[this.length] = brackets[1];
    this.length += 1;
    return true;
  }

  /** `false` for what JSON does not have. */
  scalar(value) {
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        return this.#number(value);
      case "boolean":
        return this.copy(value ? TRUE : FALSE);
      case "bigint":
        return this.text(String(value));
      default:
        return value === null && this.copy(NULL);
    }
  }

  #string(text) {
    return (text.length <= SHORT && this.#plain(text)) || this.text(JSON.stringify(text.toWellFormed()));
  }

  /** `false` where a unit is no printable ASCII. */
  #plain(text) {
    const bytes = this.#reserve(2 * text.length + 2);
    let at = this.length;
    bytes[at] = QUOTE;
    at += 1;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit < 0x20 || unit > 0x7e) {
        return false;
      }
      if (unit === QUOTE || unit === BACKSLASH) {
        bytes[at] = BACKSLASH;
        at += 1;
      }
      bytes[at] = unit;
      at += 1;
    }
    bytes[at] = QUOTE;
    this.length = at + 1;
    return true;
  }

  #number(number) {
    if ((number | 0) !== number || number < 0) {
      return this.text(Number.isFinite(number) ? String(number) : "null");
    }
    const bytes = this.#reserve(10);
    let end = this.length + 1;
    for (let rest = number; rest > 9; rest = (rest / 10) | 0) {
      end += 1;
    }
    this.length = end;
    let rest = number;
    do {
      end -= 1;
      bytes[end] = ZERO + (rest % 10);
      rest = (rest / 10) | 0;
    } while (rest > 0);
    return true;
  }
}

/** All of a value; `undefined` for what JSON does not have. */
function json(value) {
  const text = JSON.stringify(value);
  // Half a surrogate pair, which JSON in UTF-8 cannot say.
  return text !== undefined && /\\ud[89a-f]/.test(text) ? JSON.stringify(value, wellFormed) : text;
}

function wellFormed(_key, value) {
  return typeof value === "string" ? value.toWellFormed() : value;
}
