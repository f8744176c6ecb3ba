import { expect, row, test } from "./page";

const GIVEN_UP = "msg_00000000000000000000000000000002";

test("deliveries are listed newest first, a page at a time", async ({ page }) => {
  await page.goto("/#/deliveries");
  const rows = page.getByRole("row").filter({ has: page.getByRole("link") });
  await expect(rows).toHaveCount(50);
  await expect(rows.first()).toContainText("…0000003c");
  await page.getByRole("link", { name: "Older" }).click();
  await expect(rows).toHaveCount(10);
  await expect(rows.last()).toContainText("…00000001");
  await expect(page.getByRole("link", { name: "Older" })).toHaveCount(0);
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(rows).toHaveCount(50);
});

test("they are filtered by listener and state, which stand in the address", async ({ page, fake }) => {
  await page.goto("/#/deliveries");
  await page.getByLabel("Listener").selectOption("1 · automation.example.org");
  await page.getByLabel("State").selectOption("given up");
  await expect(page).toHaveURL(`${fake.address}/#/deliveries?listener=1&state=given-up`);
  const rows = page.getByRole("row").filter({ has: page.getByRole("link") });
  await expect(rows).toHaveCount(10);
  await expect(row(page, "✓ delivered")).toHaveCount(0);
  await expect(row(page, "2 · tables.example.com")).toHaveCount(0);
  await page.reload();
  await expect(rows).toHaveCount(10);
  await expect(page.getByLabel("State")).toHaveValue("given-up");
  await expect(page.getByLabel("Listener")).toHaveValue("1");
});

test("a delivery shows its attempts: when, how long, and what was answered", async ({ page }) => {
  await page.goto("/#/deliveries?state=given-up");
  await page.getByRole("link", { name: GIVEN_UP }).click();
  const detail = page.getByRole("region", { name: "Delivery", exact: true });
  await expect(detail.getByRole("heading", { name: "Delivery" })).toBeFocused();
  await expect(detail).toContainText("✗ given up: the last attempt has failed");
  await expect(detail).toContainText("2 · tables.example.com");
  const attempts = detail.getByRole("list", { name: "Attempts" }).getByRole("listitem");
  await expect(attempts).toHaveCount(3);
  await expect(attempts.first()).toContainText("1. ✗ answered 503 · 2024-11-30 11:01:00 · 35 ms");
  await expect(attempts.nth(1)).toContainText("✗ the answer did not come in time");
  await expect(attempts.nth(2)).toContainText("2.8 s");
  // What a receiver answers is text, whatever it says.
  await expect(detail.getByRole("region", { name: "Start of the answer to attempt 1" })).toHaveText("busy: come again\n<b>later</b>");
  await expect(page.getByRole("link", { name: GIVEN_UP })).toHaveAttribute("aria-current", "true");
});

test("a delivery is made again, and the answer is seen as it comes", async ({ page, fake }) => {
  await page.goto(`/#/deliveries/${GIVEN_UP}`);
  const detail = page.getByRole("region", { name: "Delivery", exact: true });
  const again = detail.getByRole("button", { name: "Deliver again" });
  await again.click();
  await expect(page.getByRole("status").filter({ hasText: "It will be delivered again." })).toBeVisible();
  await expect(detail).toContainText("↻ to be repeated");
  await expect(again).toBeDisabled();
  fake.deliver(GIVEN_UP);
  await expect(detail).toContainText("4. ✓ answered 200");
  await expect(detail.locator(".facts")).toContainText("✓ delivered");
  await expect(again).toBeEnabled();
});

test("a delivery leads to its listener, and to why it goes there", async ({ page, fake }) => {
  await page.goto("/#/deliveries/msg_00000000000000000000000000000001");
  await page.getByRole("link", { name: "why it goes there" }).click();
  await expect(page).toHaveURL(`${fake.address}/#/explain/1/evt_00000000000000000000000000000001`);
  await expect(page.locator(".reason")).toContainText("no match");
  await page.getByRole("link", { name: "listener 1" }).click();
  await expect(page.getByRole("heading", { name: "Listener 1" })).toBeVisible();
});
