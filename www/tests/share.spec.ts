import { execFileSync } from "node:child_process";

import { counts, expect, expectWritten, filter, open, test, write } from "./page";

const FILTER = `{
  "user.displayName": "Dave O'Brien",
  "event.node.path": {"$regex": "^/dave/\\\\d\`\${x}"}
}`;

test("the link holds the filter and the options, and never an event", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await page.getByLabel("Event class the filter is for").selectOption({ label: "NodeCreatedEvent" });
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("radio", { name: "Not matching" }).check();
  await page.getByRole("button", { name: "Share…" }).click();
  const link = await page.getByRole("region", { name: "Link" }).textContent();
  await expect.poll(() => page.evaluate(() => location.href)).toBe(link);
  expect(link).not.toContain("1704081468");

  await page.goto("about:blank");
  await open(page, link ?? "");
  await expectWritten(page, FILTER);
  await expect(page.getByLabel("Event class the filter is for")).toHaveValue(/NodeCreatedEvent$/);
  await expect(page.getByRole("radio", { name: "Not matching" })).toBeChecked();
  await expect(counts(page)).toContainText("0 changed");
});

test("another hash is another filter", async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    location.hash = `#${new URLSearchParams({ filter: '{"user.uid": "bob"}' })}`;
  });
  await expect(counts(page)).toContainText("103 of 1,000");
});

test("the curl command registers the filter with Nextcloud", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await page.getByRole("button", { name: "Share…" }).click();
  const command = (await page.getByRole("region", { name: "curl" }).textContent()) ?? "";
  expect(command).toContain("/ocs/v2.php/apps/webhook_listeners/api/v1/webhooks");
  // The shell hands curl a body that is JSON, with the very filter.
  const body = execFileSync("sh", ["-c", `curl() { for last; do :; done; printf %s "$last"; }\n${command}`]).toString();
  const registration = JSON.parse(body);
  expect(registration.eventFilter).toEqual(JSON.parse(FILTER));
  expect(registration).toMatchObject({ httpMethod: "POST", uri: "https://example.com/webhook" });
  expect(registration.event).toMatch(/^OC/);
});

test("as Rust and as JavaScript it is the same text", async ({ page }) => {
  await open(page);
  await write(page, FILTER);
  await page.getByRole("button", { name: "Share…" }).click();
  const rust = await page.getByRole("region", { name: "Rust" }).textContent();
  expect(rust).toContain(`Filter::compile(r#"${FILTER}"#)?`);
  const script = (await page.getByRole("region", { name: "JavaScript" }).textContent()) ?? "";
  const literal = /new Filter\((.*?)\);\n/s.exec(script)?.[1] ?? "";
  expect(new Function(`return ${literal}`)()).toBe(FILTER);
});

test("a copy is in the clipboard", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await write(page, '{"user.uid": "bob"}');
  await page.getByRole("button", { name: "Share…" }).click();
  await page.getByRole("button", { name: "Copy: Rust" }).click();
  await expect(page.getByRole("button", { name: "Copy: Rust" })).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('r#"{"user.uid": "bob"}"#');
});

test("the program is in a tab", async ({ page }) => {
  await open(page);
  await write(page, '{"user.uid": "bob"}');
  await page.getByRole("tab", { name: "Program" }).click();
  await expect(page.getByRole("region", { name: "Instructions" })).toContainText("user.uid");
  await expect(page.getByRole("tree")).toBeHidden();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("tree")).toBeVisible();
  await expect(filter(page)).toBeVisible();
});
