// The rows that Rust is tested with, word for word.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { installed } from "./scratch.js";

const hooksieve = await installed();

const read = (name) => readFileSync(new URL(`../../tests/corpus/${name}`, import.meta.url), "utf8");

/** Rows whose answer is another one on purpose. */
const exceptions = read("exceptions.ndjson")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

for (const [name, rows] of [
  ["mongo-curated.ndjson", 400],
  ["mongo-random.ndjson", 9000],
]) {
  test(name, () => {
    const lines = read(name).split("\n");
    const isJson = (line) => !exceptions.some(({ row }) => row === line);
    const { passed, failures } = hooksieve.test(lines.filter(isJson).join("\n"));
    assert.ok(passed > rows, `${passed} rows`);
    for (const { index, expected, found } of failures) {
      const { filter, event } = JSON.parse(lines.filter(isJson)[index - 1]);
      const isException = exceptions.some(
        (row) =>
          row.expected === found &&
          JSON.stringify(row.filter) === JSON.stringify(filter) &&
          JSON.stringify(row.event) === JSON.stringify(event),
      );
      assert.ok(isException, `${name}:${index}: expected ${expected}, found ${found}`);
    }
  });
}

test("text, bytes, objects, a set and a log have one verdict", () => {
  const encoder = new TextEncoder();
  for (const line of read("mongo-random.ndjson").trim().split("\n")) {
    const { filter: query, event, expected } = JSON.parse(line);
    if (expected === "error") {
      continue;
    }
    const filter = new hooksieve.Filter(query);
    const text = JSON.stringify(event);
    const verdict = filter.matches(text);
    assert.equal(filter.matches(encoder.encode(text)), verdict, line);
    assert.equal(filter.matches(event), verdict, line);
    assert.equal(hooksieve.Filter.fromBytes(filter.toBytes()).matches(text), verdict, line);
    assert.equal(filter.explain(text).matches, verdict, line);
    const set = new hooksieve.FilterSet([[1, filter]]);
    assert.deepEqual(set.matches(event), verdict ? [1] : [], line);
    const log = hooksieve.EventLog.fromNdjson(`${text}\n${text}`);
    assert.equal(log.match(filter).count, verdict ? 2 : 0, line);
    for (const part of [filter, set, log]) {
      part[Symbol.dispose]();
    }
  }
});
