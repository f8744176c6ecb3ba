import type { Locator, Page } from "@playwright/test";

import { counts, expect, expectWritten, filter, open, paste, test, write } from "./page";

/** Types as a person does, over what is there. */
async function type(page: Page, text: string): Promise<void> {
  await filter(page).press("Control+A");
  await filter(page).pressSequentially(text);
}

function options(page: Page): Locator {
  return page.getByRole("option").filter({ has: page.locator(".cm-completionLabel") });
}

test("where a key can stand, the fields of the events are offered, and operators", async ({ page }) => {
  await open(page);
  await type(page, '{"user.u');
  await expect(options(page).first()).toContainText("user.uid");
  await expect(options(page).first()).toContainText("string");
  await expect(page.locator(".cm-completionInfo")).toContainText(/for example ".*", in [\d,]+ events/);
  // CodeMirror takes no choice in the first instants, so that a key that was meant for the text makes none.
  await page.waitForTimeout(100);
  await filter(page).press("Enter");
  await expectWritten(page, '{"user.uid": }');
  await type(page, '{"$n');
  await expect(options(page)).toContainText(["$nor"]);
  await expect(options(page).filter({ hasText: "$nin" })).toHaveCount(0);
});

test("under a path, the operators are offered, with a line of help", async ({ page }) => {
  await open(page);
  await type(page, '{"user.uid": {"$ni');
  await expect(options(page).first()).toContainText("$nin");
  await expect(page.locator(".cm-completionInfo")).toContainText("not $in");
  await page.waitForTimeout(100);
  await filter(page).press("Enter");
  await expectWritten(page, '{"user.uid": {"$nin": }}');
  await filter(page).pressSequentially('["b');
  await expect(options(page).first()).toContainText("bob");
  await expect(options(page).first()).toContainText("103 events");
});

test("for a field, the values that were seen are offered, the most frequent first", async ({ page }) => {
  await open(page);
  await type(page, '{"event.tableId": ');
  await filter(page).press("Control+Space");
  await expect(options(page).first()).toContainText(/\d+ events/);
  await type(page, '{"user.uid": "ali');
  await expect(options(page).first()).toContainText("alice");
  await page.waitForTimeout(100);
  await filter(page).press("Enter");
  await expectWritten(page, '{"user.uid": "alice"}');
  await expect(counts(page)).not.toContainText("last valid");
});

test("a value can also be a condition: operators come with their braces", async ({ page }) => {
  await open(page);
  await type(page, '{"time": $g');
  await expect(options(page)).toContainText([/\$gt/]);
  await page.waitForTimeout(100);
  await filter(page).press("Enter");
  await filter(page).pressSequentially("5");
  await expectWritten(page, '{"time": {"$gt": 5}}');
});

test("the fields of the chosen event class are offered, be they in the events or not", async ({ page }) => {
  await open(page);
  await paste(page, '{"a": 1}');
  await expect(counts(page)).toContainText("of 1 event");
  await page.getByLabel("Event class the filter is for").selectOption({ label: "FormSubmittedEvent" });
  await type(page, '{"event.form.ha');
  await expect(options(page).first()).toContainText("event.form.hash");
  await expect(page.locator(".cm-completionInfo")).toContainText("not in the loaded events");
});

test("inside an $elemMatch, paths start at the element", async ({ page }) => {
  await open(page);
  await paste(page, '{"labels": [{"title": "red", "id": 5}, {"title": "blue", "id": 6}]}');
  await expect(counts(page)).toContainText("of 1 event");
  await type(page, '{"labels": {"$elemMatch": {"ti');
  await expect(options(page).first()).toContainText("title");
  await write(page, "{}");
});
