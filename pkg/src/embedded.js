// Browsers, bundlers, workers: the module is in the code, so there is nothing to be found and waited for.

import base64 from "../dist/engine-base64.js";

import { start } from "./engine.js";

start(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));

export * from "./api.js";
