// What the commands have in common: arguments, files, lines, output.

import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";

import { Filter, FilterError } from "hooksieve";

import { withoutMark } from "../src/mark.js";

/** Something that ends a command, in words for its user. */
export class Failure extends Error {}

/** A line may have so many bytes. */
const MAX_LINE = 64 << 20;

const NEWLINE = 0x0a;

/** Writes, and waits until there is room again. */
export async function print(stream, text) {
  if (!stream.write(text)) {
    await once(stream, "drain");
  }
}

/** A filter's text and what it is called in messages. */
export function readFilter(argument) {
  return argument.startsWith("@") ? readText(argument.slice(1)) : { name: "<filter>", text: argument };
}

/**
 * A file's text and what it is called in messages.
 *
 * @param {string} path `-` for standard input
 */
export function readText(path) {
  try {
    const text = withoutMark(readFileSync(path === "-" ? 0 : path, "utf8"));
    return { name: path === "-" ? "<stdin>" : path, text };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What `--dialect` says, for `parseArgs` and for people. */
export const DIALECT = { dialect: { type: "string", default: "mongo" } };
export const DIALECT_USAGE = "--dialect DIALECT  whose rules the filters follow: `mongo`, or `nextcloud` (mongo)";

/** The filter, or why it was refused. */
export function compile(text, dialect) {
  try {
    return { filter: new Filter(text, { dialect }), problems: [] };
  } catch (error) {
    if (error instanceof FilterError) {
      return { problems: error.errors };
    }
    if (error instanceof RangeError) {
      throw new Failure(error.message);
    }
    throw error;
  }
}

export function unreadable(path, error) {
  return new Failure(`cannot read ${path}: ${error.message}`);
}

/**
 * The lines of a file, with their numbers. One that is too long has no bytes.
 *
 * @param {string} path `-` for standard input
 * @returns {AsyncGenerator<{ number: number, bytes: Buffer | undefined }>}
 */
export async function* lines(path) {
  let number = 0;
  let begun = [];
  let length = 0;
  const line = (last) => {
    number += 1;
    const whole = length + last.length > MAX_LINE ? undefined : begun.length > 0 ? Buffer.concat([...begun, last]) : last;
    const bytes = number === 1 && whole !== undefined ? withoutMark(whole) : whole;
    begun = [];
    length = 0;
    return { number, bytes };
  };
  try {
    for await (const chunk of path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 })) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        yield line(chunk.subarray(start, end));
        start = end + 1;
      }
      const rest = chunk.subarray(start);
      length += rest.length;
      if (rest.length > 0 && length <= MAX_LINE) {
        begun.push(rest);
      }
    }
  } catch (error) {
    throw error.code === undefined ? error : unreadable(path, error);
  }
  if (length > 0) {
    yield line(Buffer.alloc(0));
  }
}

/** Whether there is nothing but space. */
export function isBlank(bytes) {
  return bytes !== undefined && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** A place in a text, for people: line and column from 1, and a caret under the range. */
export function excerpt(name, text, range) {
  if (range === undefined) {
    return `  --> ${name}\n`;
  }
  const before = text.slice(0, range.start);
  const number = before.split("\n").length;
  const start = before.lastIndexOf("\n") + 1;
  const column = range.start - start;
  const [line] = text.slice(start).split("\n", 1);
  // Of a long line what is around the place.
  const from = Math.max(0, column - 60);
  const shown = line.slice(from, from + 120).replaceAll(/[^\P{C}]/gu, " ");
  const width = Math.max(1, Math.min(range.end - range.start, shown.length - (column - from)));
  return `  --> ${name}:${number}:${column + 1}\n   | ${shown}\n   | ${" ".repeat(column - from)}${"^".repeat(width)}\n`;
}

/** What is wrong with a document, for people, on standard error. */
export function printProblems(name, text, problems) {
  for (const { code, severity = "error", message, range, hint } of problems) {
    const help = hint === undefined ? "" : `   = help: ${hint}\n`;
    process.stderr.write(`${severity}[${code}]: ${message}\n${excerpt(name, text, range)}${help}\n`);
  }
}
