#!/usr/bin/env node
// The command line: the parts of the native one that JavaScript projects use in their checks.

import { parseArgs } from "node:util";

import { lint } from "./lint.js";
import { match } from "./match.js";
import { Failure, print } from "./io.js";
import { test } from "./test.js";

const USAGE = `Which events match a MongoDB-style JSON filter?

Usage: hooksieve COMMAND [OPTIONS] …

Commands:
  match FILTER [FILE]…   print the events that match a filter
  lint FILTER…           show what is wrong, or suspicious, about filters
  test CASES…            run tables of filters and events with the expected verdicts

FILTER is JSON text, \`@PATH\` for a file, or \`@-\` for standard input. Each command tells more with --help.
`;

const COMMANDS = { lint, match, test };

const HELP = { help: { type: "boolean", short: "h" } };

async function main([name, ...args]) {
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
    const wantsHelp = name === "--help" || name === "-h" || name === "help";
    await print(wantsHelp ? process.stdout : process.stderr, USAGE);
    return wantsHelp ? 0 : 2;
  }
  const { usage, options, run } = COMMANDS[name];
  let parsed;
  try {
    parsed = parseArgs({ args, options: { ...options, ...HELP }, allowPositionals: true });
  } catch (error) {
    throw new Failure(error.message);
  }
  if (parsed.values.help) {
    await print(process.stdout, usage);
    return 0;
  }
  return run(parsed.values, parsed.positionals);
}

// As when the reader of a pipe has gone: nobody is left to be told.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 2));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) {
    throw error;
  }
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
