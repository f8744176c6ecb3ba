// What the package promises.

import assert from "node:assert/strict";
import { test } from "node:test";

import { installed } from "./scratch.js";

const hooksieve = await installed();
const { EventError, EventLog, Filter, FilterError, FilterSet, ThrownError } = hooksieve;
const { catalog, compareDialects, operators, test: testCases } = hooksieve;

/** What a call throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("integers beyond 2^53 stay exact in text and bytes", () => {
  const filter = new Filter('{"id": 9007199254740993}');
  assert.equal(filter.matches('{"id": 9007199254740993}'), true);
  assert.equal(filter.matches('{"id": 9007199254740992}'), false);
  assert.equal(new Filter({ id: 9007199254740993n }).matches(new TextEncoder().encode('{"id": 9007199254740993}')), true);
});

test("of an object only what is needed is handed over", () => {
  const filter = new Filter({ "user.uid": "bob", "items.0.id": { $exists: false }, tags: { $size: 2 } });
  const event = {
    user: { uid: "bob" },
    tags: ["a", { b: 1 }],
    get other() {
      return assert.fail("nobody looks at it");
    },
  };
  assert.equal(filter.matches(event), true);
  assert.equal(filter.matches({ ...Object.create({ user: { uid: "bob" } }), tags: [1, 2] }), false);
});

test("an object is what its JSON is", () => {
  const at = new Date(0);
  for (const [query, event] of [
    [{ at: "1970-01-01T00:00:00.000Z" }, { at }],
    [{ "a.at": "1970-01-01T00:00:00.000Z" }, { a: [{ at }] }],
    [{ a: { $exists: false } }, { a: undefined }],
    [{ a: { $type: "null" } }, { a: NaN }],
    [{ a: { $size: 3 } }, { a: [undefined, , () => {}] }],
    [{ a: '"\\\n' }, { a: '"\\\n' }],
    [{ a: "\ufffd" }, { a: "\ud800" }],
    [{ a: { b: "\ufffd" } }, { a: { b: "\udfff" } }],
    [{ __proto__: null, "constructor.name": { $exists: false } }, {}],
    [{ a: 1, b: "x", c: true }, { a: new Number(1), b: new String("x"), c: new Boolean(true) }],
    [{ a: { $exists: false }, $nor: [{ a: { b: 1 } }] }, { a: { toJSON() {} } }],
    [{ a: 3 }, { a: Object.assign([1], { toJSON: () => [3] }) }],
    [{ "0": 1 }, [1]],
    [{}, null],
  ]) {
    assert.equal(new Filter(query).matches(event), true, JSON.stringify(query));
  }
  assert.throws(() => new Filter({}).matches(5), TypeError);
});

test("a filter that was refused says what is wrong, where, all of it", () => {
  const text = '{"ü😀": {"$eqs": 1}, "b": {"$in": 5}}';
  const error = thrown(() => new Filter(text));
  assert.ok(error instanceof FilterError && error instanceof Error);
  assert.equal(error.name, "FilterError");
  assert.equal(error.code, "unknown-operator");
  assert.equal(error.pointer, "/ü😀/$eqs");
  assert.equal(text.slice(error.range.start, error.range.end), '"$eqs"');
  assert.deepEqual(
    error.errors.map(({ code }) => code),
    ["unknown-operator", "invalid-operand"],
  );
  assert.equal(error.errors[0].hint, "did you mean `$eq`?");
  assert.equal(error.errors[0].replacement.text, '"$eq"');
});

test("a filter that is no JSON is refused, and nothing of it dropped", () => {
  for (const [query, pointer] of [
    [{ a: /b/ }, "/a"],
    [{ a: undefined }, "/a"],
    [{ "a/b": { $in: [1, () => {}] } }, "/a~1b/$in/1"],
    [{ a: Infinity }, "/a"],
    [{ a: new Map() }, "/a"],
    [undefined, ""],
  ]) {
    const error = thrown(() => new Filter(query));
    assert.ok(error instanceof FilterError);
    assert.deepEqual([error.code, error.pointer, error.range], ["invalid-json", pointer, undefined]);
  }
  const endless = {};
  endless.$and = [endless];
  assert.throws(() => new Filter(endless), FilterError);
  assert.equal(new Filter({ at: new Date(0) }).source, '{"at":"1970-01-01T00:00:00.000Z"}');
});

test("an event that is not JSON says where", () => {
  const filter = new Filter({});
  const text = '{"é": 1,}';
  const error = thrown(() => filter.matches(text));
  assert.ok(error instanceof EventError);
  assert.equal(error.offset, text.indexOf("}"));
  assert.equal(thrown(() => filter.matches(new TextEncoder().encode(text))).offset, text.indexOf("}") + 1);
  assert.equal(thrown(() => filter.explain(text)).offset, text.indexOf("}"));
  assert.equal(thrown(() => new FilterSet([[1, filter]]).matches("")).name, "EventError");
});

test("lines are matched in one go", () => {
  const filter = new Filter({ a: "é" });
  const text = '{"a": "é"}\n\n \t\r\n{"a": 1}\r\nno event\n{"a": "é"}\r\n{"a": [}\n{"a": "é"}';
  for (const [input, read] of [
    [text, (line) => line],
    [new TextEncoder().encode(text), (line) => new TextDecoder().decode(line)],
  ]) {
    const lines = filter.matchNdjson(input);
    assert.deepEqual([lines.size, lines.count, lines.badLineCount, lines.throwingCount], [4, 3, 2, 0]);
    assert.deepEqual(lines.lines(), new Uint32Array([1, 6, 8]));
    assert.deepEqual(Array.from(lines.texts(), read), ['{"a": "é"}', '{"a": "é"}\r', '{"a": "é"}']);
    assert.deepEqual(lines.badLines, EventLog.fromNdjson(input).badLines);
    assert.deepEqual([...lines.throwingLines()], []);
  }
  const empty = filter.matchNdjson("");
  assert.deepEqual([empty.size, empty.count, [...empty.texts()]], [0, 0, []]);
  const throwing = new Filter({ a: 1, b: { $eq: 1 } }, { dialect: "nextcloud" });
  const lines = throwing.matchNdjson('{"a": 1}\n\n{"a": 2}\n{"a": 1}\n');
  assert.deepEqual([lines.size, lines.count, lines.throwingCount], [3, 0, 2]);
  assert.deepEqual([...lines.throwingLines()], [1, 4]);
  assert.throws(() => filter.matchNdjson({}), TypeError);
});

test("a byte order mark at the start of lines is passed over, and nowhere else", async () => {
  const filter = new Filter({ a: 1 });
  const text = '\ufeff{"a": 1}\n\ufeff{"a": 1}\n{"a": 1}\n';
  const bytes = new TextEncoder().encode(text);
  async function* single() {
    for (const byte of bytes) yield Uint8Array.of(byte);
  }
  for (const input of [text, bytes]) {
    const lines = filter.matchNdjson(input);
    assert.deepEqual([...lines.lines()], [1, 3]);
    assert.deepEqual(Array.from(lines.texts(), (line) => line.length), [8, 8]);
    assert.deepEqual(lines.badLines, EventLog.fromNdjson(input).badLines);
  }
  for (const log of [EventLog.fromNdjson(text), EventLog.fromNdjson(bytes), await EventLog.fromNdjson(single())]) {
    assert.deepEqual([log.text(0), log.size, log.badLines.map(({ line }) => line)], ['{"a": 1}', 2, [2]]);
  }
  assert.throws(() => filter.matches(text.slice(0, 9)), EventError);
  assert.deepEqual([filter.matchNdjson("\ufeff").size, filter.matchNdjson("\ufeff").badLineCount], [0, 0]);
});

test("lines that are longer than what goes in at once", () => {
  const filter = new Filter({ "a.1": { $exists: true }, b: "😀" });
  const lines = [1, 70_000, 5, 1, 200_000, 30_000, 30_000, 30_000].map((length, index) =>
    JSON.stringify({ a: Array(length).fill(index), b: "😀" }),
  );
  const text = lines.join("\n");
  for (const input of [text, `${text}\n`, new TextEncoder().encode(text)]) {
    assert.deepEqual([...filter.matchNdjson(input).lines()], [2, 3, 5, 6, 7, 8]);
  }
  assert.deepEqual([...filter.matchNdjson(text).texts()], lines.filter((_, index) => index !== 0 && index !== 3));
});

test("limits are kept, and their names are checked", () => {
  const limits = { conditions: 1 };
  assert.equal(thrown(() => new Filter({ a: 1, b: 2 }, { limits })).code, "limit-exceeded");
  assert.throws(() => new Filter({}, { limits: { condition: 1 } }), RangeError);
  assert.throws(() => new Filter({}, { dialect: "sql" }), RangeError);
});

test("explanations point into the filter in units of UTF-16", () => {
  const filter = new Filter('{"é": 1, "user.uid": {"$in": ["bob"]}}');
  const { matches, root } = filter.explain({ é: 1, user: { uid: "eve" } });
  assert.equal(matches, false);
  const { range, operandRange, values } = root.parts[1].parts?.[0] ?? root.parts[1];
  assert.match(filter.source.slice(range.start, range.end), /"\$in": \["bob"\]\}?$/);
  assert.equal(filter.source.slice(operandRange.start, operandRange.end), '["bob"]');
  assert.deepEqual(values, [{ pointer: "/user/uid", type: "string", value: '"eve"', passes: false }]);
  assert.doesNotMatch(JSON.stringify(filter.explain({ user: { uid: "eve" } }, { maskValues: true })), /"eve"/);
});

test("lints, by the class of the events, too", () => {
  const filter = new Filter('{"event.tableId": "42"}');
  const [lint] = filter.lint({ event: "RowAddedEvent" });
  assert.deepEqual([lint.code, lint.severity], ["type-mismatch", "error"]);
  const { range, text } = lint.suggestion.replacement;
  assert.equal(filter.source.slice(0, range.start) + text + filter.source.slice(range.end), '{"event.tableId": 42}');
  assert.throws(() => filter.lint({ event: "NoSuchEvent" }), RangeError);
  assert.throws(() => new Filter({}, { dialect: "nextcloud" }).lint({ event: "NoSuchEvent" }), RangeError);
});

test("lints of portability, and of filters for Nextcloud", () => {
  const filter = new Filter('{"user.uid": {"$eq": "bob"}}');
  assert.deepEqual(filter.lint({ event: "RowAddedEvent" }), []);
  const [lint] = filter.lint({ event: "RowAddedEvent", portable: true });
  assert.equal(lint.code, "throws-in-nextcloud");
  assert.equal(lint.suggestion.replacement.text, '"bob"');
  const path = '{"é": 1, "event.node.path": "/admin/files/Documents"}';
  const [pattern] = new Filter(path, { dialect: "nextcloud" }).lint();
  assert.deepEqual([pattern.code, pattern.severity], ["pattern-in-nextcloud", "error"]);
  assert.match(path.slice(pattern.range.start, pattern.range.end), /\/admin\/files\/Documents/);
});

test("a filter of Nextcloud has a third outcome, which cannot be taken for no match", () => {
  const filter = new Filter({ a: 1, b: { $eq: 1 } }, { dialect: "nextcloud" });
  assert.equal(filter.dialect, "nextcloud");
  assert.equal(filter.matches({ a: 2 }), false);
  assert.deepEqual(filter.verdict({ a: 2 }), { outcome: "does-not-match" });
  const reason = "Exception: Operator $eq is unknown";
  const error = thrown(() => filter.matches({ a: 1 }));
  assert.ok(error instanceof ThrownError && error instanceof Error);
  assert.deepEqual([error.name, error.reason, error.index], ["ThrownError", reason, undefined]);
  assert.deepEqual(filter.verdict({ a: 1 }), { outcome: "throws", reason });
  assert.deepEqual(new Filter({ a: 1 }).verdict({ a: 1 }), { outcome: "matches" });
  assert.throws(() => filter.verdict("{"), EventError);

  const { matches, throws, root } = filter.explain('{"a": 1}');
  assert.deepEqual([matches, throws, root.verdict, root.throws], [null, reason, null, reason]);
  assert.equal(root.parts[0].verdict, true);

  const log = EventLog.fromNdjson('{"a": 2}\n{"a": 1}\n{"a": 1}');
  assert.deepEqual([thrown(() => log.match(filter)).reason, thrown(() => log.match(filter)).index], [reason, 1]);
  const { matching, throwing } = log.verdicts(filter);
  assert.deepEqual([[...matching.indexes()], [...throwing.indexes()], throwing.has(0)], [[], [1, 2], false]);
  assert.equal(log.verdicts(new Filter({ a: 1 })).throwing.count, 0);
  assert.deepEqual([...log.match(new Filter({ a: { $in: ["1"] } }, { dialect: "nextcloud" })).indexes()], [1, 2]);
});

test("of an object a filter of Nextcloud is handed everything", () => {
  const filter = new Filter({ "a.b.c": "x" }, { dialect: "nextcloud" });
  const event = { a: [[{ b: [{ c: "x" }] }]], at: new Date(0), other: "\ud800" };
  assert.deepEqual(filter.verdict(event), filter.verdict(JSON.stringify({ ...event, other: "" })));
  assert.equal(filter.matches({ a: { b: [{ c: "x" }] } }), true);
  assert.equal(new Filter({ at: "1970-01-01T00:00:00.000Z" }, { dialect: "nextcloud" }).matches(event), true);
});

test("what Nextcloud throws on whatever the event is a filter refused, and it says by whose rules", () => {
  const error = thrown(() => new Filter('{"é": {"$eq": 1}}', { dialect: "nextcloud" }));
  assert.deepEqual([error.name, error.code, error.dialect, error.pointer], ["FilterError", "throws", "nextcloud", "/é/$eq"]);
  assert.equal(thrown(() => new Filter({ a: { $e: 1 } })).dialect, "mongo");
});

test("what knows MongoDB's rules alone says so", () => {
  const mongo = new Filter({ a: 1 });
  const nextcloud = new Filter({ a: 1 }, { dialect: "nextcloud" });
  for (const call of [
    () => nextcloud.implies(mongo),
    () => mongo.implies(nextcloud),
    () => new FilterSet([["a", nextcloud]]),
  ]) {
    assert.equal(thrown(call).message, "expected a filter of the dialect `mongo`, found one of `nextcloud`");
  }
  const set = new FilterSet([["a", mongo]]);
  assert.throws(() => set.insert("a", nextcloud));
  assert.deepEqual(set.matches({ a: 1 }), ["a"]);
});

test("programs of either dialect are loaded", () => {
  const filter = Filter.fromBytes(new Filter({ a: { $in: ["1"] } }, { dialect: "nextcloud" }).toBytes());
  assert.deepEqual([filter.dialect, filter.source, filter.matches({ a: 1 })], ["nextcloud", undefined, true]);
  assert.equal(filter.explain({ a: 1 }).root.kind, "program");
});

test("the events on which the dialects disagree", () => {
  const query = { a: { $in: ["23"] }, b: { $not: { $eq: 1 } } };
  const events = ['{"a": "23"}', '{"a": 23}', '{"a": "24"}'];
  const reason = "Exception: Operator $eq is unknown";
  const throws = { outcome: "throws", reason };
  const expected = [
    { index: 0, mongo: { outcome: "matches" }, nextcloud: throws },
    { index: 1, mongo: { outcome: "does-not-match" }, nextcloud: throws },
  ];
  const nots = [{ index: 1, mongo: { outcome: "does-not-match" }, nextcloud: { outcome: "matches" } }];
  const log = EventLog.fromNdjson(events.join("\n"));
  for (const source of [events, log, events.map((text) => JSON.parse(text))]) {
    assert.deepEqual(compareDialects(query, source), expected);
    assert.deepEqual(compareDialects({ a: { $in: ["23"] } }, source), nots);
    assert.deepEqual(compareDialects({ a: "23" }, source), []);
  }
  assert.equal(log.size, 3);
  assert.equal(thrown(() => compareDialects({ a: { $e: 1 } }, log)).dialect, "mongo");
  assert.equal(thrown(() => compareDialects({ a: { $eq: 1 } }, log)).dialect, "nextcloud");
  assert.throws(() => compareDialects({}, ["{"]), EventError);
});

test("what implies what", () => {
  const narrow = new Filter({ a: { $gt: 5 } });
  const wide = new Filter({ a: { $gt: 3 } });
  assert.deepEqual(narrow.implies(wide), { verdict: "yes" });
  const { verdict, counterExample } = wide.implies(narrow);
  assert.equal(verdict, "no");
  assert.deepEqual([wide.matches(counterExample), narrow.matches(counterExample)], [true, false]);
});

test("programs are stored and loaded", () => {
  const filter = Filter.fromBytes(new Filter({ a: 1 }).toBytes());
  assert.equal(filter.source, undefined);
  assert.deepEqual(filter.paths, ["a"]);
  assert.match(filter.listing, /equal +a +1/);
  assert.equal(filter.explain({ a: 2 }).root.kind, "program");
  assert.equal(thrown(() => Filter.fromBytes(new Uint8Array([1, 2, 3]))).code, "invalid-program");
});

test("sets answer in the order of insertion, with ids of any kind", () => {
  const id = {};
  const set = new FilterSet([
    ["a", new Filter({})],
    [id, new Filter({ a: 1 })],
  ]);
  set.insert("a", new Filter({ a: { $gt: 0 } }));
  assert.equal(set.size, 2);
  assert.deepEqual(set.matches({ a: 1 }), [id, "a"]);
  assert.equal(set.delete(id), true);
  assert.equal(set.delete(id), false);
  assert.equal(set.has("a"), true);
  assert.deepEqual(set.matches('{"a": 1}'), ["a"]);
});

test("a log lists its bad lines, and answers as the filter does", async () => {
  const text = '{"a": 1}\n\nno\n{"a": [2, {"b": "ü😀"}]}\r\n{"a": 3}';
  const pieces = async function* () {
    const bytes = new TextEncoder().encode(text);
    for (let start = 0; start < bytes.length; start += 5) {
      yield bytes.subarray(start, start + 5);
    }
  };
  let read = 0;
  const logs = [
    EventLog.fromNdjson(text),
    await EventLog.fromNdjson(pieces(), { onProgress: (bytes) => (read = bytes) }),
    await EventLog.fromNdjson(new Blob([text]).stream()),
  ];
  assert.equal(read, new TextEncoder().encode(text).length);
  for (const log of logs) {
    assert.equal(log.size, 3);
    assert.equal(log.badLineCount, 1);
    assert.deepEqual(
      log.badLines.map(({ line, offset }) => [line, offset]),
      [[3, 0]],
    );
    assert.deepEqual([log.line(0), log.line(1), log.line(2)], [1, 4, 5]);
    assert.equal(log.text(1).trim(), '{"a": [2, {"b": "ü😀"}]}');
    assert.throws(() => log.text(3), RangeError);
    for (const [query, expected] of [
      [{ a: 2 }, [1]],
      [{ a: { $gte: 2 } }, [1, 2]],
      [{ "a.b": "ü😀" }, [1]],
      [{ "a.b": { $exists: false } }, [0, 2]],
      [{}, [0, 1, 2]],
      [{ $nor: [{}] }, []],
    ]) {
      const matches = log.match(new Filter(query));
      assert.deepEqual([...matches.indexes()], expected, JSON.stringify(query));
      assert.deepEqual([matches.count, matches.has(0), matches.has(3)], [expected.length, expected.includes(0), false]);
    }
  }
});

test("a log keeps columns, and its bounds", () => {
  const lines = Array.from({ length: 3000 }, (_, index) => JSON.stringify({ id: index, pad: "x".repeat(500) }));
  const log = EventLog.fromNdjson(lines.join("\n"));
  assert.equal(log.memory.columns, 0);
  assert.equal(log.match(new Filter({ id: { $lt: 40 } })).count, 40);
  const { events, columns, max } = log.memory;
  assert.ok(columns > 0 && events > 1_500_000 && max === 2 ** 30);
  log.push({ id: 7 });
  assert.equal(log.match(new Filter({ id: 7 })).count, 2);

  assert.throws(() => EventLog.fromNdjson(lines.join("\n"), { maxBytes: 1_200_000 }), RangeError);
  const tight = EventLog.fromNdjson(lines.join("\n"), { maxBytes: events + 20_000 });
  assert.equal(tight.match(new Filter({ id: { $lt: 40 } })).count, 40);
  assert.ok(tight.memory.columns <= 20_000);
});

test("a log tells of its fields and values", () => {
  const log = EventLog.fromJson('[{"a": 1, "k.v": null}, {"a": [1, 2], "k.v": {"x": true}}, {"a": 1}]');
  assert.deepEqual(
    log.fields().map(({ path, types, count }) => [path, types, count]),
    [
      ["a", ["int", "array"], 3],
      ["k\\.v", ["null", "object"], 2],
      ["k\\.v.x", ["bool"], 1],
    ],
  );
  assert.deepEqual(log.values("a"), [
    { value: 1, count: 3 },
    { value: 2, count: 1 },
  ]);
  assert.equal(log.values("a", { limit: 1 }).length, 1);
  assert.throws(() => log.values("a\\"), FilterError);
  assert.equal(EventLog.fromJson('{"a": 1}').size, 1);
  assert.throws(() => EventLog.fromJson("[1,]"), EventError);
});

test("a catalogue with the classes of a file", () => {
  const { name } = catalog.find("RowAddedEvent");
  const row = { name, system: "nextcloud", fields: { zeile: "int" } };
  const more = catalog.with(JSON.stringify({ classes: [row, { ...row, name: "CardAddedEvent" }] }));
  assert.equal(more.classes().length, catalog.classes().length + 1);
  assert.deepEqual(more.check("CardAddedEvent", more.find("CardAddedEvent").sample), []);
  const filter = new Filter({ "event.zeile": 1 });
  assert.deepEqual(filter.lint({ event: name, catalog: more }), []);
  assert.equal(filter.lint({ event: name })[0].code, "unknown-field");
  assert.throws(() => filter.lint({ event: "CardAddedEvent" }), RangeError);

  const text = '{"ü": 1, "classes": []}';
  const error = thrown(() => catalog.with(text));
  assert.deepEqual([error.name, error.code, error.pointer], ["CatalogError", "invalid-catalog", "/ü"]);
  assert.ok(error instanceof hooksieve.CatalogError && error instanceof Error);
  assert.equal(text.slice(error.range.start, error.range.end), '"ü"');
  assert.throws(() => catalog.with({}), TypeError);
});

test("the catalogue", () => {
  const { name } = catalog.classes().find(({ shortName }) => shortName === "RowAddedEvent");
  const found = catalog.find("RowAddedEvent");
  assert.equal(found.name, name);
  assert.ok(found.fields.some(({ path, types }) => path === "event.tableId" && types.includes("int")));
  assert.deepEqual(catalog.check(name, found.sample), []);
  assert.deepEqual(catalog.check(name, catalog.generate(name, 7)), []);
  assert.equal(catalog.guess("RowAddEvent").name, name);
  assert.equal(catalog.find("Invoice"), undefined);
  assert.throws(() => catalog.generate("Invoice", 1), RangeError);
});

test("operators have an example that compiles", () => {
  assert.ok(operators().some(({ name, place }) => name === "$or" && place === "top"));
  for (const dialect of ["mongo", "nextcloud"]) {
    for (const { name, example } of operators({ dialect })) {
      assert.ok(example.includes(`"${name}"`));
      new Filter(example, { dialect });
    }
  }
  assert.throws(() => operators({ dialect: "sql" }), RangeError);
});

test("tables of cases", () => {
  const { passed, failed, failures } = testCases([
    { filter: { a: 1 }, event: { a: 1 }, expected: true },
    { name: "refused", filter: { $a: 1 }, event: {}, expected: false },
    { filter: { $a: 1 }, event: {}, expected: "error" },
  ]);
  assert.deepEqual([passed, failed], [2, 1]);
  assert.deepEqual([failures[0].index, failures[0].name, failures[0].found], [1, "refused", "error"]);
  assert.ok(failures[0].error instanceof FilterError);
  assert.throws(() => testCases('{"filter": {}}'), SyntaxError);
  const row = { filter: { a: 1, b: { $eq: 1 } }, event: { a: 1 } };
  assert.equal(testCases([{ ...row, expected: "error" }], { dialect: "nextcloud" }).passed, 1);
  const [failure] = testCases([{ ...row, expected: true }], { dialect: "nextcloud" }).failures;
  assert.ok(failure.found === "error" && failure.error instanceof ThrownError);
});

test("what is disposed of is gone", () => {
  const filter = new Filter({});
  filter[Symbol.dispose]();
  assert.throws(() => filter.matches({}));
});

test("large events and many of them", () => {
  const filter = new Filter({ last: "ü" });
  const event = { pad: "ü".repeat(3_000_000), last: "ü" };
  assert.equal(filter.matches(JSON.stringify(event)), true);
  assert.equal(filter.matches(event), true);
  for (let index = 0; index < 20_000; index += 1) {
    assert.equal(new Filter({ n: index }).matches({ n: index }), true);
  }
});
