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

test("a byte order mark at the start of a file is passed over", () => {
  writeFileSync(join(scratch, "mark.ndjson"), '\ufeff{"a": 1}\n');
  assert.deepEqual(hooksieve(["match", '{"a": 1}', "mark.ndjson"]), { status: 0, stdout: '{"a": 1}\n', stderr: "" });
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

test("lint with the classes of a file", () => {
  const card = { name: "CardCreatedEvent", system: "nextcloud", fields: { card: { fields: { id: "int" } } } };
  writeFileSync(join(scratch, "deck.json"), `\ufeff${JSON.stringify({ classes: [card] })}`);
  const args = ["lint", "--event", "CardCreatedEvent", '{"event.card.id": "1"}'];
  const { status, stderr } = hooksieve([...args, "--catalog", "deck.json"]);
  assert.equal(status, 2);
  assert.match(stderr, /^error\[type-mismatch\]: /);
  const without = hooksieve(["lint", "--event", "RowAddEvent", "{}"]);
  const hint = "did you mean `OCA\\Tables\\Event\\RowAddedEvent`?";
  assert.deepEqual(without, { status: 2, stdout: "", stderr: `error: unknown event class \`RowAddEvent\`; ${hint}\n` });

  writeFileSync(join(scratch, "wrong.json"), '{"classes": [{"name": "A", "system": "nextclud"}, {}]}');
  const refused = hooksieve([...args, "--catalog", "wrong.json", "--catalog", "deck.json"]);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /^error\[invalid-catalog\]: unknown system `nextclud`\n  --> wrong.json:1:\d+\n.*\n.*\n   = help: did you mean `nextcloud`\?\n\n/);
  assert.equal(hooksieve([...args, "--catalog", "missing.json"]).status, 2);
});

test("test runs tables", () => {
  const row = '{"name": "one", "filter": {"a": 1}, "event": {"a": 2}, "expected": true}';
  assert.equal(hooksieve(["test", "-"], row.replace("true", "false")).status, 0);
  const { status, stdout } = hooksieve(["test", "-"], row);
  assert.equal(status, 1);
  assert.equal(stdout, "-:1: one\n  expected: true\n  found:    false\n0 passed, 1 failed\n");
  assert.equal(hooksieve(["test", "-"], "no row").status, 2);
});

test("in the dialect of Nextcloud, what throws is reported, and never selected", () => {
  const args = ["match", "--dialect", "nextcloud", "-v", '{"a": 1, "b": {"$eq": 1}}'];
  const { status, stdout, stderr } = hooksieve(args, EVENTS.replace("no", ""));
  assert.equal(stdout, '{"a": 2}\n');
  const throws = "the filter throws: Exception: Operator $eq is unknown";
  assert.equal(stderr, `error: -:1: ${throws}\nerror: -:5: ${throws}\n`);
  assert.equal(status, 2);
  assert.equal(hooksieve(["match", "--dialect", "sql", "{}"]).stderr, "error: no such dialect: sql\n");
  assert.equal(hooksieve(["match", "--dialect", "nextcloud", "-c", '{"a": {"$in": ["1"]}}'], '{"a": 1}').stdout, "1\n");
});

test("test and lint know the dialect of Nextcloud", () => {
  const row = '{"filter": {"a": 1, "b": {"$eq": 1}}, "event": {"a": 1}, "expected": "error"}';
  assert.equal(hooksieve(["test", "--dialect", "nextcloud", "-"], row).status, 0);
  assert.equal(hooksieve(["test", "-"], row).status, 1);
  const { status, stdout } = hooksieve(["test", "--dialect", "nextcloud", "-"], row.replace('"error"', "true"));
  assert.equal(stdout, "-:1\n  expected: true\n  found:    throws Exception: Operator $eq is unknown\n0 passed, 1 failed\n");
  assert.equal(status, 1);
  assert.equal(hooksieve(["lint", "--dialect", "nextcloud", '{"b": {"$eq": 1}}']).status, 2);
  assert.equal(hooksieve(["lint", "--dialect", "nextcloud", '{"b": {"$e": 1}}']).status, 0);
  const lint = ["lint", "--event", "RowAddedEvent", '{"user.uid": {"$eq": "bob"}}'];
  assert.equal(hooksieve(lint).status, 0);
  const { stderr } = hooksieve([...lint, "--portable"]);
  assert.match(stderr, /\[throws-in-nextcloud\]: Nextcloud throws: operator `\$eq` is unknown/);
  assert.equal(hooksieve(["lint", "--portable", "--dialect", "nextcloud", "{}"]).status, 2);
});

test("a wrong command line is told so", () => {
  assert.equal(hooksieve([]).status, 2);
  assert.equal(hooksieve(["--help"]).status, 0);
  assert.match(hooksieve(["match", "--help"]).stdout, /Usage: hooksieve match/);
  assert.match(hooksieve(["match", "--no-such", "{}"]).stderr, /^error: .*no-such/);
});
