import { CatalogError, catalog as builtin } from "hooksieve";

import { DIALECT, DIALECT_USAGE, Failure, compile, print, printProblems, readFilter, readText } from "./io.js";

const usage = `Show what is wrong, or suspicious, about filters

Usage: hooksieve lint [OPTIONS] FILTER…

Options:
      ${DIALECT_USAGE}
      --event CLASS    the class of the events, or the last segment of its name: fields and types are checked, too
      --catalog FILE   add the event classes of a file, in place of builtin ones with their names; may be repeated
      --portable       show also where a filter is not the same for Nextcloud's own evaluator
      --format FORMAT  \`text\`, or \`json\`: one object for each filter (text)

JSON output:
  {"filter": NAME, "ok": BOOL, "problems": [{"code", "severity", "pointer", "range", "message", …}]}
  Ranges count UTF-16 code units.

Exit codes: 0 notes at most, 1 warnings, 2 some filter never matches, or something was refused or could not be read.
`;

const options = {
  ...DIALECT,
  event: { type: "string" },
  catalog: { type: "string", multiple: true, default: [] },
  portable: { type: "boolean" },
  format: { type: "string", default: "text" },
};

const EXIT = { note: 0, warning: 1, error: 2 };

async function run({ catalog: files, dialect, event, format, portable }, filters) {
  if (filters.length === 0) {
    throw new Failure("expected a filter");
  }
  if (format !== "text" && format !== "json") {
    throw new Failure(`no such format: ${format}`);
  }
  if (portable && dialect !== "mongo") {
    throw new Failure("--portable is for filters of the dialect `mongo`");
  }
  const catalog = readCatalog(files);
  if (catalog === undefined) {
    return 2;
  }
  if (event !== undefined && catalog.find(event) === undefined) {
    const guess = catalog.guess(event);
    throw new Failure(`unknown event class \`${event}\`${guess ? `; did you mean \`${guess.name}\`?` : ""}`);
  }
  let exit = 0;
  for (const argument of filters) {
    const { name, text } = readFilter(argument);
    const problems = lintText(text, dialect, { catalog, event, portable });
    const worst = Math.max(0, ...problems.map(({ severity }) => EXIT[severity]));
    exit = Math.max(exit, worst);
    if (format === "json") {
      await print(process.stdout, `${JSON.stringify({ filter: name, ok: worst === 0, problems })}\n`);
    } else if (problems.length === 0) {
      await print(process.stdout, `${name}: ok\n`);
    } else {
      printProblems(name, text, problems);
    }
  }
  return exit;
}

/** The builtin classes and those of the files; `undefined` where one was refused, which has been shown then. */
function readCatalog(files) {
  let catalog = builtin;
  let isRefused = false;
  for (const { name, text } of files.map(readText)) {
    try {
      catalog = catalog.with(text);
    } catch (error) {
      if (!(error instanceof CatalogError)) {
        throw error;
      }
      printProblems(name, text, error.errors);
      isRefused = true;
    }
  }
  return isRefused ? undefined : catalog;
}

/** What is wrong with a filter, or its lints, in one form. */
function lintText(text, dialect, options) {
  const { filter, problems } = compile(text, dialect);
  if (filter === undefined) {
    return problems.map((problem) => ({ severity: "error", ...problem }));
  }
  return filter.lint(options).map(({ suggestion, ...lint }) => ({
    ...lint,
    ...(suggestion && { hint: suggestion.message }),
    ...(suggestion?.replacement && { replacement: suggestion.replacement }),
  }));
}

export const lint = { usage, options, run };
