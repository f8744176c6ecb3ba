/**
 * A text without the byte order mark that editors on Windows put at the start of a file.
 *
 * @template {string | Uint8Array} Text
 * @param {Text} text
 * @returns {Text}
 */
export function withoutMark(text) {
  if (typeof text === "string") {
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  }
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text;
}
