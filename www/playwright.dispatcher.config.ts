import { defineConfig } from "@playwright/test";

import common from "./playwright.config";

/** The page of the dispatcher. Each test has a server of its own. */
export default defineConfig({
  testDir: "tests/dispatcher",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  retries: process.env.CI ? 2 : 0,
  reporter: "list",
  use: {
    viewport: { width: 1360, height: 860 },
    timezoneId: "Europe/Berlin",
    ...(common.use?.launchOptions && { launchOptions: common.use.launchOptions }),
  },
});
