import { counts, filter, list, samples, tree, write } from "../page";
import { expect, test } from "./page";

const NEW = '{"event":{"class":"OCA\\\\Tables\\\\Event\\\\RowAddedEvent","tableId":42,"rowId":90071992547409931},"user":{"uid":"bob"},"time":1732961000}';

test("the latest events are there, newest first, with what the filter says of them", async ({ page }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("120 of 120 events match");
  const rows = list(page).getByRole("option");
  const last = JSON.parse(samples.split("\n")[119] ?? "") as { user: { uid: string } };
  await expect(rows.first()).toContainText(last.user.uid);
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await write(page, '{"user.uid": "bob"}');
  await expect(counts(page)).not.toContainText("120 of 120");
  await page.getByRole("radio", { name: "Matching", exact: true }).check();
  await expect(rows.first()).toContainText("bob");
  await expect(list(page)).not.toContainText("✗ no match");
});

test("what comes is shown at once, and what one looks at stays", async ({ page, fake }) => {
  await page.goto("/");
  await write(page, '{"user.uid": "bob", "event.tableId": {"$exists": true}}');
  await expect(counts(page)).toContainText("of 120 events match");
  const rows = list(page).getByRole("option");
  await rows.nth(2).click();
  const about = page.getByRole("region", { name: "Where it goes" });
  await expect(about).toContainText("evt_00000000000000000000000000000076");

  fake.accept(NEW);
  await expect(counts(page)).toContainText("of 121 events match");
  await expect(rows.first()).toContainText("✓ match");
  await expect(rows.first()).toContainText("rowId 9007199254740994");
  await expect(rows.nth(3)).toHaveAttribute("aria-selected", "true");
  await expect(about).toContainText("evt_00000000000000000000000000000076");
  // The numbers of the event's JSON are as they were sent.
  await rows.first().click();
  await expect(page.locator(".json")).toContainText("90071992547409931");
});

test("new events can be held back", async ({ page, fake }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  await page.getByLabel("show new ones").uncheck();
  fake.accept(NEW);
  fake.accept(NEW);
  await expect(page.getByText("2 new events")).toBeVisible();
  await expect(counts(page)).toContainText("of 120 events match");
  await page.getByLabel("show new ones").check();
  await expect(counts(page)).toContainText("of 122 events match");
  await expect(page.getByText("2 new events")).toBeHidden();
});

test("of very many the latest are shown", async ({ page, fake }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  await page.getByLabel("show new ones").uncheck();
  for (let count = 0; count < 700; count++) fake.accept(NEW);
  await expect(page.getByText("700 new events")).toBeVisible();
  await page.getByLabel("show new ones").check();
  await expect(counts(page)).toContainText("500 of 500 events match");
  await expect(page.getByRole("region", { name: "Where it goes" })).toContainText(fake.events.at(-1)?.id ?? "");
  fake.accept(NEW);
  await expect(counts(page)).toContainText("501 of 501 events match");
});

test("what came while the connection was lost is there afterwards, once", async ({ page, fake }) => {
  await page.goto("/");
  await expect(page.getByText("● live")).toBeVisible();
  await expect(counts(page)).toContainText("of 120 events match");
  fake.disconnect();
  fake.accept(NEW);
  await expect(counts(page)).toContainText("of 121 events match");
  await expect(page.getByText("● live")).toBeVisible();
  fake.accept(NEW);
  await expect(counts(page)).toContainText("of 122 events match");
});

test("an event says where it goes, and why it does not go elsewhere", async ({ page, fake }) => {
  await page.goto("/");
  await expect(counts(page)).toContainText("of 120 events match");
  const event = fake.accept(NEW, [2]);
  await expect(counts(page)).toContainText("of 121 events match");
  await list(page).getByRole("option").first().click();
  const goes = page.getByRole("list", { name: "Listeners that it goes to" });
  await expect(goes).toContainText("… pending");
  await expect(goes).toContainText("2 · tables.example.com");
  fake.deliver(fake.deliveries.at(-1)?.id ?? "");
  await expect(goes).toContainText("✓ delivered");

  await page.getByText("2 listeners without it").click();
  const others = page.getByRole("list", { name: "Listeners that it does not go to" });
  await expect(others).toContainText("1 · automation.example.org");
  await others.getByRole("link", { name: "why not" }).first().click();
  await expect(page).toHaveURL(`${fake.address}/#/explain/1/${event}`);
  await expect(page.getByRole("heading", { name: "Does it go there?" })).toBeFocused();
  await expect(page.locator(".reason")).toContainText("✗ no match");
  await expect(tree(page)).toContainText("event.class");
  await expect(page.getByRole("region", { name: "The event’s JSON" })).toContainText('"rowId": 90071992547409931');

  await page.goBack();
  await expect(counts(page)).toContainText("of 121 events match");
});

test("the filter that was tried is still there, and can be registered", async ({ page }) => {
  await page.goto("/");
  await write(page, '{"event.tableId": 42}');
  await expect(counts(page)).not.toContainText("120 of 120");
  await page.getByRole("link", { name: "Listeners", exact: true }).click();
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await expect(filter(page)).toHaveText('{"event.tableId": 42}');
  await page.getByRole("link", { name: "Register a listener with this filter" }).click();
  await expect(page.getByRole("heading", { name: "New listener" })).toBeVisible();
  await expect(filter(page)).toHaveText('{"event.tableId": 42}');
});

test("what cannot be asked is said", async ({ page, fake }) => {
  await page.goto("/#/deliveries/msg_unknown");
  await expect(page.getByRole("alert").filter({ hasText: "there is no such delivery" })).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.route("**/listeners", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"status":503,"detail":"the disk is full"}' }));
  await page.goto(`${fake.address}/#/listeners`);
  await expect(page.getByRole("alert").filter({ hasText: "the disk is full" })).toBeVisible();
});
