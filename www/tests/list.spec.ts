import { counts, expect, filter, list, open, project, samples, test, write } from "./page";

test("each example lets through as many events as the examples' page says", async ({ page }) => {
  await open(page);
  const rows = [...project("examples/README.md").matchAll(/\[([\w-]+)\]\(filters\/.*\| (\d+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(20);
  for (const [, name = "", count = ""] of rows) {
    await page.getByLabel("Example").selectOption({ label: name.replaceAll("-", " ") });
    await expect(counts(page)).toContainText(`${count} of 1,000 events match`);
    await expect(counts(page)).toContainText(/[\d.]+ ms, (over )?[\d.]+[KM] events\/s/);
  }
});

test("while the filter is invalid, the last good result stays, greyed", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "bob"}');
  await expect(counts(page)).toContainText("103 of 1,000");
  await write(page, '{"user.uid": "bob"');
  await expect(counts(page)).toContainText("of the last valid filter");
  await expect(page.locator(".events")).toHaveClass(/stale/);
  await expect(counts(page)).toContainText("103 of 1,000");
  await write(page, '{"user.uid": "nobody"}');
  await expect(counts(page)).toContainText("0 of 1,000");
  await expect(page.locator(".events")).not.toHaveClass(/stale/);
});

test("verdicts follow while one types", async ({ page }) => {
  await open(page);
  await write(page, '{"time": {"$gt": 1}}');
  await expect(counts(page)).toContainText("1,000 of 1,000");
  await filter(page).press("Control+Home");
  for (let step = 0; step < '{"time": {"$gt": 1'.length; step++) await filter(page).press("ArrowRight");
  await filter(page).pressSequentially("717200000");
  const later = samples.trim().split("\n").filter((line) => JSON.parse(line).time > 1717200000);
  await expect(counts(page)).toContainText(`${later.length} of 1,000`);
});

test("a row says what happened, when, and who did it", async ({ page }) => {
  await open(page);
  const first = list(page).getByRole("option").first();
  await expect(first).toContainText("✓ match");
  await expect(first).toContainText("BeforeNodeCreatedEvent");
  await expect(first).toContainText("dave");
  await expect(first).toContainText("2024-01-01 03:57");
  await expect(first).toContainText("/dave/files/Projects/");
  await expect(list(page).getByRole("option").nth(1)).toContainText("✗ no match");
});

test("the list shows all, those that match, or the others", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "bob"}');
  await page.getByRole("radio", { name: "Matching", exact: true }).check();
  await expect(list(page).getByRole("option").first()).toHaveAttribute("aria-setsize", "103");
  await expect(list(page)).not.toContainText("✗ no match");
  await page.getByRole("radio", { name: "Not matching" }).check();
  await expect(list(page).getByRole("option").first()).toHaveAttribute("aria-setsize", "897");
  await expect(list(page)).not.toContainText("✓ match");
  await write(page, "{}");
  await expect(page.locator(".events")).toContainText("Every event matches.");
});

test("the keyboard goes through the list, of which few rows exist", async ({ page }) => {
  await open(page);
  const chosen = list(page).getByRole("option", { selected: true });
  await list(page).focus();
  for (const [key, position] of [
    ["ArrowDown", 2],
    ["End", 1000],
    ["ArrowUp", 999],
    ["Home", 1],
    ["ArrowUp", 1],
  ] as const) {
    await list(page).press(key);
    await expect(chosen).toHaveAttribute("aria-posinset", String(position));
    await expect(chosen).toBeInViewport();
    await expect(list(page)).toHaveAttribute("aria-activedescendant", (await chosen.getAttribute("id")) ?? "");
  }
  await list(page).press("PageDown");
  await expect(chosen).not.toHaveAttribute("aria-posinset", "1");
  expect(await list(page).getByRole("option").count()).toBeLessThan(60);
});

test("it works offline, once it is there", async ({ page, context }) => {
  await open(page);
  // The icon, too.
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  await write(page, '{"user.uid": "bob"}');
  await expect(counts(page)).toContainText("103 of 1,000");
});

test("its policy is strict, and needs nothing that is unsafe", async ({ page }) => {
  await open(page);
  const policy = await page.locator("meta[http-equiv]").getAttribute("content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
});
