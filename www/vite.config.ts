import { defineConfig } from "vite";

export default defineConfig({
  // The built page works in any folder of any server.
  base: "./",
  assetsInclude: ["**/*.ndjson"],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // It would be an inline script, which the page's policy refuses; every browser preloads modules now.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", preview: "src/mount.ts" },
      preserveEntrySignatures: "strict",
      output: {
        // What other pages import has a name that stays.
        entryFileNames: (entry) => (entry.name === "preview" ? "preview.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { fs: { allow: [".."] } },
});
