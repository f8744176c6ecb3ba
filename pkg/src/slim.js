// The module comes from wherever the application has it.

import { start } from "./engine.js";

export * from "./api.js";

let loading;

/** Loads the engine. */
export default function init(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source) {
  const given = await source;
  start(given instanceof WebAssembly.Module ? given : await compile(given));
}

async function compile(source) {
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) {
    return WebAssembly.compile(source);
  }
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) {
    throw new Error(`cannot load ${response.url}: ${response.status}`);
  }
  // Compiles while it is loading, which needs the right type.
  const isWasm = response.headers.get("content-type")?.startsWith("application/wasm");
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
