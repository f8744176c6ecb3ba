import { dialectIndex, engine } from "./engine.js";
import { eventError, putEvent } from "./event.js";

/** The event classes that are known. */
export const catalog = Object.freeze({
  classes: () => engine().classes(),
  find: (name) => engine().findClass(name),
  guess: (name) => engine().guessClass(name),
  generate: (name, seed) => known(name, engine().generate(name, BigInt(seed))),
  check(name, event) {
    const length = putEvent(event);
    let mismatches;
    try {
      mismatches = engine().check(name, length);
    } catch (error) {
      throw eventError(event, error);
    }
    return known(name, mismatches);
  },
});

function known(name, result) {
  if (result === undefined) {
    throw new RangeError(`no such event class: ${name}`);
  }
  return result;
}

export function operators({ dialect } = {}) {
  return engine().operators(dialectIndex(dialect));
}
