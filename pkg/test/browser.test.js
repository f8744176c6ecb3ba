// In Chromium: a plain page, a module worker, and what Vite builds, each with all rows of the corpus.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { installed, pkg, run, scratch } from "./scratch.js";

const hooksieve = await installed();

const corpus = (...names) =>
  names
    .flatMap((name) => readFileSync(new URL(`../../tests/corpus/${name}.ndjson`, import.meta.url), "utf8").split("\n"))
    .filter((line) => !line.includes("Infinity"))
    .join("\n");

/** Rows as text, by dialect: what is read in the browser is what is read here. */
const rows = {
  mongo: corpus("mongo-curated", "mongo-random"),
  nextcloud: corpus("nextcloud-curated", "nextcloud-dense", "nextcloud-random"),
};

/** How many rows passed, and how many failed, in each dialect. */
const results = Object.entries(rows).map(([dialect, text]) => {
  const { passed, failed } = hooksieve.test(text, { dialect });
  return [dialect, passed, failed];
});

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** Nothing of the page may need more than this. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

/** Serves a folder, opens its index.html, and waits for what that reports. */
async function open(folder) {
  let report;
  const reported = new Promise((resolve) => (report = resolve));
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      report(JSON.parse((await request.toArray()).join("")));
      response.end();
      return;
    }
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    try {
      const content = rows[path.slice(1)] ?? readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain", "content-security-policy": POLICY });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const profile = mkdtempSync(join(tmpdir(), "hooksieve-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const address = `http://127.0.0.1:${server.address().port}/index.html`;
  const args = [...flags, ...quiet, `--user-data-dir=${profile}`, address];
  // A group of its own, so that all of its processes can be ended.
  const browser = spawn(process.env.CHROMIUM ?? "chromium", args, { stdio: "ignore", detached: true });
  const late = new AbortController();
  const timeout = setTimeout(60_000, { error: "nothing came within a minute" }, { signal: late.signal });
  timeout.then(report, () => {});
  try {
    return await Promise.race([reported, once(browser, "error").then(([error]) => ({ error: error.message }))]);
  } finally {
    late.abort();
    await end(browser);
    server.close();
    server.closeAllConnections();
    await remove(profile);
  }
}

async function end(browser) {
  const running = browser.pid !== undefined && browser.exitCode === null && browser.signalCode === null;
  if (running) {
    process.kill(-browser.pid, "SIGKILL");
    await once(browser, "exit");
  }
}

/** A process that takes its time may still write there: what cannot be removed is left to the system. */
async function remove(folder) {
  for (let tries = 0; tries < 20; tries++) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch {
      await setTimeout(100);
    }
  }
}

/** A folder of the project with these files. */
function site(name, files) {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), content);
  }
  return folder;
}

const page = (script) => `<!doctype html><meta charset="utf-8"><script type="module" src="${script}"></script>`;

/** Runs the rows with the engine that `entry` gives, and reports. */
const main = (entry) => `import { test } from "${entry}";
  const results = [];
  for (const dialect of ["mongo", "nextcloud"]) {
    const { passed, failed } = test(await (await fetch("/" + dialect)).text(), { dialect });
    results.push([dialect, passed, failed]);
  }
  fetch("/", { method: "POST", body: JSON.stringify(results) });`;

const EMBEDDED = "/node_modules/hooksieve/src/embedded.js";

test("a plain page", async () => {
  site(".", { "index.html": page("main.js"), "main.js": main(EMBEDDED) });
  assert.deepEqual(await open(scratch), results);
});

test("a module worker, and the slim entry in the page", async () => {
  site(".", {
    "index.html": page("slim.js"),
    "worker.js": main(EMBEDDED),
    "slim.js": `import init, { Filter } from "/node_modules/hooksieve/src/slim.js";
      await init("/node_modules/hooksieve/dist/engine.wasm");
      if (new Filter({ a: 1 }).matches({ a: 1 })) new Worker("worker.js", { type: "module" });`,
  });
  assert.deepEqual(await open(scratch), results);
});

test("what Vite builds", async () => {
  const folder = site("vite", { "index.html": page("/main.js"), "main.js": main("hooksieve") });
  run(join(pkg, "node_modules/.bin/vite"), ["build", "--logLevel", "warn"], folder);
  assert.deepEqual(await open(join(folder, "dist")), results);
});
