import type { Page } from "@playwright/test";

import { findings } from "./axe";
import { counts, eventJson, expect, expectWritten, filter, list, open, paste, samples, test, tree, write } from "./page";

const nextcloud = (page: Page) => page.getByRole("radio", { name: "Nextcloud" });
const mongo = (page: Page) => page.getByRole("radio", { name: "MongoDB" });
const differing = (page: Page) => page.getByRole("radio", { name: /^Dialects differ/ });

/** Matches the events of tables by one dialect alone, as their ids are numbers. */
const LOOSE = '{"event.tableId": {"$in": ["42"]}}';
/** Throws on the events that bob has caused. */
const THROWS = '{"user.uid": "bob", "time": {"$eq": 5}}';

const events = samples.trim().split("\n").map((line) => JSON.parse(line));
const ofTable = events.filter(({ event }) => event.tableId === 42).length;
const ofBob = events.filter(({ user }) => user?.uid === "bob").length;

test("the rules are those of MongoDB, until Nextcloud's are chosen", async ({ page }) => {
  await open(page);
  await expect(mongo(page)).toBeChecked();
  await write(page, LOOSE);
  await expect(counts(page)).toContainText("0 of 1,000 events match");
  await nextcloud(page).check();
  await expect(counts(page)).toContainText(`${ofTable} of 1,000 events match`);
  await page.getByRole("radio", { name: "Matching", exact: true }).check();
  await list(page).getByRole("option").first().click();
  await expect(tree(page)).toContainText("in this dialect in_array compares loosely, so the string \"42\" equals it");
  await expect(page.locator(".elsewhere")).toHaveCount(0);
  await differing(page).check();
  await expect(page.locator(".elsewhere")).toContainText("By the rules of MongoDB: ✗ no match");
  await page.getByRole("radio", { name: "Matching", exact: true }).check();
  await mongo(page).check();
  await expect(page.locator(".events")).toContainText("No event matches.");
});

test("events on which the filter throws have a sign and a word, are counted, and listed", async ({ page }) => {
  await open(page);
  await nextcloud(page).check();
  await write(page, THROWS);
  await expect(counts(page)).toContainText(`0 of 1,000 events match · ! ${ofBob} throw`);
  await expect(counts(page)).toContainText("Nextcloud stops at these: it calls neither this listener nor those after it.");
  await page.getByRole("radio", { name: "Throwing" }).check();
  const rows = list(page).getByRole("option");
  await expect(rows.first()).toHaveAttribute("aria-setsize", String(ofBob));
  await expect(rows.first()).toContainText("! throws");
  await rows.first().click();
  await expect(page.locator(".reason")).toContainText("! throws");
  await expect(page.locator(".reason")).toContainText("Exception: Operator $eq is unknown");
  await expect(tree(page).locator(".decisive > .node")).toContainText("time $eq 5");
  await expect(tree(page).getByText("throws: ").first()).toBeAttached();
  await page.getByRole("radio", { name: "Not matching" }).check();
  await expect(rows.first()).toHaveAttribute("aria-setsize", String(1000 - ofBob));
  await rows.first().click();
  await expect(tree(page)).toContainText("(not reached)");

  // Where nothing throws any more, nothing is said of it.
  await mongo(page).check();
  await expect(counts(page)).not.toContainText("throw");
  await expect(page.getByRole("radio", { name: "Throwing" })).toBeHidden();
});

test("where the dialects disagree is one click away, with both verdicts", async ({ page }) => {
  await open(page);
  await write(page, LOOSE);
  await expect(page.getByText(`Dialects differ: ${ofTable}`)).toBeVisible();
  await differing(page).check();
  const rows = list(page).getByRole("option");
  await expect(rows.first()).toHaveAttribute("aria-setsize", String(ofTable));
  await expect(rows.first()).toContainText("MongoDB ✗ no match");
  await expect(rows.first()).toContainText("Nextcloud ✓ match");

  await write(page, THROWS);
  await expect(page.getByText(`Dialects differ: ${ofBob}`)).toBeVisible();
  await expect(rows.first()).toContainText("Nextcloud ! throws");
  // In the same order, whichever rules are chosen.
  await nextcloud(page).check();
  await expect(rows.first()).toContainText(/MongoDB ✗ no match\s*Nextcloud ! throws/);

  await expect(counts(page)).toContainText(`! ${ofBob} throw`);

  await write(page, '{"user.uid": "bob"}');
  await expect(page.locator(".events")).toContainText("The dialects agree on every event.");
});

test("with many events the dialects are compared only when somebody wants to see it", async ({ page }) => {
  await open(page);
  await write(page, '{"id": {"$in": ["7"]}}');
  const lines = Array.from({ length: 6_000 }, (_, id) => `{"id": ${id % 10}}`).join("\n");
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByLabel("File").setInputFiles({ name: "ids.ndjson", mimeType: "text/plain", buffer: Buffer.from(lines) });
  await expect(counts(page)).toContainText("0 of 6,000 events match");
  await expect(page.getByText("Dialects differ", { exact: true })).toBeVisible();
  await differing(page).check();
  await expect(page.getByText("Dialects differ: 600")).toBeVisible();
  await expect(list(page).getByRole("option").first()).toHaveAttribute("aria-setsize", "600");
});

