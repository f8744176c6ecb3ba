import { findings } from "./axe";
import { counts, expect, expectWritten, filter, list, open, paste, test, tree, write } from "./page";

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1360, 360]) {
    test(`axe finds nothing, ${colorScheme}, ${width} px wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 860 });
      await open(page);
      await write(page, '{"user.uid": {"$ne": "bob"}, "event.node.path": {"$regex": "^/alice/"}, "time": "5"}');
      await expect(tree(page).getByRole("treeitem").first()).toBeVisible();
      await page.getByRole("button", { name: "Compare" }).click();
      await expect(counts(page)).toContainText("0 changed");
      expect(await findings(page)).toEqual([]);

      // Refused, so that the last result is greyed, with bad lines, and each of the dialogs.
      await paste(page, '{"a": 1}\nnonsense');
      await page.getByText("1 invalid line in").click();
      await write(page, '{"a": {"$eqs": 5}}');
      await expect(counts(page)).toContainText("last valid filter");
      expect(await findings(page)).toEqual([]);
      await page.getByRole("button", { name: "Load events…" }).click();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Share…" }).click();
      expect(await findings(page)).toEqual([]);
    });
  }
}

test("360 px are wide enough: nothing is cut off or scrolls sideways", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  await write(page, '{"event.node.path": {"$startsWith": "/alice/files/Documents/with a long name"}, "x": {"$eqs": 1}}');
  await expect(page.locator(".findings li").first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  const beyond = await page.locator("button:visible, select:visible, .row, .node").evaluateAll((elements) =>
    elements.filter((element) => element.getBoundingClientRect().right > 360).map((element) => element.outerHTML),
  );
  expect(beyond).toEqual([]);
  // Where one event has been chosen, the reason is in view.
  await write(page, '{"user.uid": "nobody"}');
  await list(page).getByRole("option").nth(2).click();
  await expect(tree(page).locator(".decisive > .node")).toBeInViewport();
});

test("everything can be reached and done with the keyboard alone", async ({ page }) => {
  await open(page);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.getElementById("preview")?.shadowRoot?.activeElement;
      return element?.getAttribute("aria-label") ?? element?.getAttribute("value") ?? element?.textContent ?? "";
    });
  const stops: string[] = [];
  for (let stop = 0; stop < 14; stop++) {
    await page.keyboard.press("Tab");
    stops.push(await focused());
  }
  for (const stop of ["Load events…", "Share…", "Example", "Compare", "Filter", "Events", "all", "Why"]) {
    expect(stops).toContain(stop);
  }

  await page.getByRole("button", { name: "Load events…" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Load events" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Load events" })).toBeHidden();

  // The list, then the tree, then the event, whose value makes a condition.
  await write(page, "{}");
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator(".json")).toContainText('"nina"');
  await page.keyboard.press("Tab");
  await expect(page.getByRole("tab", { name: "Why" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(tree(page).getByRole("treeitem").first()).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expectWritten(page, '{\n  "time": 1704119208\n}');
});

test("the editor can be left with the keyboard", async ({ page }) => {
  await open(page);
  await filter(page).focus();
  await page.keyboard.press("Tab");
  await expect(filter(page)).not.toBeFocused();
});

test("the theme is the system's, or the one that is chosen, also the next time", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page);
  const widget = page.locator(".widget");
  await expect(widget).toHaveAttribute("data-theme", "dark");
  await page.getByLabel("Theme").selectOption("Light");
  await expect(widget).toHaveAttribute("data-theme", "light");
  expect(await findings(page)).toEqual([]);
  await page.reload();
  await expect(page.getByLabel("Theme")).toHaveValue("light");
  await expect(widget).toHaveAttribute("data-theme", "light");
  await page.getByLabel("Theme").selectOption("System theme");
  await expect(widget).toHaveAttribute("data-theme", "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(widget).toHaveAttribute("data-theme", "light");
});

test("who prefers less motion gets none", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  const moving = await page.locator("*").evaluateAll((elements) =>
    elements.filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return transitionDuration !== "0s" || animationName !== "none";
    }).length,
  );
  expect(moving).toBe(0);
});

test("counts are announced, and so is what goes wrong", async ({ page }) => {
  await open(page);
  await expect(counts(page)).toHaveAttribute("aria-live", "polite");
  await expect(page.getByRole("region", { name: "Problems" })).toHaveAttribute("aria-live", "polite");
});
