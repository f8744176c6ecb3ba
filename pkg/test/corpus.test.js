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

/** Rows of Nextcloud's evaluator itself, with what it throws; the one line that is not JSON spells `Infinity`. */
const nextcloudRows = (name) => read(name).trim().split("\n").filter((line) => !line.includes("Infinity"));

for (const [name, count] of [
  ["nextcloud-curated.ndjson", 549],
  ["nextcloud-dense.ndjson", 4499],
  ["nextcloud-random.ndjson", 4000],
]) {
  test(name, () => {
    const lines = nextcloudRows(name);
    assert.deepEqual(hooksieve.test(lines.join("\n"), { dialect: "nextcloud" }), { passed: count, failed: 0, failures: [] });
  });
}

test("in the dialect of Nextcloud, too, text, bytes, objects and a log have one verdict, with PHP's reason", () => {
  const encoder = new TextEncoder();
  let thrown = 0;
  // JavaScript has another order of keys that are numbers, and for PHP the order counts.
  for (const line of nextcloudRows("nextcloud-random.ndjson").filter((line) => !/"\d+":/.test(line))) {
    const { filter: query, event, expected, reason } = JSON.parse(line);
    let filter;
    try {
      filter = new hooksieve.Filter(query, { dialect: "nextcloud" });
    } catch (error) {
      assert.ok(error instanceof hooksieve.FilterError && error.dialect === "nextcloud", line);
      assert.equal(expected, "error", line);
      assert.ok(error.message.includes(reason), line);
      continue;
    }
    const text = JSON.stringify(event);
    const verdict =
      expected === "error" ? { outcome: "throws", reason } : { outcome: expected ? "matches" : "does-not-match" };
    assert.deepEqual(filter.verdict(text), verdict, line);
    assert.deepEqual(filter.verdict(encoder.encode(text)), verdict, line);
    assert.deepEqual(filter.verdict(event), verdict, line);
    assert.deepEqual(hooksieve.Filter.fromBytes(filter.toBytes()).verdict(text), verdict, line);
    const { matches, throws } = filter.explain(text);
    const log = hooksieve.EventLog.fromNdjson(`${text}\n${text}`);
    const { matching, throwing } = log.verdicts(filter);
    const lines = filter.matchNdjson(`${text}\n${text}`);
    assert.deepEqual([lines.count, lines.throwingCount], [matching.count, throwing.count], line);
    if (expected === "error") {
      thrown += 1;
      assert.throws(() => filter.matches(text), { name: "ThrownError", reason });
      assert.throws(() => log.match(filter), { name: "ThrownError", reason, index: 0 });
      assert.deepEqual([matches, throws, matching.count, throwing.count], [null, reason, 0, 2], line);
    } else {
      assert.equal(filter.matches(text), expected, line);
      assert.deepEqual([matches, throws, matching.count, throwing.count], [expected, undefined, expected ? 2 : 0, 0], line);
      assert.equal(log.match(filter).count, expected ? 2 : 0, line);
    }
    for (const part of [filter, log]) {
      part[Symbol.dispose]();
    }
  }
  assert.ok(thrown > 100, `${thrown} rows that throw`);
});

test("text, bytes, objects, lines, a set and a log have one verdict", () => {
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
    assert.deepEqual([...filter.matchNdjson(`${text}\n${text}`).lines()], verdict ? [1, 2] : [], line);
    for (const part of [filter, set, log]) {
      part[Symbol.dispose]();
    }
  }
});
