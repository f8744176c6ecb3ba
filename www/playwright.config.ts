import { defineConfig } from "@playwright/test";

const PORT = Number(process.env.PREVIEW_PORT ?? 4174);

// The browser is the system's: nothing is downloaded for the tests.
export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // Machines that run this are shared, and sometimes slow; what needed a second try is reported.
  retries: process.env.CI ? 2 : 0,
  reporter: "list",
  projects: [
    { name: "page", testIgnore: ["speed.spec.ts", "dispatcher/**"] },
    // Times are taken when nothing else runs.
    { name: "speed", testMatch: "speed.spec.ts", dependencies: ["page"] },
  ],
  use: {
    // Each test is a first visit: keeping all files would only take time.
    serviceWorkers: "block",
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1360, height: 860 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `npm run serve -- --port ${PORT}`,
    port: PORT,
    reuseExistingServer: process.env.PREVIEW_PORT !== undefined,
  },
});
