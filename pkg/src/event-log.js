import { engine, putPart, putText } from "./engine.js";
import { FilterError, ThrownError } from "./errors.js";
import { eventError, putEvent } from "./event.js";
import { rawFilter } from "./filter.js";

/** Texts go in by pieces of so many units, so that the buffer stays small. */
const PIECE = 1 << 18;

const DEFAULT_MAX_BYTES = 1 << 30;

/** Many events inside the engine. */
export class EventLog {
  #raw;

  constructor({ maxBytes = DEFAULT_MAX_BYTES } = {}) {
    this.#raw = new (engine().EventLog)(Math.min(maxBytes, 2 ** 32 - 1));
  }

  static fromNdjson(input, options) {
    const log = new EventLog(options);
    if (typeof input === "string" || input instanceof Uint8Array) {
      log.append(input);
      log.end();
      return log;
    }
    return log.#read(input, options);
  }

  async #read(stream, { onProgress, signal } = {}) {
    let bytes = 0;
    try {
      for await (const chunk of chunks(stream)) {
        signal?.throwIfAborted();
        this.append(chunk);
        bytes += chunk.length;
        onProgress?.(bytes);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.end();
    return this;
  }

  static fromJson(input, options) {
    const log = new EventLog(options);
    const length = putEvent(input);
    log.#guard(input, () => log.#raw.pushDocument(length));
    return log;
  }

  get size() {
    return this.#raw.size();
  }

  append(chunk) {
    const isText = typeof chunk === "string";
    for (let start = 0; start < chunk.length; ) {
      let end = Math.min(start + PIECE, chunk.length);
      if (isText && end < chunk.length && isHighSurrogate(chunk.charCodeAt(end - 1))) {
        end += 1;
      }
      if (!this.#raw.append(putPart(chunk, start, end))) {
        throw full();
      }
      start = end;
    }
  }

  end() {
    if (!this.#raw.end()) {
      throw full();
    }
  }

  push(event) {
    const length = putEvent(event);
    return this.#guard(event, () => this.#raw.push(length));
  }

  /** `undefined` from the engine is for no room. */
  #guard(event, add) {
    let result;
    try {
      result = add();
    } catch (error) {
      throw eventError(event, error);
    }
    if (result === undefined) {
      throw full();
    }
    return result;
  }

  text(index) {
    return this.#raw.text(index) ?? outside(index);
  }

  line(index) {
    return this.#raw.line(index) ?? outside(index);
  }

  get badLines() {
    return this.#raw.badLines();
  }

  get badLineCount() {
    return this.#raw.badLineCount();
  }

  match(filter) {
    const { matching, throwing } = this.verdicts(filter);
    if (throwing.count > 0) {
      const [first] = throwing.indexes();
      const { reason } = filter.verdict(this.text(first));
      throw new ThrownError(reason, first);
    }
    return matching;
  }

  verdicts(filter) {
    const words = this.#raw.verdicts(rawFilter(filter));
    const half = words.length / 2;
    return { matching: new EventBits(this.size, words.slice(0, half)), throwing: new EventBits(this.size, words.slice(half)) };
  }

  values(path, { limit = 20 } = {}) {
    const values = this.#raw.values(putText(path), limit);
    if (values === undefined) {
      const message = "a backslash that escapes nothing";
      throw new FilterError([{ code: "invalid-path", pointer: "", message }]);
    }
    return values.map(({ value, count }) => ({ value: JSON.parse(value), count }));
  }

  fields({ sample = 1000 } = {}) {
    return this.#raw.fields(sample);
  }

  get memory() {
    return this.#raw.memory();
  }

  [Symbol.dispose]() {
    this.#raw.free();
  }
}

/** Safari cannot iterate over a `ReadableStream`. */
async function* chunks(stream) {
  if (Symbol.asyncIterator in stream) {
    yield* stream;
    return;
  }
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
    }
  } finally {
    await reader.cancel();
  }
}

function isHighSurrogate(unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

function full() {
  return new RangeError("the events take more than `maxBytes`");
}

function outside(index) {
  throw new RangeError(`no event ${index}`);
}

/** Some of the events: a bit for each. */
class EventBits {
  constructor(size, words) {
    this.size = size;
    this.words = words;
    this.count = words.reduce((count, word) => count + ones(word), 0);
  }

  has(index) {
    return index >= 0 && index < this.size && ((this.words[index >>> 5] >>> (index & 31)) & 1) === 1;
  }

  indexes() {
    const indexes = new Uint32Array(this.count);
    let next = 0;
    this.words.forEach((word, at) => {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        indexes[next] = at * 32 + 31 - Math.clz32(rest & -rest);
        next += 1;
      }
    });
    return indexes;
  }
}

/** The number of bits that are set. */
function ones(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
