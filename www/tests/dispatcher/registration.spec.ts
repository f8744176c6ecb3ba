import type { Page } from "@playwright/test";

import { counts, expectWritten, filter, list, written, write } from "../page";
import { expect, row, test } from "./page";

function problems(page: Page) {
  return page.locator(".refusal");
}

async function fillIn(page: Page, eventClass: string, uri: string): Promise<void> {
  await page.getByLabel("Event class").fill(eventClass);
  await page.getByLabel("Event class").press("Tab");
  await page.getByLabel("URI").fill(uri);
}

test("a wrong filter is refused, at its place", async ({ page, fake }) => {
  await page.goto("/#/listeners/new");
  // Not ASCII: places are counted in bytes there, and in UTF-16 here.
  await fillIn(page, "Ä\\Größe", "https://example.org/hook");
  await write(page, '{"user.uid": {"$eqs": "bob"}}');
  await expect(page.locator(".cm-lintRange-error")).toHaveText('"$eqs"');
  await page.getByRole("button", { name: "Register" }).click();
  await expect(problems(page)).toContainText("Not saved: the registration is refused");
  await expect(problems(page)).toContainText("in the filter: unknown operator $eqs: did you mean $eq?");
  await expect(page.locator(".cm-lintRange-error")).toHaveText('"$eqs"');
  await expect(filter(page)).toBeFocused();
  expect(fake.listeners.size).toBe(3);
});

test("what only the dispatcher finds wrong with a filter is shown at its place, too", async ({ page }) => {
  await page.goto("/#/listeners/new");
  await fillIn(page, "Ä\\Größe", "https://example.org/hook");
  await write(page, '{"ü": 1, "no.such.place": 2}');
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.locator(".cm-lintRange-error")).toHaveText('"no.such.place"');
  await expect(page.getByRole("region", { name: "Problems" })).toContainText("no.such.place is refused here");
});

test("a filter that is not JSON is not sent", async ({ page, fake }) => {
  await page.goto("/#/listeners/new");
  await fillIn(page, "A", "https://example.org/hook");
  await write(page, '{}, "uri": "https://elsewhere.example"');
  await page.getByRole("button", { name: "Register" }).click();
  await expect(problems(page)).toContainText("the filter is not JSON yet");
  expect(fake.sent).toEqual([]);
});

test("what is wrong elsewhere stands at its field, and goes when it is right", async ({ page, fake }) => {
  await page.goto("/#/listeners/new");
  await page.getByLabel("URI").fill("ftp://example.org");
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByLabel("Header name 1").fill("Host");
  await page.getByLabel("Timeout").fill("soon");
  await page.getByRole("button", { name: "Register" }).click();

  const uri = page.getByLabel("URI");
  await expect(uri).toHaveAttribute("aria-invalid", "true");
  await expect(uri).toHaveAccessibleDescription(/expected an absolute http or https URI: start it with https:/);
  await expect(uri).toBeFocused();
  await expect(page.getByLabel("Event class")).toHaveAccessibleDescription(/expected a class, found nothing/);
  await expect(page.getByLabel("Header name 1")).toHaveAccessibleDescription(/Host is set by the dispatcher/);
  await expect(page.getByLabel("Timeout")).toHaveAccessibleDescription(/expected a number from 1 to 120/);
  await problems(page).getByRole("button", { name: "Host is set" }).click();
  await expect(page.getByLabel("Header name 1")).toBeFocused();

  await page.getByLabel("Header name 1").fill("X-Host");
  await uri.fill("https://example.org");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(uri).not.toHaveAttribute("aria-invalid");
  await expect(page.getByLabel("Header name 1")).not.toHaveAttribute("aria-invalid");
  await expect(page.getByLabel("Timeout")).toHaveAttribute("aria-invalid", "true");
  expect(fake.listeners.size).toBe(3);
});

