// Lines of a text, each an event, that a filter looks at in one go.

import { BLANK, MATCHES, NOT_JSON, THROWS, engine, putPart } from "./engine.js";
import { withoutMark } from "./mark.js";

/** Lines go in by pieces of so many units, so that the buffer stays small. */
const PIECE = 1 << 16;

/** So many bad lines are told; the others are counted. */
const MAX_BAD_LINES = 1000;

/** What a filter says of the lines of a text. */
export class LineVerdicts {
  #input;
  #verdicts;

  /**
   * @param {import("../dist/engine.js").Filter} raw
   * @param {string | Uint8Array} input
   */
  constructor(raw, input) {
    this.#input = withoutMark(input);
    this.#verdicts = verdicts(raw, this.#input);
    const counts = new Uint32Array(BLANK + 1);
    for (const verdict of this.#verdicts) {
      counts[verdict] += 1;
    }
    this.count = counts[MATCHES];
    this.badLineCount = counts[NOT_JSON];
    this.throwingCount = counts[THROWS];
    this.size = this.#verdicts.length - this.badLineCount - counts[BLANK];
    const bad = this.#spans(NOT_JSON, Math.min(this.badLineCount, MAX_BAD_LINES));
    this.badLines = Array.from(bad, ([line, start, end]) => {
      raw.verdict(putPart(this.#input, start, end));
      return { line, ...engine().lastError() };
    });
  }

  lines() {
    return this.#numbers(MATCHES, this.count);
  }

  throwingLines() {
    return this.#numbers(THROWS, this.throwingCount);
  }

  #numbers(verdict, count) {
    const numbers = new Uint32Array(count);
    let next = 0;
    for (let index = 0; next < count; index += 1) {
      if (this.#verdicts[index] === verdict) {
        numbers[next] = index + 1;
        next += 1;
      }
    }
    return numbers;
  }

  *texts() {
    for (const [, start, end] of this.#spans(MATCHES, this.count)) {
      yield this.#input.slice(start, end);
    }
  }

  /** The first lines with this verdict: their numbers, starts and ends. */
  *#spans(verdict, count) {
    const newline = newlineOf(this.#input);
    let start = 0;
    for (let index = 0; count > 0; index += 1) {
      const found = this.#input.indexOf(newline, start);
      const end = found < 0 ? this.#input.length : found;
      if (this.#verdicts[index] === verdict) {
        count -= 1;
        yield [index + 1, start, end];
      }
      start = end + 1;
    }
  }
}

/** The engine's verdict on each line. */
function verdicts(raw, input) {
  const all = [];
  let length = 0;
  for (let start = 0; start < input.length; ) {
    const end = pieceEnd(input, start);
    const some = raw.lineVerdicts(putPart(input, start, end));
    all.push(some);
    length += some.length;
    start = end;
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const some of all) {
    joined.set(some, at);
    at += some.length;
  }
  return joined;
}

/** Behind the last line that is whole within a piece, or else behind the first one. */
function pieceEnd(input, start) {
  if (input.length - start <= PIECE) {
    return input.length;
  }
  const newline = newlineOf(input);
  const last = input.lastIndexOf(newline, start + PIECE - 1);
  const end = last >= start ? last : input.indexOf(newline, start + PIECE);
  return end < 0 ? input.length : end + 1;
}

function newlineOf(input) {
  return typeof input === "string" ? "\n" : 0x0a;
}
