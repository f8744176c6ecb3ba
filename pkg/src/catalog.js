import { dialectIndex, engine, putText } from "./engine.js";
import { CatalogError } from "./errors.js";
import { eventError, putEvent } from "./event.js";
import { withUnits } from "./positions.js";

/** A catalogue's engine side, for the other modules. */
let raw;

/**
 * @param {Catalog} catalog
 * @returns {import("../dist/engine.js").Catalog}
 */
export function rawCatalog(catalog) {
  return raw(catalog);
}

/** Event classes. */
class Catalog {
  static {
    raw = (catalog) => (catalog.#made ??= engine().Catalog.builtin());
  }

  /** Where it is not there yet, the builtin one: the engine may be loaded later than this module. */
  #made;

  constructor(made) {
    this.#made = made;
  }

  with(text) {
    if (typeof text !== "string") {
      throw new TypeError(`expected a catalogue as text, found a ${typeof text}`);
    }
    try {
      return new Catalog(raw(this).with(putText(text)));
    } catch (problems) {
      throw new CatalogError(withUnits(problems, text));
    }
  }

  classes() {
    return raw(this).classes();
  }

  find(name) {
    return raw(this).find(name);
  }

  guess(name) {
    return raw(this).guess(name);
  }

  generate(name, seed) {
    return known(name, raw(this).generate(name, BigInt(seed)));
  }

  check(name, event) {
    const length = putEvent(event);
    let mismatches;
    try {
      mismatches = raw(this).check(name, length);
    } catch (error) {
      throw eventError(event, error);
    }
    return known(name, mismatches);
  }
}

/** The event classes that are known. */
export const catalog = new Catalog();

function known(name, result) {
  if (result === undefined) {
    throw new RangeError(`no such event class: ${name}`);
  }
  return result;
}

export function operators({ dialect } = {}) {
  return engine().operators(dialectIndex(dialect));
}
