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

test("events can be added: the newest first, and what one looks at stays", async ({ page }) => {
  await host(
    page,
    `import { mount } from "/preview.js";
     window.chosen = [];
     window.preview = mount(document.getElementById("here"), {
       filter: '{"a": {"$gt": 1}}',
       events: { kind: "texts", name: "numbers", texts: ['{"a": 1}', '{"a": 2}'] },
       newestFirst: true,
       header: false,
       dialectChoice: false,
       onChoose: (index) => window.chosen.push(index),
     });`,
  );
  const counts = page.locator(".counts");
  const rows = page.getByRole("listbox", { name: "Events" }).getByRole("option");
  await expect(counts).toContainText("1 of 2 events match");
  await expect(rows).toContainText([/✓ match.*a 2/, /✗ no match.*a 1/]);
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await expect(page.locator(".json")).toContainText('"a": 2');
  await page.locator(".json").getByRole("button", { name: "2" }).focus();

  await page.evaluate(() => Reflect.get(window, "preview").append(['{"a": 3}', '{"a": 90071992547409931}']));
  await expect(counts).toContainText("3 of 4 events match");
  await expect(rows).toContainText([/✓ match.*a 9/, /✓ match.*a 3/, /✓ match.*a 2/, /✗ no match.*a 1/]);
  await expect(rows.nth(2)).toHaveAttribute("aria-selected", "true");
  await expect(page.locator(".json").getByRole("button", { name: "2" })).toBeFocused();
  await page.getByRole("radio", { name: "Matching", exact: true }).check();
  await expect(rows).toContainText([/a 9/, /a 3/, /a 2/]);
  await rows.first().click();
  await expect(page.locator(".json")).toContainText("90071992547409931");
  expect(await page.evaluate(() => Reflect.get(window, "chosen").at(-1))).toBe(3);

  await expect(page.getByRole("button", { name: "Share…" })).toHaveCount(0);
  await expect(page.getByText("Nextcloud", { exact: true })).toHaveCount(0);
  await expect(page.getByText("Dialects differ")).toBeHidden();
});

test("what a server finds wrong with the filter stands at its place, until that changes", async ({ page }) => {
  await host(page, START);
  await expect(page.locator(".counts")).toContainText("2 of 3 events match");
  await page.evaluate(() => {
    const problem = { code: "too-broad", pointer: "/a", range: { start: 6, end: 16 }, message: "`a` is too broad" };
    Reflect.get(window, "preview").report([problem]);
  });
  await expect(page.getByRole("region", { name: "Problems" })).toContainText("a is too broad");
  await expect(page.locator(".cm-lintRange-error")).toHaveText('{"$gt": 1}');
  await page.evaluate(() => Object.assign(Reflect.get(window, "preview"), { filter: '{"a": 3}' }));
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
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