test("what is written while the events are on the way stays", async ({ page }) => {
  let answer = (): void => {};
  const isTime = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/\/events\?/, async (route) => {
    await isTime;
    await route.continue();
  });
  await page.goto("/#/listeners/new");
  await fillIn(page, "OCA\\Tables\\Event\\RowAddedEvent", "https://example.org/hook");
  await write(page, '{"user.uid": "bob"}');
  answer();
  await expect(page.getByText("of this class.")).toBeVisible();
  await expect(page.getByLabel("Event class")).toHaveValue("OCA\\Tables\\Event\\RowAddedEvent");
  await expect(page.getByLabel("URI")).toHaveValue("https://example.org/hook");
  expect(await written(page)).toContain("bob");
});

test("a listener is registered, with everything that the form has", async ({ page, fake }) => {
  await page.goto("/#/listeners");
  await page.getByRole("link", { name: "New listener" }).click();
  await fillIn(page, "OCA\\Tables\\Event\\RowAddedEvent", "https://example.org/hook");
  await expect(page.getByText("events of this class.")).toBeVisible();
  await write(page, '{"event.rowId": {"$ne": 90071992547409931}, "user.uid": {"$in": []}}');
  await page.getByLabel("User").fill("bob");
  await page.getByLabel("Method").selectOption("PUT");
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByLabel("Header name 1").fill("X-Source");
  await page.getByLabel("Header value 1").fill("tables");
  await page.getByLabel("Authentication").selectOption("secret headers");
  await page.getByLabel("Secret header name 1").fill("Authorization");
  await page.getByLabel("Secret header value 1").fill("Bearer abc");
  await page.getByLabel("Body", { exact: true }).selectOption("openregister");
  await page.getByLabel("Repeated", { exact: true }).selectOption("custom");
  await page.getByLabel("Delays").fill("10, 60,3600");
  await page.getByLabel("Jitter").fill("0.1");
  await page.getByLabel("Repeated on").selectOption("every-failure");
  await page.getByLabel("Disabled").selectOption("custom");
  await page.getByLabel("Deliveries given up in a row").fill("20");
  await page.getByLabel("Over at least, in seconds").fill("3600");
  await page.getByLabel("Timeout").fill("30");
  for (const [row, scheme, secret] of [[1, "standard-webhooks", "whsec_new"], [2, "openregister", "key"], [3, "standard-webhooks", "whsec_old"]] as const) {
    await page.getByRole("button", { name: "Add signature" }).click();
    await page.getByLabel(`Scheme ${row}`).selectOption(scheme);
    await page.getByLabel(`Secret ${row}`, { exact: true }).fill(secret);
  }
  await page.getByRole("button", { name: "Register" }).click();

  await expect(page.getByText("Listener 4 is registered. 1 warning:")).toBeVisible();
  await expect(page.getByText("nothing is in an empty list, so this never holds")).toBeVisible();
  await expect(row(page, "example.org").filter({ hasText: "RowAddedEvent" }).first()).toBeVisible();
  // The number is the one that was written.
  expect(fake.sent[0]).toContain("90071992547409931");
  expect(fake.listeners.get(4)?.registration).toEqual({
    httpMethod: "PUT",
    uri: "https://example.org/hook",
    event: "OCA\\Tables\\Event\\RowAddedEvent",
    eventFilter: { "event.rowId": { $ne: Number("90071992547409931") }, "user.uid": { $in: [] } },
    userIdFilter: "bob",
    headers: { "X-Source": "tables" },
    authMethod: "header",
    authData: { Authorization: "Bearer abc" },
    delivery: {
      body: "openregister",
      retry: { delays: [10, 60, 3600], jitter: 0.1, on: "every-failure", disableAfter: { deliveries: 20, seconds: 3600 } },
      signatures: [
        { scheme: "standard-webhooks", secrets: ["whsec_new", "whsec_old"] },
        { scheme: "openregister", secrets: ["key"] },
      ],
      timeout: 30,
    },
  });
});

