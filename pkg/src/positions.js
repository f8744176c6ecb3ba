// The engine counts bytes of UTF-8, JavaScript units of UTF-16.

/**
 * How many units of a text the first so many bytes are.
 *
 * @param {string} text
 * @param {number} bytes
 */
export function unitsOf(text, bytes) {
  let unit = 0;
  while (bytes > 0 && unit < text.length) {
    const code = text.codePointAt(unit);
    bytes -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    unit += code < 0x10000 ? 1 : 2;
  }
  return unit;
}

/**
 * Rewrites all ranges in a result: those of bytes of a text become those of its units.
 *
 * @template T
 * @param {T} result
 * @param {string} text
 * @returns {T}
 */
export function withUnits(result, text) {
  // Nearly all filters are ASCII.
  if (/[^\0-\x7f]/.test(text)) {
    rewrite(result, unitTable(text));
  }
  return result;
}

/** For each byte of a text, the unit it belongs to. */
function unitTable(text) {
  const table = [];
  for (let unit = 0; unit < text.length; ) {
    const code = text.codePointAt(unit);
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < bytes; byte += 1) {
      table.push(unit);
    }
    unit += code < 0x10000 ? 1 : 2;
  }
  table.push(text.length);
  return table;
}

function rewrite(value, table) {
  if (typeof value !== "object" || value === null) {
    return;
  }
  if (typeof value.start === "number" && typeof value.end === "number") {
    value.start = table[value.start];
    value.end = table[value.end];
    return;
  }
  for (const part of Object.values(value)) {
    rewrite(part, table);
  }
}
