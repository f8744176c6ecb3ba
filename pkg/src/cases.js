import { engine, putText } from "./engine.js";
import { FilterError, ThrownError } from "./errors.js";
import { Filter } from "./filter.js";

/** Tables of verdicts. */
export function test(cases, { dialect } = {}) {
  const failures = [];
  let passed = 0;
  for (const { index, name, filter, event, expected } of typeof cases === "string" ? rows(cases) : numbered(cases)) {
    const { found, error } = verdict(filter, event, dialect);
    if (found === expected) {
      passed += 1;
    } else {
      failures.push({ index, ...(name !== undefined && { name }), expected, found, ...(error && { error }) });
    }
  }
  return { passed, failed: failures.length, failures };
}

function verdict(query, event, dialect) {
  let filter;
  try {
    filter = new Filter(query, { dialect });
    return { found: filter.matches(event) };
  } catch (error) {
    if (error instanceof FilterError || error instanceof ThrownError) {
      return { found: "error", error };
    }
    throw error;
  } finally {
    filter?.[Symbol.dispose]();
  }
}

function* numbered(cases) {
  let index = 0;
  for (const row of cases) {
    yield { ...row, index };
    index += 1;
  }
}

/** Filters and events stay as they are written: a parsed one has lost large integers and repeated keys. */
function* rows(text) {
  let index = 0;
  for (const line of text.split("\n")) {
    index += 1;
    if (/^[ \t\r]*$/.test(line)) {
      continue;
    }
    const members = engine().members(putText(line));
    const { filter, event, expected } = members ?? {};
    const verdicts = { true: true, false: false, '"error"': "error" };
    if (filter === undefined || event === undefined || !Object.hasOwn(verdicts, expected)) {
      throw new SyntaxError(`line ${index} is no case: expected "filter", "event" and "expected"`);
    }
    const name = members.name === undefined ? undefined : JSON.parse(members.name);
    yield { index, name, filter, event, expected: verdicts[expected] };
  }
}
