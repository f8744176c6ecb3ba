import { counts, eventJson, expect, expectWritten, list, open, paste, test, write, written } from "./page";

test("a click on a value adds the condition for it", async ({ page }) => {
  await open(page);
  await write(page, "{}");
  await eventJson(page).getByRole("button", { name: '"dave"' }).click();
  await expectWritten(page, '{\n  "user.uid": "dave"\n}');
  await eventJson(page).getByRole("button", { name: "1704081468" }).click();
  await expectWritten(page, '{\n  "user.uid": "dave",\n  "time": 1704081468\n}');
  await expect(counts(page)).toContainText("1 of 1,000");
  await expect(page.locator(".reason")).toContainText("✓ match");
});

test("a condition on the same path is replaced, others stay", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "bob", "time": {"$gt": 5}}');
  await eventJson(page).getByRole("button", { name: '"dave"' }).click();
  await expectWritten(page, '{"user.uid": "dave", "time": {"$gt": 5}}');
  await eventJson(page).getByRole("button", { name: "1704081468" }).click();
  await expectWritten(page, '{"user.uid": "dave", "time": {"$eq": 1704081468, "$gt": 5}}');
});

test("keys with dots, and values in arrays, make conditions that hold", async ({ page }) => {
  await open(page);
  await paste(
    page,
    '{"{http://a.b/}c": "x\\/y", "list": [{"id": 1}, {"id": "two"}], "grid": [[1, 77]], "big": 9007199254740993, "": {"a~/b": 5}}',
  );
  await write(page, "{}");
  await expect(counts(page)).toContainText("1 of 1 event");
  for (const name of ['"x/y"', '"two"', "77", "9007199254740993", "5"]) {
    await eventJson(page).getByRole("button", { name, exact: true }).click();
    await expect(page.locator(".hidden[role=status]")).toContainText("added");
    await expect(counts(page)).toContainText("1 of 1 event");
    await expect(page.locator(".events")).not.toHaveClass(/stale/);
  }
  expect(JSON.parse(await written(page))).toEqual({
    "{http://a\\.b/}c": "x/y",
    "list.id": "two",
    "grid.0.1": 77,
    big: 9007199254740992,
    ".a~/b": 5,
  });
  expect(await written(page)).toContain("9007199254740993");
});

test("a pinned filter is compared with: what has changed is marked, counted and listed", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "bob"}');
  await expect(counts(page)).toContainText("103 of 1,000");
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(counts(page)).toContainText("0 changed");
  await write(page, '{"user.uid": {"$in": ["alice", "carol"]}}');
  const both = Number(/^\d+/.exec((await counts(page).textContent()) ?? "")?.[0]) + 103;
  await expect(counts(page)).toContainText(`${both} changed`);
  await page.getByRole("radio", { name: "Changed" }).check();
  await expect(list(page).getByRole("option").first()).toHaveAttribute("aria-setsize", String(both));
  await expect(list(page).getByText("now matches").first()).toBeVisible();
  await expect(list(page).getByText("no longer").first()).toBeVisible();

  await page.getByRole("button", { name: "Restore" }).click();
  await expectWritten(page, '{"user.uid": "bob"}');
  await expect(counts(page)).toContainText("0 changed");
  await page.getByRole("button", { name: "Unpin" }).click();
  await expect(counts(page)).not.toContainText("changed");
  await expect(page.getByRole("radio", { name: "All" })).toBeChecked();
});
