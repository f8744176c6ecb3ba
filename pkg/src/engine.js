// The engine, and the buffer in its memory through which texts and bytes go in: `encodeInto` and `set`
// are many times faster than strings as arguments.

import * as bindings from "../dist/engine.js";

const encoder = new TextEncoder();

/** Up to so many bytes the buffer grows to what a text could take; beyond, to what it takes. */
const LARGE = 1 << 20;

/** What it says of an event, as a number; 0 is for no match. */
export const MATCHES = 1;
export const NOT_JSON = 2;
export const THROWS = 3;
/** Of a line without an event. */
export const BLANK = 4;

let memory;
let buffer = new Uint8Array(0);

/**
 * Makes the engine of a module, or of its bytes. Again does nothing.
 *
 * @param {BufferSource | WebAssembly.Module} module
 */
export function start(module) {
  memory ??= bindings.initSync({ module }).memory;
}

/** The functions and classes of the engine. */
export function engine() {
  if (memory === undefined) {
    throw new Error("the engine is not loaded: call and await `init` of `hooksieve/slim` first");
  }
  return bindings;
}

let names;

/** The names of the dialects: the engine knows them by their indexes. */
export function dialects() {
  return (names ??= engine().dialects());
}

/** The index of a dialect, the first one where none is given. */
export function dialectIndex(name) {
  const index = name === undefined ? 0 : dialects().indexOf(name);
  if (index < 0) {
    throw new RangeError(`no such dialect: ${name}`);
  }
  return index;
}

/** The buffer, with room for so many bytes. */
function room(bytes) {
  // The length is 0 where the memory has grown, and so has moved.
  if (buffer.length < bytes || buffer.length === 0) {
    const length = Math.max(bytes, 1 << 12);
    const address = engine().reserve(length);
    buffer = new Uint8Array(memory.buffer, address >>> 0, length);
  }
  return buffer;
}

/**
 * @param {string} text
 * @returns {number} its length in the buffer
 */
export function putText(text) {
  // A unit of UTF-16 takes three bytes at most.
  const most = text.length * 3;
  if (most > buffer.length && most > LARGE) {
    return putBytes(encoder.encode(text));
  }
  return encoder.encodeInto(text, room(most)).written;
}

/**
 * @param {Uint8Array} bytes
 * @returns {number} their length in the buffer
 */
export function putBytes(bytes) {
  room(bytes.length).set(bytes);
  return bytes.length;
}

/**
 * Part of a text, or of bytes.
 *
 * @param {string | Uint8Array} input
 * @param {number} start
 * @param {number} end
 * @returns {number} its length in the buffer
 */
export function putPart(input, start, end) {
  return typeof input === "string" ? putText(input.slice(start, end)) : putBytes(input.subarray(start, end));
}
