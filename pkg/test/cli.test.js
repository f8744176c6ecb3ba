// The command line, as it is installed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { scratch } from "./scratch.js";

function hooksieve(args, input = "") {
  const program = join(scratch, "node_modules/.bin/hooksieve");
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: scratch, input, encoding: "utf8" });
  return { status, stdout, stderr };
}

const EVENTS = '{"a": 1}\nno\n\n{"a": 2}\n{"a": [1, 2]}';

test("match prints what matches, as it came", () => {
  const { status, stdout, stderr } = hooksieve(["match", '{"a": 1}'], EVENTS);
  assert.equal(stdout, '{"a": 1}\n{"a": [1, 2]}\n');
  assert.match(stderr, /^error: -:2: /);
  assert.equal(status, 2);
});

test("match counts, inverts, and stops", () => {
  writeFileSync(join(scratch, "events.ndjson"), '{"a": 1}\n{"a": 2}\n');
  assert.deepEqual(hooksieve(["match", "-c", '{"a": 1}', "events.ndjson"]), { status: 0, stdout: "1\n", stderr: "" });
  assert.equal(hooksieve(["match", "-v", '{"a": 1}', "events.ndjson"]).stdout, '{"a": 2}\n');
  assert.deepEqual(hooksieve(["match", "-q", '{"a": 3}', "events.ndjson"]), { status: 1, stdout: "", stderr: "" });
  assert.equal(hooksieve(["match", "{}", "missing.ndjson"]).status, 2);
});

test("lint shows the place, and what to write instead", () => {
  const { status, stderr } = hooksieve(["lint", "--event", "RowAddedEvent", '{"event.tableId": "42"}']);
  assert.equal(status, 2);
  assert.match(stderr, /^error\[type-mismatch\]: /);
  assert.match(stderr, /--> <filter>:1:2\n   \| \{"event.tableId": "42"\}\n   \|  \^+\n   = help: write `42`\n/);
  assert.deepEqual(hooksieve(["lint", '{"user.uid": "bob"}']), { status: 0, stdout: "<filter>: ok\n", stderr: "" });
});

test("lint for programs", () => {
  writeFileSync(join(scratch, "filter.json"), '\ufeff{"a": {"$eqs": 1}}');
  const { status, stdout } = hooksieve(["lint", "--format", "json", "@filter.json"]);
  const { filter, ok, problems } = JSON.parse(stdout);
  assert.deepEqual([status, filter, ok, problems[0].code], [2, "filter.json", false, "unknown-operator"]);
  assert.deepEqual(problems[0].range, { start: 7, end: 13 });
});

test("test runs tables", () => {
  const row = '{"name": "one", "filter": {"a": 1}, "event": {"a": 2}, "expected": true}';
  assert.equal(hooksieve(["test", "-"], row.replace("true", "false")).status, 0);
  const { status, stdout } = hooksieve(["test", "-"], row);
  assert.equal(status, 1);
  assert.equal(stdout, "-:1: one\n  expected: true\n  found:    false\n0 passed, 1 failed\n");
  assert.equal(hooksieve(["test", "-"], "no row").status, 2);
});

test("a wrong command line is told so", () => {
  assert.equal(hooksieve([]).status, 2);
  assert.equal(hooksieve(["--help"]).status, 0);
  assert.match(hooksieve(["match", "--help"]).stdout, /Usage: hooksieve match/);
  assert.match(hooksieve(["match", "--no-such", "{}"]).stderr, /^error: .*no-such/);
});
