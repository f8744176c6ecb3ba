import type { Page } from "@playwright/test";

import { expect, test } from "./page";

/** A page of another application, whose policy allows nothing beyond its own files. */
async function host(page: Page, script: string): Promise<void> {
  await page.route("/host.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="en"><title>Host</title>
        <meta http-equiv="Content-Security-Policy" content="default-src 'self'">
        <script type="module" src="/host.js"></script><h1>Host</h1><div id="here"></div></html>`,
    }),
  );
  await page.route("/host.js", (route) => route.fulfill({ contentType: "text/javascript", body: script }));
  await page.goto("/host.html");
}

const START = `
  import { mount } from "/preview.js";
  const element = document.getElementById("here");
  window.changes = [];
  window.preview = mount(element, {
    filter: '{"a": {"$gt": 1}}',
    events: { kind: "text", name: "numbers", text: '{"a": 1}\\n{"a": 2}\\n{"a": 3}' },
    theme: "dark",
    onChange: (filter) => window.changes.push(filter),
  });
  element.style.setProperty("--hooksieve-panel", "rgb(1, 2, 3)");
`;

test("another page mounts the widget, gives it colours, and takes it off again", async ({ page }) => {
  await host(page, START);
  await expect(page.locator(".counts")).toContainText("2 of 3 events match");
  await expect(page.locator(".panel").first()).toHaveCSS("background-color", "rgb(1, 2, 3)");
  await expect(page.locator(".widget")).toHaveAttribute("data-theme", "dark");

  await page.evaluate(() => Object.assign(Reflect.get(window, "preview"), { filter: '{"a": 3}' }));
  await expect(page.locator(".counts")).toContainText("1 of 3 events match");
  await expect(page.locator(".cm-line")).toHaveText('{"a": 3}');
  const changes = (): Promise<string[]> => page.evaluate(() => Reflect.get(window, "changes"));
  await expect.poll(changes).toContain('{"a": 3}');
  expect(page.url()).not.toContain("#");

  await page.evaluate(() => Reflect.get(window, "preview").unmount());
  await expect(page.locator(".widget")).toHaveCount(0);
});

test("it neither takes nor gives styles", async ({ page }) => {
  await host(
    page,
    `const sheet = new CSSStyleSheet();
     sheet.replaceSync("button, .panel { display: none !important }");
     document.adoptedStyleSheets = [sheet];
     ${START}`,
  );
  await expect(page.getByRole("button", { name: "Share…" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Host" })).toHaveCSS("font-size", "32px");
});
