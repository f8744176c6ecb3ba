import { counts, expect, expectWritten, filter, open, test, write, written } from "./page";

test("an error is underlined where it is, and put right with one click", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": {"$eqs": "bob"}}');
  const findings = page.getByRole("list", { name: "Problems" }).getByRole("listitem");
  await expect(findings).toHaveCount(1);
  await expect(findings).toContainText("unknown operator $eqs: did you mean $eq?");
  await expect(page.locator(".cm-lintRange-error")).toHaveText('"$eqs"');
  await findings.getByRole("button", { name: "Write" }).click();
  await expectWritten(page, '{"user.uid": {"$eq": "bob"}}');
  await expect(counts(page)).toContainText("103 of 1,000");
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
});

test("the same fix is at the squiggle itself", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": {"$eqs": "bob"}}');
  await page.locator(".cm-lintRange-error").hover();
  await page.locator(".cm-diagnosticAction").click();
  await expectWritten(page, '{"user.uid": {"$eq": "bob"}}');
});

test("every error is listed, and a click goes to its place", async ({ page }) => {
  await open(page);
  await write(page, '{\n  "a": {"$in": 5},\n  "b": {"$mod": [0, 1]}\n}');
  await expect(page.getByRole("list", { name: "Problems" }).getByRole("listitem")).toHaveCount(2);
  await page.getByRole("button", { name: "$mod" }).click();
  await expect(filter(page)).toBeFocused();
  await page.keyboard.insertText("5");
  await expectWritten(page, '{\n  "a": {"$in": 5},\n  "b": {"$mod": [5, 1]}\n}');
});

test("text that is no JSON is an error at its place", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": bob}');
  await expect(page.locator(".findings")).toContainText("Error");
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(1);
});

test("lints come with what could be written instead", async ({ page }) => {
  await open(page);
  await write(page, '{"event.node.path": {"$regex": "^/alice/"}}');
  await expect(page.locator(".findings")).toContainText("$startsWith");
  await page.locator(".findings .fix").first().click();
  expect(await written(page)).toContain('"$startsWith": "/alice/"');
});

test("with an event class, fields and types are checked", async ({ page }) => {
  await open(page);
  await write(page, '{"event.tableId": "42"}');
  await page.getByLabel("Event class the filter is for").selectOption({ label: "RowAddedEvent" });
  await expect(page.locator(".severity.error")).toBeVisible();
  await write(page, '{"event.tabelId": 42}');
  await expect(page.locator(".findings")).toContainText("event.tableId");
});

test("a long message stays in its panel", async ({ page }) => {
  await open(page);
  await write(page, `{"${"a".repeat(300)}": {"$eqs": 1}}`);
  await expect(page.locator(".findings li")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
