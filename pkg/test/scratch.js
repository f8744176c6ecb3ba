// A project as a user has it: the tests run on the package as it is published, installed there.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The package's source. */
export const pkg = fileURLToPath(new URL("..", import.meta.url));

/** The project. */
export const scratch = join(pkg, "scratch");

/** The package as it is published. */
export const tarball = join(scratch, "hooksieve.tgz");

/** Runs a program in the project; what it prints. */
export function run(command, args, cwd = scratch) {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** The installed package, by the entry that Node takes. */
export function installed() {
  return import(pathToFileURL(createRequire(join(scratch, "index.js")).resolve("hooksieve")));
}

/** Another file of the installed package. */
export function installedFile(path) {
  return join(scratch, "node_modules/hooksieve", path);
}

/** `npm test` calls this file first, once. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", scratch], pkg));
  run("mv", [filename, tarball]);
  writeFileSync(join(scratch, "package.json"), JSON.stringify({ name: "scratch", private: true }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", tarball]);
}
