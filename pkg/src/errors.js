/** A filter that was refused. */
export class FilterError extends Error {
  /** @param {readonly import("../index.d.ts").Problem[]} errors never empty */
  constructor(errors) {
    super(errors.map(line).join("\n"));
    this.errors = errors;
    this.code = errors[0].code;
    this.pointer = errors[0].pointer;
    this.range = errors[0].range;
  }
}

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

// Not a field: it is the same for all, and not to be enumerated.
for (const error of [FilterError, EventError]) {
  Object.defineProperty(error.prototype, "name", { value: error.name, configurable: true, writable: true });
}
