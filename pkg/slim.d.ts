export * from "./index.js";

/** Where the engine is: `hooksieve/engine.wasm`, as its address, a response, its bytes, or compiled. */
export type EngineSource = URL | string | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module;

/**
 * Loads the engine; everything else in this module fails until that is done. A second call waits for
 * the first.
 */
export default function init(source: EngineSource): Promise<void>;
