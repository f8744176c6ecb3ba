import { EventError, test as testCases } from "hooksieve";

import { Failure, isBlank, lines, print } from "./io.js";

const usage = `Run tables of filters and events with the expected verdicts

Usage: hooksieve test [OPTIONS] CASES…

Each line of a table is a row {"name", "filter", "event", "expected"}, where \`expected\` is true, false, or
"error" for a filter that is to be refused. The name may be left out, and other fields may be added.

Options:
      --format FORMAT  \`text\`, or \`json\`: one object for each failing row, then one with the numbers (text)

Exit codes: 0 every row passed, 1 some row failed, 2 a file could not be read, or some line was not a row.
`;

const options = {
  format: { type: "string", default: "text" },
};

async function run({ format }, files) {
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
      const result = testLine(bytes);
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
function testLine(bytes) {
  if (bytes === undefined) {
    return new Failure("the line is longer than 64 MiB");
  }
  try {
    return testCases(bytes.toString());
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof EventError) {
      return error;
    }
    throw error;
  }
}

function text(file, number, { name, expected, found, error }) {
  const why = error === undefined ? "" : `: ${error.message.split("\n", 1)[0]}`;
  return `${file}:${number}${name === undefined ? "" : `: ${name}`}\n  expected: ${expected}\n  found:    ${found}${why}\n`;
}

function json(file, line, { name, expected, found, error }) {
  return `${JSON.stringify({ file, line, name, expected, found, problems: error?.errors })}\n`;
}

export const test = { usage, options, run };
