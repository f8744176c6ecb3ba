import { EventError, ThrownError } from "hooksieve";

import { DIALECT, DIALECT_USAGE, Failure, compile, excerpt, isBlank, lines, print, readFilter } from "./io.js";

const usage = `Print the events that match a filter

Usage: hooksieve match [OPTIONS] FILTER [FILE]…

Events are JSON, one to a line, from the files or from standard input. Matching lines are printed as they
came, in order. Lines that are not JSON are reported on standard error and never selected, and so are
events on which the filter throws, as filters of Nextcloud do.

Options:
      ${DIALECT_USAGE}
  -c, --count         print only how many events are selected; for several files, NAME:COUNT for each
  -v, --invert-match  select the events that do not match
  -q, --quiet         print nothing and stop at the first event selected
      --max-errors N  report at most N bad lines of each file, and events on which the filter throws (10)

Exit codes, as grep's: 0 some event was selected, 1 none, 2 the filter was refused, or throws on some event;
a file could not be read, or some line was not JSON.
`;

const options = {
  ...DIALECT,
  count: { type: "boolean", short: "c" },
  "invert-match": { type: "boolean", short: "v" },
  quiet: { type: "boolean", short: "q" },
  "max-errors": { type: "string" },
};

async function run(values, [argument, ...paths]) {
  if (argument === undefined) {
    throw new Failure("expected a filter");
  }
  const { name, text } = readFilter(argument);
  const { filter, problems } = compile(text, values.dialect);
  if (filter === undefined) {
    for (const { message, range, hint } of problems) {
      process.stderr.write(`error: ${message}${hint === undefined ? "" : `; ${hint}`}\n${excerpt(name, text, range)}`);
    }
    return 2;
  }
  const maxErrors = Number(values["max-errors"] ?? 10);
  const wanted = values["invert-match"] !== true;
  const files = paths.length > 0 ? paths : ["-"];
  let any = false;
  let isTrouble = false;
  for (const path of files) {
    let count = 0;
    let bad = 0;
    let thrown = 0;
    for await (const { number, bytes } of lines(path)) {
      if (isBlank(bytes)) {
        continue;
      }
      const verdict = matches(filter, bytes);
      if (verdict instanceof Error) {
        const throws = verdict instanceof ThrownError;
        thrown += throws ? 1 : 0;
        bad += throws ? 0 : 1;
        if (bad + thrown <= maxErrors) {
          const message = throws ? `the filter throws: ${verdict.message}` : verdict.message;
          process.stderr.write(`error: ${path}:${number}: ${message}\n`);
        }
      } else if (verdict === wanted) {
        count += 1;
        if (values.quiet) {
          return 0;
        }
        if (!values.count) {
          await print(process.stdout, bytes);
          await print(process.stdout, "\n");
        }
      }
    }
    if (values.count) {
      await print(process.stdout, files.length > 1 ? `${path}:${count}\n` : `${count}\n`);
    }
    if (bad + thrown > maxErrors) {
      process.stderr.write(`error: ${path}: of all lines, ${bad} are not JSON, and on ${thrown} the filter throws\n`);
    }
    any ||= count > 0;
    isTrouble ||= bad + thrown > 0;
  }
  return isTrouble ? 2 : any ? 0 : 1;
}

/** The verdict, or why there is none. */
function matches(filter, bytes) {
  if (bytes === undefined) {
    return new Failure("the line is longer than 64 MiB");
  }
  try {
    return filter.matches(bytes);
  } catch (error) {
    if (error instanceof EventError || error instanceof ThrownError) {
      return error;
    }
    throw error;
  }
}

export const match = { usage, options, run };
