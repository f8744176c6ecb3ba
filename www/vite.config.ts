import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";

import { defineConfig, type Plugin } from "vite";

/** Entries that others know by name. */
const NAMED = new Map([
  // What other pages import.
  ["preview", "preview.js"],
  // Where a service worker stands says which addresses are its own.
  ["offline", "offline.js"],
]);

/** Tells the service worker which files there are, once all are written. */
function offline(): Plugin {
  let folder = "";
  return {
    name: "offline",
    apply: "build",
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    closeBundle: () => {
      const worker = join(folder, "offline.js");
      const all = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => path !== worker)
        .sort();
      const hash = createHash("sha256");
      for (const path of [...all, worker]) hash.update(readFileSync(path));
      const names = all.map((path) => path.slice(folder.length + 1).split(sep).join("/"));
      // The page is asked for by its folder's name, too.
      const files = JSON.stringify(["./", ...names]);
      const version = JSON.stringify(hash.digest("hex").slice(0, 16));
      writeFileSync(worker, `const FILES=${files},VERSION=${version};\n${readFileSync(worker, "utf8")}`);
    },
  };
}

export default defineConfig({
  // The built page works in any folder of any server.
  base: "./",
  assetsInclude: ["**/*.ndjson"],
  plugins: [offline()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // It would be an inline script, which the page's policy refuses; every browser preloads modules now.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", preview: "src/mount.ts", offline: "src/offline.ts" },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: (entry) => NAMED.get(entry.name) ?? "assets/[name]-[hash].js",
      },
    },
  },
  server: { fs: { allow: [".."] } },
});
