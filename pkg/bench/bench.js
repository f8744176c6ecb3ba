// The engine next to filters written in JavaScript, on the sample events. Prints the tables of README.md.
//
//   npm run bench
//
// `cargo xtask bench javascript` builds also what hands objects over whole, before that.

import { existsSync, readFileSync } from "node:fs";

import { guard } from "@ucast/mongo2js";
import { Query } from "mingo";
import sift from "sift";

import { EventLog, Filter } from "../src/node.js";

const ndjson = readFileSync(new URL("../../examples/events.ndjson", import.meta.url));
const lines = ndjson.toString().trim().split("\n");
const bytes = lines.map((text) => new TextEncoder().encode(text));
// As from a request each. Parts of one long text all have two bytes for a unit, because one of them needs it.
const texts = bytes.map((event) => new TextDecoder().decode(event));
const objects = texts.map((text) => JSON.parse(text));

/** Objects by way of serde-wasm-bindgen, where that has been built. */
const folder = new URL("./objects/", import.meta.url);
const whole = existsSync(folder) ? await import(new URL("engine.js", folder)) : undefined;
whole?.initSync({ module: readFileSync(new URL("engine_bg.wasm", folder)) });

/** Most events fail at the first condition of the one; all meet all conditions of the other. */
const QUERIES = {
  "one of hundreds matches": { "user.uid": "bob", "event.tableId": 42, time: { $lt: 1711971024 } },
  "every event matches": { "event.class": { $gt: "" }, "user.uid": { $ne: "nobody" }, time: { $gt: 0 } },
};

const ROUNDS = 41;

/** Nanoseconds for each of `per` things that a contender does in one go: the fastest of all rounds, in turns. */
function measure(contenders, per) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS + 5; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = process.hrtime.bigint();
      run();
      // The first rounds are for the compilers.
      if (round >= 5) {
        times[name].push(Number(process.hrtime.bigint() - start) / per);
      }
    }
  }
  return Object.entries(times).map(([name, all]) => [name, Math.min(...all)]);
}

function table(title, contenders, per, base) {
  const rows = measure(contenders, per);
  const [, against] = rows.find(([name]) => name === base);
  console.log(`\n${title}\n\n| | ns per event | times as fast as ${base} |\n|---|--:|--:|`);
  for (const [name, time] of rows) {
    console.log(`| ${name} | ${time.toFixed(0)} | ${(against / time).toFixed(1)} |`);
  }
}

/** Counts, so that nothing can be left out; the counts have to agree. */
function counter(items, matches, expected) {
  return () => {
    let count = 0;
    for (const item of items) {
      count += matches(item) ? 1 : 0;
    }
    expect(count, expected);
  };
}

function expect(count, expected) {
  if (count !== expected) {
    throw new Error(`${count} instead of ${expected} matches`);
  }
}

for (const [name, query] of Object.entries(QUERIES)) {
  const filter = new Filter(query);
  const sifted = sift(query);
  const mingo = new Query(query);
  const ucast = guard(query);
  const expected = texts.filter((text) => filter.matches(text)).length;
  console.log(`\n## ${name}: ${expected} of ${texts.length}, ${Math.round(ndjson.length / texts.length)} bytes each`);

  table(
    "Text",
    {
      "`JSON.parse` alone": counter(texts, (text) => JSON.parse(text) === undefined, 0),
      "`JSON.parse`, sift": counter(texts, (text) => sifted(JSON.parse(text)), expected),
      "`JSON.parse`, mingo": counter(texts, (text) => mingo.test(JSON.parse(text)), expected),
      "`JSON.parse`, @ucast/mongo2js": counter(texts, (text) => ucast(JSON.parse(text)), expected),
      "hooksieve, text": counter(texts, (text) => filter.matches(text), expected),
      "hooksieve, bytes": counter(bytes, (event) => filter.matches(event), expected),
    },
    texts.length,
    "`JSON.parse`, sift",
  );
  table(
    "Objects",
    {
      sift: counter(objects, sifted, expected),
      mingo: counter(objects, (event) => mingo.test(event), expected),
      "@ucast/mongo2js": counter(objects, (event) => ucast(event), expected),
      hooksieve: counter(objects, (event) => filter.matches(event), expected),
      "hooksieve, `JSON.stringify`": counter(objects, (event) => filter.matches(JSON.stringify(event)), expected),
    },
    texts.length,
    "sift",
  );
  const log = EventLog.fromNdjson(ndjson);
  table(
    "Batch: bytes of NDJSON",
    {
      "lines, `JSON.parse`, sift": () =>
        counter(ndjson.toString().trim().split("\n"), (text) => sifted(JSON.parse(text)), expected)(),
      "`matchNdjson`": () => expect(filter.matchNdjson(ndjson).count, expected),
      "`EventLog`, read and matched": () => {
        const fresh = EventLog.fromNdjson(ndjson);
        expect(fresh.match(filter).count, expected);
        fresh[Symbol.dispose]();
      },
      "`EventLog`, matched again": () => expect(log.match(filter).count, expected),
    },
    texts.length,
    "lines, `JSON.parse`, sift",
  );
}

// At the end: it leaves so much behind that all others would be slower.
for (const [name, query] of whole ? Object.entries(QUERIES) : []) {
  const filter = new Filter(query);
  const handed = new whole.Filter(filter.source);
  const expected = objects.filter((event) => filter.matches(event)).length;
  table(
    `Objects handed over: ${name}`,
    {
      "what is needed": counter(objects, (event) => filter.matches(event), expected),
      "all, by serde-wasm-bindgen": counter(objects, (event) => handed.matches(event), expected),
    },
    objects.length,
    "all, by serde-wasm-bindgen",
  );
}
