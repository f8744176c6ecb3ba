/** A document that was refused. */
class Refusal extends Error {
  /** @param {readonly import("../index.d.ts").Problem[]} errors never empty */
  constructor(errors) {
    super(errors.map(line).join("\n"));
    this.errors = errors;
    this.code = errors[0].code;
    this.pointer = errors[0].pointer;
    this.range = errors[0].range;
  }
}

/** A filter that was refused. */
export class FilterError extends Refusal {
  /**
   * @param {readonly import("../index.d.ts").Problem[]} errors never empty
   * @param {import("../index.d.ts").Dialect} [dialect] by whose rules
   */
  constructor(errors, dialect = "mongo") {
    super(errors);
    this.dialect = dialect;
  }
}

/** A catalogue that was refused. */
export class CatalogError extends Refusal {}

function line({ message, pointer, hint }) {
  return message + (pointer && ` at \`${pointer}\``) + (hint === undefined ? "" : `; ${hint}`);
}

/** An event that is not JSON. */
export class EventError extends Error {
  /**
   * @param {string} message
   * @param {number} offset
   */
  constructor(message, offset) {
    super(`${message} at ${offset}`);
    this.offset = offset;
  }
}

/** An event on which a filter throws. */
export class ThrownError extends Error {
  /**
   * @param {string} reason
   * @param {number} [index] of the event in its log
   */
  constructor(reason, index) {
    super(index === undefined ? reason : `${reason}, on event ${index}`);
    this.reason = reason;
    if (index !== undefined) {
      this.index = index;
    }
  }
}

// Not a field: it is the same for all, and not to be enumerated.
for (const error of [FilterError, CatalogError, EventError, ThrownError]) {
  Object.defineProperty(error.prototype, "name", { value: error.name, configurable: true, writable: true });
}
