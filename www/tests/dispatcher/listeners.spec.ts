import { expect, row, test } from "./page";

test("each listener says what it gets, and how it is doing", async ({ page }) => {
  await page.goto("/#/listeners");
  await expect(page.getByText("3 listeners")).toBeVisible();
  await expect(row(page, "automation.example.org")).toContainText("NodeCreatedEvent");
  await expect(row(page, "automation.example.org")).toContainText('{"event.node.path":{"$endsWith":".pdf"}');
  await expect(row(page, "automation.example.org")).toContainText("✓ ok");
  // 08:30 UTC.
  await expect(row(page, "tables.example.com")).toContainText("✗ failing since 2024-11-30 09:30:00, 3 given up in a row");
  await expect(row(page, "192.0.2.7:8080")).toContainText("– disabled since 2024-11-30 06:00:00: the receiver has answered 410 Gone");
  await expect(page.locator("main")).not.toContainText("Bearer");
});

test("a listener is found by its address, class or filter, or by its health", async ({ page }) => {
  await page.goto("/#/listeners");
  await expect(page.getByText("3 listeners")).toBeVisible();
  await page.getByLabel("Find listeners").fill("tableid");
  await expect(page.getByText("1 of 3 listeners")).toBeVisible();
  await expect(row(page, "tables.example.com")).toBeVisible();
  await page.getByLabel("Find listeners").fill("");
  await page.getByLabel("Health").selectOption("disabled");
  await expect(row(page, "192.0.2.7")).toBeVisible();
  await expect(row(page, "tables.example.com")).toHaveCount(0);
  await page.getByLabel("Find listeners").fill("tables");
  await expect(page.getByText("No listener is like that.")).toBeVisible();
});

test("a listener is disabled and enabled, and the focus stays", async ({ page }) => {
  await page.goto("/#/listeners");
  await page.getByRole("button", { name: "Disable listener 1" }).click();
  await expect(row(page, "automation.example.org")).toContainText("– disabled since 2024-11-30 11:00:00: somebody has disabled it");
  await expect(page.getByRole("status").filter({ hasText: "Listener 1 is disabled." })).toBeVisible();
  const enable = page.getByRole("button", { name: "Enable listener 1" });
  await expect(enable).toBeFocused();
  await enable.click();
  await expect(row(page, "automation.example.org")).toContainText("✓ ok");
});

test("a listener is removed by who confirms it", async ({ page, fake }) => {
  await page.goto("/#/listeners");
  await page.getByRole("button", { name: "Remove listener 2" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove listener 2, tables.example.com?" });
  await expect(dialog).toContainText("Its 2 pending deliveries are given up.");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(row(page, "tables.example.com")).toBeVisible();
  expect(fake.listeners.size).toBe(3);

  await page.getByRole("button", { name: "Remove listener 2" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(row(page, "tables.example.com")).toHaveCount(0);
  await expect(page.getByText("2 listeners")).toBeVisible();
  expect([...fake.listeners.keys()]).toEqual([1, 3]);
});

test("what others change is seen at once", async ({ page, fake, request }) => {
  await page.goto("/#/listeners");
  await expect(row(page, "tables.example.com")).toContainText("✗ failing");
  await request.post(`${fake.address}/listeners/2/disable`);
  await expect(row(page, "tables.example.com")).toContainText("– disabled");
});
