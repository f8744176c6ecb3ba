import { engine } from "./engine.js";
import { eventError, needsOf, putNeeded } from "./event.js";
import { rawFilter } from "./filter.js";

/** Many filters that are matched together. */
export class FilterSet {
  #raw;
  /** The engine has numbers as ids. */
  #numbers = new Map();
  #ids = new Map();
  #next = 0;
  #needs;

  constructor(entries = []) {
    this.#raw = new (engine().FilterSet)();
    for (const [id, filter] of entries) {
      this.insert(id, filter);
    }
  }

  get size() {
    return this.#numbers.size;
  }

  insert(id, filter) {
    const number = this.#next;
    // Before the other one goes: it can throw.
    this.#raw.insert(number, rawFilter(filter));
    this.#next += 1;
    this.delete(id);
    this.#numbers.set(id, number);
    this.#ids.set(number, id);
    this.#needs = undefined;
    return this;
  }

  delete(id) {
    const number = this.#numbers.get(id);
    if (number === undefined) {
      return false;
    }
    this.#raw.remove(number);
    this.#needs = undefined;
    this.#ids.delete(number);
    return this.#numbers.delete(id);
  }

  has(id) {
    return this.#numbers.has(id);
  }

  matches(event) {
    const length = putNeeded(event, () => (this.#needs ??= needsOf(this.#raw)));
    try {
      return Array.from(this.#raw.matches(length), (number) => this.#ids.get(number));
    } catch (error) {
      throw eventError(event, error);
    }
  }

  [Symbol.dispose]() {
    this.#raw.free();
  }
}
