import { EventError, ThrownError, test as testCases } from "hooksieve";

import { DIALECT, DIALECT_USAGE, Failure, isBlank, lines, print } from "./io.js";

const usage = `Run tables of filters and events with the expected verdicts

Usage: hooksieve test [OPTIONS] CASES…

Each line of a table is a row {"name", "filter", "event", "expected"}, where \`expected\` is true, false, or
"error" for a filter that is to be refused, or, with --dialect nextcloud, to throw on the event. The name may be
left out, and other fields may be added.

Options:
      ${DIALECT_USAGE}
      --format FORMAT  \`text\`, or \`json\`: one object for each failing row, then one with the numbers (text)

Exit codes: 0 every row passed, 1 some row failed, 2 a file could not be read, or some line was not a row.
`;

const options = {
  ...DIALECT,
  format: { type: "string", default: "text" },
};

async function run({ dialect, format }, files) {
  if (files.length === 0) {
    throw new Failure("expected a file of cases");
  }
  if (format !== "text" && format !== "json") {
    throw new Failure(`no such format: ${format}`);
  }
  const summary = { passed: 0, failed: 0, invalid: 0 };
  for (const file of files) {
    for await (const { number, bytes } of lines(file)) {
      if (isBlank(bytes)) {
        continue;
      }
      const result = testLine(bytes, dialect);
      if (result instanceof Error) {
        summary.invalid += 1;
        process.stderr.write(`error: ${file}:${number}: not a row\n`);
        continue;
      }
      summary.passed += result.passed;
      summary.failed += result.failed;
      for (const failure of result.failures) {
        await print(process.stdout, format === "json" ? json(file, number, failure) : text(file, number, failure));
      }
    }
  }
  const { passed, failed } = summary;
  await print(process.stdout, format === "json" ? `${JSON.stringify(summary)}\n` : `${passed} passed, ${failed} failed\n`);
  return summary.invalid > 0 ? 2 : failed > 0 ? 1 : 0;
}

/** The result of a row, or why it is none. */
function testLine(bytes, dialect) {
  if (bytes === undefined) {
    return new Failure("the line is longer than 64 MiB");
  }
  try {
    return testCases(bytes.toString(), { dialect });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof EventError) {
      return error;
    }
    throw error instanceof RangeError ? new Failure(error.message) : error;
  }
}

function text(file, number, { name, expected, found, error }) {
  const what = error instanceof ThrownError ? `throws ${error.reason}` : `error: ${error?.message.split("\n", 1)[0]}`;
  const outcome = error === undefined ? found : what;
  return `${file}:${number}${name === undefined ? "" : `: ${name}`}\n  expected: ${expected}\n  found:    ${outcome}\n`;
}

function json(file, line, { name, expected, found, error }) {
  const { errors: problems, reason: throws } = error ?? {};
  return `${JSON.stringify({ file, line, name, expected, found, problems, throws })}\n`;
}

export const test = { usage, options, run };
