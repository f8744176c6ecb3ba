import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { counts, list, write } from "../page";
import { expect, row, test } from "./page";

const FILTER = `{
  "event.class": {"$regex": "Row(Added|Updated)Event$"},
  "user.uid": {"$ne": "bob"}
}`;
const NEW = '{"event":{"class":"OCA\\\\Tables\\\\Event\\\\RowAddedEvent","tableId":42,"rowId":7},"user":{"uid":"alice","displayName":"Alice"},"time":1732961000}';

/** `UPDATE_DOCS=1` puts the pictures into the documentation. */
function pathOf(file: string, inTest: (file: string) => string): string {
  return process.env.UPDATE_DOCS ? fileURLToPath(new URL(`../../../docs/${file}`, import.meta.url)) : inTest(file);
}

test("the page looks as it should: wide", async ({ page, fake }, info) => {
  await page.setViewportSize({ width: 1240, height: 820 });
  await page.goto("/");
  await write(page, FILTER);
  fake.accept(NEW, [2]);
  await expect(counts(page)).toContainText("of 121 events match");
  await list(page).getByRole("option").first().click();
  await expect(page.getByText("2 listeners without it")).toBeVisible();
  // Times differ from run to run.
  await page.locator(".widget .widget .counts .muted").evaluate((timing) => timing.replaceChildren(" · 0.1 ms, 1M events/s"));
  const path = pathOf("dispatcher-wide.png", (file) => info.outputPath(file));
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThan(200_000);
});

test("the page looks as it should: narrow", async ({ page }, info) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto("/#/listeners");
  await expect(row(page, "automation.example.org")).toBeVisible();
  const path = pathOf("dispatcher-narrow.png", (file) => info.outputPath(file));
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThan(200_000);
});
