import { catalog as builtin, rawCatalog } from "./catalog.js";
import { MATCHES, NOT_JSON, THROWS, dialectIndex, dialects, engine, putBytes, putText } from "./engine.js";
import { FilterError, ThrownError } from "./errors.js";
import { eventError, putEvent, needsOf, putNeeded } from "./event.js";
import { LineVerdicts } from "./ndjson.js";
import { withUnits } from "./positions.js";
import { queryText } from "./query.js";

/** A filter's engine side, for the other modules: `Filter` itself keeps it private. */
let raw;

/**
 * @param {Filter} filter
 * @returns {import("../dist/engine.js").Filter}
 */
export function rawFilter(filter) {
  return raw(filter);
}

/** A compiled filter. */
export class Filter {
  static {
    raw = (filter) => filter.#raw;
  }

  /** @type {import("../dist/engine.js").Filter} */
  #raw;
  #source;
  #needs;

  constructor(query, options = {}) {
    if (query instanceof Loaded) {
      this.#raw = query.raw;
      return;
    }
    const isText = typeof query === "string";
    this.#source = isText ? query : queryText(query);
    this.#raw = compile(this.#source, isText, options);
  }

  static fromBytes(bytes) {
    const length = putBytes(bytes);
    try {
      return new Filter(new Loaded(engine().Filter.fromBytes(length)));
    } catch (message) {
      throw new FilterError([{ code: "invalid-program", pointer: "", message }]);
    }
  }

  get source() {
    return this.#source;
  }

  get paths() {
    return this.#raw.paths();
  }

  get listing() {
    return this.#raw.listing();
  }

  get dialect() {
    return dialects()[this.#raw.dialect()];
  }

  matches(event) {
    const verdict = this.#verdict(event);
    if (verdict === THROWS) {
      throw new ThrownError(engine().lastReason());
    }
    return verdict === MATCHES;
  }

  verdict(event) {
    const verdict = this.#verdict(event);
    if (verdict === THROWS) {
      return { outcome: "throws", reason: engine().lastReason() };
    }
    return { outcome: verdict === MATCHES ? "matches" : "does-not-match" };
  }

  /** The engine's number for it. */
  #verdict(event) {
    const length = putNeeded(event, () => (this.#needs ??= needsOf(this.#raw)));
    const verdict = this.#raw.verdict(length);
    if (verdict === NOT_JSON) {
      throw eventError(event, engine().lastError());
    }
    return verdict;
  }

  matchNdjson(ndjson) {
    if (typeof ndjson !== "string" && !(ndjson instanceof Uint8Array)) {
      throw new TypeError(`expected lines as text or bytes, found a ${typeof ndjson}`);
    }
    return new LineVerdicts(this.#raw, ndjson);
  }

  explain(event, { maskValues = false } = {}) {
    const length = putEvent(event);
    try {
      return withUnits(this.#raw.explain(length, maskValues), this.#source ?? "");
    } catch (error) {
      throw eventError(event, error);
    }
  }

  lint({ event, catalog = builtin, portable = false } = {}) {
    const lints = this.#raw.lint(rawCatalog(catalog), event, portable);
    if (lints === undefined) {
      throw new RangeError(`no such event class: ${event}`);
    }
    return withUnits(lints, this.#source ?? "");
  }

  implies(other) {
    return this.#raw.implies(other.#raw);
  }

  toBytes() {
    return this.#raw.toBytes();
  }

  [Symbol.dispose]() {
    this.#raw.free();
  }
}

/** What `fromBytes` hands to the constructor. */
class Loaded {
  constructor(raw) {
    this.raw = raw;
  }
}

function compile(source, isText, { dialect, limits = {} }) {
  const index = dialectIndex(dialect);
  const bounds = new (engine().Limits)();
  try {
    for (const [name, value] of Object.entries(limits)) {
      if (!Number.isInteger(value) || value < 0 || !bounds.set(name, Math.min(value, 2 ** 31))) {
        throw new RangeError(`no such limit: ${name} of ${value}`);
      }
    }
    return engine().Filter.compile(putText(source), index, bounds);
  } catch (problems) {
    if (problems instanceof Error) {
      throw problems;
    }
    throw new FilterError(isText ? withUnits(problems, source) : problems.map(withoutRange), dialect);
  } finally {
    bounds.free();
  }
}

/** A filter that was given as a value has no text to point at. */
function withoutRange({ code, pointer, message, hint }) {
  return hint === undefined ? { code, pointer, message } : { code, pointer, message, hint };
}
