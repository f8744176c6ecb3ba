import { counts, expect, open, paste, test, write } from "./page";

const EVENT = '{"event": {"class": "A\\\\B", "n": 9007199254740993}, "user": {"uid": "ann"}, "time": 1700000000}';

test("pasted lines are events; lines that are none are listed with their numbers", async ({ page }) => {
  await open(page);
  await paste(page, `${EVENT}\n{"event": nonsense}\n\n${EVENT}\n{`);
  await write(page, "{}");
  await expect(counts(page)).toContainText("2 of 2 events match");
  await expect(counts(page)).toContainText("2 invalid lines");
  await page.getByText("2 invalid lines in pasted events").click();
  const bad = page.getByRole("list", { name: "Invalid lines" }).getByRole("listitem");
  await expect(bad).toHaveCount(2);
  await expect(bad.nth(0)).toContainText("line 2, byte 11");
  await expect(bad.nth(1)).toContainText("line 5");
});

test("a pasted document is an event, an array is many; integers stay exact", async ({ page }) => {
  await open(page);
  await paste(page, JSON.stringify([{ a: 1 }, { a: 2 }, { a: 3 }], null, 2));
  await write(page, '{"a": {"$gt": 1}}');
  await expect(counts(page)).toContainText("2 of 3 events match");
  await paste(page, EVENT);
  await write(page, '{"event.n": 9007199254740993}');
  await expect(counts(page)).toContainText("1 of 1 event match");
  await expect(page.locator(".json")).toContainText("9007199254740993");
});

test("a file can be opened", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByLabel("File").setInputFiles({
    name: "two.json",
    mimeType: "application/json",
    buffer: Buffer.from(`[${EVENT}, ${EVENT}]`),
  });
  await expect(counts(page)).toContainText("of 2 events match");
});

test("a byte order mark is no part of the events, and neither are the line ends of Windows", async ({ page }) => {
  await open(page);
  const text = `\ufeff${EVENT}\r\n${EVENT}\r\n${EVENT}\r\n`;
  await paste(page, text);
  await expect(counts(page)).toContainText("of 3 events match");
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByLabel("File").setInputFiles({ name: "a.ndjson", mimeType: "", buffer: Buffer.from(text + text.slice(1)) });
  await expect(counts(page)).toContainText("of 6 events match");
  await expect(counts(page)).not.toContainText("invalid");
});

test("a file can be dropped; one that is broken says so, and what was there stays", async ({ page }) => {
  await open(page);
  const drop = async (name: string, text: string): Promise<void> => {
    const data = await page.evaluateHandle(
      ([name, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], name));
        return transfer;
      },
      [name, text] as const,
    );
    await page.locator(".editor").dispatchEvent("drop", { dataTransfer: data });
  };
  await drop("events.ndjson", `${EVENT}\n${EVENT}\n${EVENT}\n`);
  await expect(counts(page)).toContainText("of 3 events match");
  await drop("broken.json", `[${EVENT}, {"event":`);
  await expect(page.getByRole("alert")).toContainText("broken.json cannot be loaded");
  await expect(counts(page)).toContainText("of 3 events match");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.locator(".trouble")).toBeHidden();
  await drop("noise.ndjson", "not\njson\n");
  await expect(counts(page)).toContainText("2 invalid lines");
  await expect(page.locator(".events")).toContainText("There are no events.");
});

test("the catalogue has a sample of each class", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByLabel("Event class", { exact: true }).selectOption({ label: "FormSubmittedEvent" });
  await page.getByRole("button", { name: "Load samples" }).click();
  await write(page, '{"event.class": "OCA\\\\Forms\\\\Events\\\\FormSubmittedEvent"}');
  await expect(counts(page)).toContainText("50 of 50 events match");
  await expect(page.getByLabel("Event class the filter is for")).toHaveValue("OCA\\Forms\\Events\\FormSubmittedEvent");
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByRole("button", { name: "Load the 1,000 sample events" }).click();
  await expect(counts(page)).toContainText("of 1,000 events match");
});
