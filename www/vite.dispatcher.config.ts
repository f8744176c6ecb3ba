import { defineConfig, mergeConfig } from "vite";

import preview from "./vite.config.ts";

/** The page that the dispatcher serves: the preview with what is stored, in a folder of its own. */
/** Without the service worker: the dispatcher's page is nothing without the dispatcher. */
const { build, plugins: _offline, ...common } = preview;

export default defineConfig(
  mergeConfig(common, {
    root: "dispatcher",
    // What the preview has there is for the preview; the icon comes by its address.
    publicDir: false,
    build: {
      target: build?.target,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      outDir: "../dist-dispatcher",
      emptyOutDir: true,
    },
  }),
);