test("what the other dialect refuses is said kindly, here and there", async ({ page }) => {
  await open(page);
  // Nextcloud's own operator.
  await write(page, '{"user.uid": {"$e": "bob"}}');
  await expect(counts(page)).toContainText("last valid filter");
  await page.getByRole("button", { name: "Take the rules of Nextcloud" }).click();
  await expect(counts(page)).toContainText(`${ofBob} of 1,000 events match`);
  await expect(page.getByRole("button", { name: /^Take the rules/ })).toBeHidden();
  await differing(page).check();
  await expect(page.locator(".events")).toContainText("By the rules of MongoDB this filter is refused");
  await expect(page.locator(".events")).toContainText("unknown operator `$e`".replaceAll("`", ""));

  // What throws on every event.
  await write(page, '{"a": {"$eq": 5}}');
  await expect(page.locator(".findings")).toContainText("Nextcloud throws whatever the event: Exception: Operator $eq is unknown");
  await expect(page.locator(".findings")).toContainText("write the value alone, or $e");
  await page.getByRole("button", { name: "Take the rules of MongoDB" }).click();
  await expect(page.locator(".events")).toContainText("By the rules of Nextcloud this filter is refused");
  await expect(page.locator(".events")).toContainText("What helps: write the value alone, or $e");
});

test("a filter can be checked for both: what is not portable is shown, with what is", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": {"$eq": "bob"}}');
  await expect(page.locator(".findings li")).toHaveCount(0);
  await page.getByRole("checkbox", { name: "portable" }).check();
  await expect(page.locator(".findings")).toContainText("Nextcloud throws: operator $eq is unknown");
  await page.getByRole("button", { name: 'Write "bob"' }).click();
  await expectWritten(page, '{"user.uid": "bob"}');
  await expect(page.locator(".findings li")).toHaveCount(0);
  await nextcloud(page).check();
  await expect(page.getByRole("checkbox", { name: "portable" })).toBeHidden();
});

test("a link keeps the rules, and the code in the dialog follows them", async ({ page }) => {
  await open(page);
  await nextcloud(page).check();
  await write(page, LOOSE);
  await differing(page).check();
  await page.getByRole("button", { name: "Share…" }).click();
  const link = (await page.getByRole("region", { name: "Link" }).textContent()) ?? "";
  await expect(page.getByRole("region", { name: "Rust" })).toContainText("Compiler::new().dialect(Dialect::Nextcloud)");
  await expect(page.getByRole("region", { name: "JavaScript" })).toContainText('{ dialect: "nextcloud" });');
  await page.goto("about:blank");
  await open(page, link);
  await expect(nextcloud(page)).toBeChecked();
  await expect(differing(page)).toBeChecked();
  await expect(list(page).getByRole("option").first()).toContainText("Nextcloud ✓ match");
});

test("the keyboard alone is enough", async ({ page }) => {
  await open(page);
  await write(page, LOOSE);
  await mongo(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(nextcloud(page)).toBeChecked();
  await expect(nextcloud(page)).toBeFocused();
  await page.getByRole("radio", { name: "All" }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(differing(page)).toBeChecked();
});

test("completion offers what Nextcloud knows, and a click on a value adds what holds there", async ({ page }) => {
  await open(page);
  await nextcloud(page).check();
  await write(page, "{}");
  await paste(page, '{"path": "/admin/files", "user": {"uid": "dave"}, "none": null}');
  await eventJson(page).getByRole("button", { name: '"/admin/files"' }).click();
  // A string in slashes would be a pattern.
  await expectWritten(page, '{\n  "path": {"$in": ["/admin/files"]}\n}');
  await expect(page.locator(".reason")).toContainText("✓ match");
  await eventJson(page).getByRole("button", { name: "null" }).click();
  await expect(page.locator(".hidden[role=status]")).toContainText("there is no condition that this value passes");
  await write(page, '{"user.uid": {"$exists": true}}');
  await eventJson(page).getByRole("button", { name: '"dave"', exact: true }).click();
  await expectWritten(page, '{"user.uid": {"$e": "dave", "$exists": true}}');

  await write(page, '{"user.uid": {"$"}}');
  await filter(page).press("Control+End");
  for (let step = 0; step < 3; step++) await filter(page).press("ArrowLeft");
  await page.keyboard.press("Control+Space");
  const options = page.locator(".cm-tooltip-autocomplete li");
  await expect(options.filter({ hasText: /^\$eany/ })).toHaveCount(1);
  await expect(options.filter({ hasText: "$regex" })).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1360, 360]) {
    test(`axe finds nothing, and nothing is cut off: ${colorScheme}, ${width} px wide`, async ({ page }) => {
      const check = async (): Promise<void> => {
        expect(await findings(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        const beyond = await page
          .locator("button:visible, select:visible, .choice span:visible, .row > *:visible, .node")
          .evaluateAll((elements, width) =>
            elements.filter((element) => element.getBoundingClientRect().right > width).map((element) => element.outerHTML.slice(0, 200)),
            width,
          );
        expect(beyond).toEqual([]);
      };
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 860 });
      await open(page);
      await nextcloud(page).check();
      await write(page, THROWS);
      await page.getByRole("radio", { name: "Throwing" }).check();
      await list(page).getByRole("option").first().click();
      await expect(page.locator(".reason")).toContainText("Exception");
      await check();
      await differing(page).check();
      await expect(list(page).getByRole("option").first()).toContainText("Nextcloud ! throws");
      await check();
      await write(page, '{"a": {"$eq": 5}}');
      await expect(page.getByRole("button", { name: "Take the rules of MongoDB" })).toBeVisible();
      await check();
      await mongo(page).check();
      await page.getByRole("checkbox", { name: "portable" }).check();
      await expect(page.locator(".events")).toContainText("this filter is refused");
      await check();
    });
  }
}
