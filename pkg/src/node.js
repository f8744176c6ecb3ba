// Node: the module is a file beside this one.

import { readFileSync } from "node:fs";

import { start } from "./engine.js";

start(readFileSync(new URL("../dist/engine.wasm", import.meta.url)));

export * from "./api.js";
