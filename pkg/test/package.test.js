// How the package can be used, and what is in it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { installedFile, pkg, run, scratch, tarball } from "./scratch.js";

const tool = (name) => join(pkg, "node_modules/.bin", name);

/** Runs a program of the project. */
function runFile(name, source) {
  writeFileSync(join(scratch, name), source);
  return run(process.execPath, [name]).trim();
}

test("import", () => {
  const source = `import { Filter } from "hooksieve"; console.log(new Filter({ a: 1 }).matches({ a: [1] }));`;
  assert.equal(runFile("import.mjs", source), "true");
});

test("require", () => {
  const source = `const { Filter } = require("hooksieve"); console.log(new Filter({ a: 1 }).matches({ a: 2 }));`;
  assert.equal(runFile("require.cjs", source), "false");
});

test("the entry for browsers needs nothing but itself", () => {
  const source = `import { Filter } from "./node_modules/hooksieve/src/embedded.js";
    console.log(new Filter({ a: 1 }).matches('{"a": 1}'));`;
  assert.equal(runFile("embedded.mjs", source), "true");
});

test("the slim entry is told where the engine is", () => {
  const source = `import { readFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    import init, { Filter } from "hooksieve/slim";
    try { new Filter({}); } catch (error) { console.log(error.message); }
    await init("data:text/plain,no").catch((error) => console.log(error.name));
    await init(readFileSync(fileURLToPath(import.meta.resolve("hooksieve/engine.wasm"))));
    console.log(new Filter({}).matches({}));`;
  assert.deepEqual(runFile("slim.mjs", source).split("\n"), [
    "the engine is not loaded: call and await `init` of `hooksieve/slim` first",
    "CompileError",
    "true",
  ]);
});

test("TypeScript knows it, as a module and from CommonJS", () => {
  const source = `import { CatalogError, EventLog, Filter, FilterError, FilterSet, ThrownError, catalog, compareDialects, operators, test } from "hooksieve";
    const filter: Filter = new Filter({ "user.uid": "bob" }, { limits: { conditions: 10 } });
    const verdict: boolean = filter.matches(new Uint8Array());
    const ids: number[] = new FilterSet([[1, filter]]).matches("{}");
    const log: EventLog = EventLog.fromNdjson("");
    const later: Promise<EventLog> = EventLog.fromNdjson(new ReadableStream<Uint8Array>());
    const count: number = log.match(filter).count;
    const texts: string[] = [...filter.matchNdjson("{}").texts()];
    const bytes: Uint8Array[] = [...filter.matchNdjson(new Uint8Array()).texts()];
    const isFirst: boolean = texts[0] === "{}" || texts[0] === "[]";
    const unknown: string | undefined = filter.lint({ catalog: catalog.with("{}"), event: "Deck" })[0]?.code;
    const refused = (error: CatalogError): string => error.errors[0]?.hint ?? error.code;
    const { failures } = test([{ filter: {}, event: {}, expected: true }]);
    const first: FilterError | ThrownError | undefined = failures[0]?.error;
    const nextcloud = new Filter({}, { dialect: "nextcloud" });
    const told = nextcloud.verdict("{}");
    const reason: string | undefined = told.outcome === "throws" ? told.reason : undefined;
    // @ts-expect-error only what throws has a reason
    told.reason;
    // @ts-expect-error a verdict is no boolean
    const wrong: boolean = told;
    const explanation = nextcloud.explain({});
    const why: string = explanation.matches === null ? explanation.throws : explanation.reason;
    const { matching, throwing } = log.verdicts(nextcloud);
    const disagreeing: number[] = compareDialects("{}", log).map(({ index }) => index);
    // @ts-expect-error there is no such dialect
    new Filter({}, { dialect: "sql" });
    // @ts-expect-error a filter cannot be changed
    filter.source = "{}";
    export { bytes, catalog, count, disagreeing, first, ids, isFirst, later, matching, operators, reason, refused, texts, throwing, unknown, verdict, why, wrong };`;
  const common = `import hooksieve = require("hooksieve");
    const filter: hooksieve.Filter = new hooksieve.Filter(null);
    console.log(filter.paths.length);`;
  const slim = `import init, { Filter } from "hooksieve/slim";
    const loaded: Promise<void> = init(new URL("https://example.org/engine.wasm"));
    export { Filter, loaded };`;
  writeFileSync(join(scratch, "module.mts"), source);
  writeFileSync(join(scratch, "common.cts"), common);
  writeFileSync(join(scratch, "slim.mts"), slim);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2024",
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
  };
  const files = ["module.mts", "common.cts", "slim.mts"];
  writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  run(tool("tsc"), []);
});

test("the manifest is right", () => {
  run(tool("publint"), [tarball, "--strict"]);
  run(tool("attw"), [tarball, "--profile", "esm-only", "--exclude-entrypoints", "engine.wasm"]);
});

test("there is one module in the package, and its licences", () => {
  const files = run("tar", ["-tf", tarball]).trim().split("\n");
  assert.deepEqual(
    files.filter((file) => file.endsWith(".wasm")),
    ["package/dist/engine.wasm"],
  );
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "index.d.ts", "slim.d.ts"]) {
    assert.ok(files.includes(`package/${file}`), file);
  }
});

test("the module has no path of the machine it was built on", () => {
  const module = readFileSync(installedFile("dist/engine.wasm"), "latin1");
  assert.ok(!module.includes(dirname(pkg.replace(/\/$/, ""))));
  assert.doesNotMatch(module, /\.cargo/);
});
