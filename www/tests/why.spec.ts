import { counts, eventJson, expect, filter, list, open, test, tree, write } from "./page";

const FILTER = `{
  "event.node.path": {"$endsWith": ".pdf"},
  "user.uid": {"$ne": "dave"}
}`;

test("a chosen event says why it does not match, in a sentence and as a tree", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await list(page).getByRole("option").first().click();
  await expect(page.locator(".reason")).toContainText("✗ no match");
  await expect(page.locator(".reason")).toContainText("user.uid");
  const items = tree(page).getByRole("treeitem");
  await expect(items).toHaveCount(3);
  await expect(items.nth(1)).toContainText("holds: event.node.path $endsWith");
  await expect(items.nth(2)).toContainText("does not hold: user.uid $ne");
  await expect(eventJson(page)).toContainText('"displayName": "Dave O\'Brien"');
});

test("parts that say nothing of their own are left out", async ({ page }) => {
  await open(page);
  await write(page, '{"$or": [{"user.uid": "ann"}, {"time": {"$lt": 5}}, {"time": {"$gt": 1, "$lt": 9}}]}');
  await expect(page.locator(".reason")).toContainText("✗ no match");
  await expect(tree(page).locator(".what")).toHaveText([
    "all of",
    "$or",
    'user.uid: "ann"',
    "time $lt 5",
    "time",
    "time $gt 1",
    "time $lt 9",
  ]);
});

test("the failing condition is in view, however long the filter", async ({ page }) => {
  await open(page);
  const good = Array.from({ length: 40 }, (_, index) => `  "time": {"$gt": ${index}}`).map((line) => `{${line}}`);
  await write(page, `{"$and": [${good.join(",\n")}, {"user.uid": "nobody"}, ${good.join(",\n")}]}`);
  await expect(counts(page)).toContainText("0 of 1,000");
  await expect(tree(page).locator(".decisive > .node")).toContainText("user.uid");
  await expect(tree(page).locator(".decisive > .node")).toBeInViewport();
});

test("pointing at a condition highlights it in the filter, and its value in the event", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await list(page).getByRole("option").first().click();
  await tree(page).getByText("user.uid $ne").hover();
  await expect(page.locator(".cm-line .pointed").first()).toContainText('"user.uid"');
  await expect(eventJson(page).locator(".pointed")).toHaveText(['"dave"']);
  await expect(eventJson(page).locator(".pointed")).toHaveClass(/fails/);

  // A field that is missing is looked for in what has it not.
  await list(page).getByRole("option").nth(1).click();
  await tree(page).getByText("event.node.path").first().hover();
  await expect(eventJson(page).locator(".pointed")).toHaveClass(/fails/);
});

test("pointing at a value, or into the filter, highlights the condition", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await list(page).getByRole("option").first().click();
  await expect(tree(page)).toContainText("$endsWith");
  await eventJson(page).getByRole("button", { name: '"dave"' }).hover();
  await expect(tree(page).locator("li.pointed")).toContainText("user.uid");
  await expect(page.locator(".cm-line .pointed").first()).toContainText('"user.uid"');

  await page.locator(".cm-line").nth(1).getByText(".pdf").hover();
  await expect(tree(page).locator("li.pointed")).toContainText("event.node.path");
  await expect(eventJson(page).locator(".pointed")).toHaveClass(/holds/);
});

test("all of that works with the keyboard, too", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await expect(tree(page)).toContainText("$ne");
  await tree(page).getByRole("treeitem").first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(tree(page).locator("li.pointed")).toContainText("event.node.path");
  await page.keyboard.press("End");
  await expect(eventJson(page).locator(".pointed")).toHaveText(['"dave"']);

  await filter(page).press("Control+Home");
  await filter(page).press("ArrowDown");
  await filter(page).press("End");
  await filter(page).press("ArrowLeft");
  await filter(page).press("ArrowLeft");
  await expect(tree(page).locator("li.pointed")).toContainText("event.node.path");
});

test("who is in the tree with the keyboard stays there", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  const items = tree(page).getByRole("treeitem");
  await expect(items).toHaveCount(3);
  await items.nth(1).focus();
  // Another explanation comes, and takes the place of the one before.
  await list(page).getByRole("option").nth(3).dispatchEvent("click");
  await expect(tree(page)).toContainText("event has no field node");
  await expect(items.nth(1)).toBeFocused();
});

test("the explanation follows the filter", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "dave"}');
  await expect(page.locator(".reason")).toContainText("✓ match");
  await write(page, '{"user.uid": "Dave"}');
  await expect(page.locator(".reason")).toContainText("✗ no match");
});
