import type { Page } from "@playwright/test";

import { findings } from "../axe";
import { counts, filter, list } from "../page";
import { expect, row, test } from "./page";

const MESSAGE = "msg_00000000000000000000000000000002";
const EVENT = "evt_00000000000000000000000000000001";

/** Each view, and what is there once it has loaded. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  events: (page) => expect(counts(page)).toContainText("of 120 events match"),
  listeners: (page) => expect(row(page, "automation.example.org")).toBeVisible(),
  [`deliveries/${MESSAGE}`]: (page) => expect(page.getByText("3. ✗ answered 500")).toBeVisible(),
  "listeners/1": (page) => expect(page.getByLabel("URI")).toHaveValue(/example/),
  [`explain/1/${EVENT}`]: (page) => expect(page.getByRole("treeitem").first()).toBeVisible(),
};

for (const [colorScheme, width] of [["light", 1360], ["dark", 1360], ["light", 360], ["dark", 360]] as const) {
  for (const [place, isThere] of Object.entries(VIEWS)) {
    test(`axe finds nothing: ${place}, ${colorScheme}, ${width} px wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 860 });
      await page.goto(`/#/${place}`);
      await isThere(page);
      expect(await findings(page)).toEqual([]);
    });
  }

  test(`axe finds nothing in what is refused, asked and said: ${colorScheme}, ${width} px wide`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 860 });
    await page.goto("/#/listeners/new");
    await page.getByLabel("Repeated", { exact: true }).selectOption("custom");
    await page.getByLabel("Disabled").selectOption("custom");
    await page.getByRole("button", { name: "Add signature" }).click();
    await page.getByLabel("Timeout").fill("soon");
    await page.getByRole("button", { name: "Register" }).click();
    await expect(page.locator(".refusal")).toContainText("Not saved");
    expect(await findings(page), "refused").toEqual([]);
    await page.goto("/#/listeners");
    await page.getByRole("button", { name: "Disable listener 1" }).click();
    await expect(page.getByText("Listener 1 is disabled.")).toBeVisible();
    await page.getByRole("button", { name: "Remove listener 1" }).click();
    expect(await findings(page), "asks").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.goto("/#/deliveries/msg_unknown");
    await expect(page.getByRole("button", { name: "Dismiss" })).toBeVisible();
    expect(await findings(page), "trouble").toEqual([]);
  });
}

test("360 px are wide enough: nothing is cut off or scrolls sideways", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [place, isThere] of Object.entries(VIEWS)) {
    await page.goto(`/#/${place}`);
    await isThere(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBe(360);
    const beyond = await page.locator("a:visible, button:visible, select:visible, input:visible, td:visible, .row").evaluateAll((elements) =>
      elements.filter((element) => element.getBoundingClientRect().right > 360).map((element) => element.outerHTML),
    );
    expect(beyond, place).toEqual([]);
  }
});

/** The name of what has the focus, also inside of the preview. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0]?.textContent : undefined;
    return element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "";
  });
}

/** Goes on with the tab key until the focus is there. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let stop = 0; stop < 60; stop++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === name) return;
  }
  throw new Error(`the tab key does not lead to ${name}`);
}

test("a listener is registered, disabled and removed with the keyboard alone", async ({ page, fake }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  await tabTo(page, "Events");
  await tabTo(page, "New listener");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "New listener" })).toBeFocused();
  await tabTo(page, "Event class");
  await page.keyboard.type("OCA\\Tables\\Event\\RowAddedEvent");
  await tabTo(page, "URI");
  await page.keyboard.type("https://example.org");
  await tabTo(page, "Filter");
  await filter(page).press("Control+A");
  await page.keyboard.insertText('{"event.tableId": 42}');
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+Tab");
  await page.getByLabel("URI").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Listener 4 is registered.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Listeners" })).toBeFocused();

  await tabTo(page, "Disable listener 4");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Enable listener 4" })).toBeFocused();
  await tabTo(page, "Remove listener 4");
  await page.keyboard.press("Enter");
  await tabTo(page, "Remove");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Listener 4 is removed.")).toBeVisible();
  expect(fake.listeners.size).toBe(3);
});

test("events and deliveries are gone through with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  await tabTo(page, "Events");
  await expect(page.getByRole("link", { name: "Events", exact: true })).toBeFocused();
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await tabTo(page, "why");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Does it go there?" })).toBeFocused();

  await page.goto("/#/deliveries?state=given-up");
  await expect(page.getByRole("link", { name: MESSAGE })).toBeVisible();
  await page.getByLabel("State").focus();
  await tabTo(page, "msg_0000000000000000000000000000003b");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Delivery", exact: true })).toBeFocused();
  await tabTo(page, "Deliver again");
  await page.keyboard.press("Enter");
  await expect(page.getByText("It will be delivered again.")).toBeVisible();
});

test("the theme is that of the whole page, the preview included", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  for (const widget of await page.locator(".widget").all()) await expect(widget).toHaveAttribute("data-theme", "dark");
  await page.getByLabel("Theme").selectOption("Light");
  await expect(page.locator(".widget")).toHaveCount(2);
  for (const widget of await page.locator(".widget").all()) await expect(widget).toHaveAttribute("data-theme", "light");
  await page.reload();
  await expect(counts(page)).toContainText("of 120 events match");
  for (const widget of await page.locator(".widget").all()) await expect(widget).toHaveAttribute("data-theme", "light");
});

test("the policy is strict", async ({ page, fake, request }) => {
  const html = await (await request.get(fake.address)).text();
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(html).not.toMatch(/<style|<script(?![^>]* src=)| on\w+=| style=/);
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
});