test("an edit keeps what it does not touch: secrets, and fields that the form does not have", async ({ page, fake }) => {
  const before = structuredClone(fake.listeners.get(1)?.registration);
  await page.goto("/#/listeners");
  await page.getByRole("link", { name: "Edit listener 1" }).click();
  await expect(page.getByLabel("URI")).toHaveValue("https://automation.example.org/hooks/pdf");
  await expectWritten(page, '{\n  "event.node.path": {\n    "$endsWith": ".pdf"\n  },\n  "user.uid": {\n    "$ne": "bob"\n  }\n}');
  await expect(page.getByLabel("Secret header value 1")).toHaveValue("");
  await expect(page.getByLabel("Secret header value 1")).toHaveAttribute("placeholder", "stored; kept");
  await write(page, '{"event.node.path": {"$endsWith": ".odt"}}');
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Listener 1 is saved.")).toBeVisible();
  expect(fake.listeners.get(1)?.registration).toEqual({
    ...before,
    userId: "admin",
    userIdFilter: null,
    eventFilter: { "event.node.path": { $endsWith: ".odt" } },
  });
});

test("a secret that is typed replaces the stored one", async ({ page, fake }) => {
  await page.goto("/#/listeners/1");
  await page.getByLabel("Secret header value 1").fill("Bearer 5678");
  await page.getByLabel("Header value 1", { exact: true }).fill("");
  await page.getByRole("button", { name: "Add secret header" }).click();
  await page.getByRole("button", { name: "Remove secret header 2" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Listener 1 is saved.")).toBeVisible();
  expect(fake.listeners.get(1)?.registration).toMatchObject({ authData: { Authorization: "Bearer 5678" }, headers: { "X-Source": "files" } });
});

test("the editor completes fields of the class, and is over its events", async ({ page }) => {
  await page.goto("/#/listeners/2");
  await expect(counts(page)).toContainText(/of \d+ events? match/);
  for (const option of await list(page).getByRole("option").all()) await expect(option).toContainText("RowAddedEvent");
  await write(page, "{}");
  await filter(page).press("Control+End");
  await filter(page).press("ArrowLeft");
  await page.keyboard.type('"event.row');
  await expect(page.getByRole("option", { name: "event.rowId" })).toBeVisible();
  // CodeMirror takes no choice in the first instants.
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  await expect.poll(() => written(page)).toContain('"event.rowId": ');
});

test("events of a class that never came are made up", async ({ page }) => {
  await page.goto("/#/listeners/new");
  await fillIn(page, "OCP\\Files\\Events\\Node\\NodeCopiedEvent", "https://example.org");
  const text = page.getByText("No event of this class has come yet: these are made up.");
  await expect(text.or(page.getByText("events of this class."))).toBeVisible();
  await page.getByLabel("Event class").fill("OCA\\Polls\\Event\\NoSuchEvent");
  await page.getByLabel("Event class").press("Tab");
  await expect(page.getByText("Tried on the latest 0 events of this class.")).toBeVisible();
});

test("what was not saved is still there when one comes back", async ({ page }) => {
  await page.goto("/#/listeners/1");
  await expect(page.getByLabel("URI")).toHaveValue("https://automation.example.org/hooks/pdf");
  await page.getByLabel("URI").fill("https://new.example.org");
  await write(page, '{"a": 1}');
  await page.getByRole("link", { name: "Deliveries" }).click();
  await page.getByRole("link", { name: "Listeners", exact: true }).click();
  await page.getByRole("link", { name: "Edit listener 1" }).click();
  await expect(page.getByText("This is what you had not saved.")).toBeVisible();
  await expect(page.getByLabel("URI")).toHaveValue("https://new.example.org");
  await expect(page.getByLabel("Secret header value 1")).toHaveAttribute("placeholder", "stored; kept");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("link", { name: "Edit listener 1" }).click();
  await expect(page.getByLabel("URI")).toHaveValue("https://automation.example.org/hooks/pdf");
});
