import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, list, open, test, tree, write } from "./page";

const FILTER = `{
  "event.class": {"$regex": "Row(Added|Updated)Event$"},
  "user.uid": {"$ne": "bob"},
  "time": {"$gte": 1704067200}
}`;

/** The pictures of the README; `UPDATE_DOCS=1` puts them there. */
for (const [name, width, height, colorScheme] of [
  ["wide", 1240, 780, "light"],
  ["dark", 1240, 780, "dark"],
  ["narrow", 360, 780, "light"],
] as const) {
  test(`the page looks as it should: ${name}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await open(page);
    await write(page, FILTER);
    await list(page).getByRole("option").nth(3).click();
    await tree(page).getByText("user.uid $ne").hover();
    await expect(page.locator(".json .pointed")).toHaveText('"bob"');
    // Times differ from run to run.
    await page.locator(".counts .muted").evaluate((timing) => timing.replaceChildren(" · 0.2 ms, 5M events/s"));

    const file = `preview-${name}.png`;
    const path = process.env.UPDATE_DOCS
      ? fileURLToPath(new URL(`../../docs/${file}`, import.meta.url))
      : info.outputPath(file);
    await page.screenshot({ path });
    expect(statSync(path).size).toBeLessThan(200_000);
  });
}
