/** What the tests of the page have in common. */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base, type Locator, type Page } from "@playwright/test";

export { expect };

/** Fails where the page reports an error, a violation of its policy included, or talks to anyone else. */
export const test = base.extend({
  page: async ({ page, baseURL }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(`${message.text()} (${JSON.stringify(message.location())})`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${baseURL}/`)) faults.push(`asks for ${request.url()}`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** A file of the project, as text. */
export function project(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

export const samples = project("examples/events.ndjson");

/** The page with the samples, once they are there. */
export async function open(page: Page, address = "/"): Promise<void> {
  await page.goto(address);
  await expect(counts(page)).toContainText("of 1,000 events match");
}

export function counts(page: Page): Locator {
  return page.locator(".counts");
}

export function filter(page: Page): Locator {
  return page.getByRole("textbox", { name: "Filter" });
}

export function list(page: Page): Locator {
  return page.getByRole("listbox", { name: "Events" });
}

export function tree(page: Page): Locator {
  return page.getByRole("tree", { name: "Conditions" });
}

export function eventJson(page: Page): Locator {
  return page.locator(".json");
}

/** Takes `text` for the filter. */
export async function write(page: Page, text: string): Promise<void> {
  await filter(page).press("Control+A");
  await page.keyboard.insertText(text);
  await filter(page).press("Escape");
}

/** Waits until the filter stands so in the editor. */
export async function expectWritten(page: Page, text: string): Promise<void> {
  await expect.poll(() => written(page)).toBe(text);
}

/** The filter as it stands in the editor. */
export async function written(page: Page): Promise<string> {
  const lines = await page.locator(".cm-line").allTextContents();
  return lines.join("\n");
}

/** Loads text by way of the dialog. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByRole("textbox", { name: "Events to paste" }).fill(text);
  await page.getByRole("button", { name: "Load what is pasted" }).click();
}

/** Loads the samples many times over, as a file. */
export async function loadCopies(page: Page, copies: number): Promise<void> {
  const file = many(copies);
  await page.getByRole("button", { name: "Load events…" }).click();
  await page.getByLabel("File").setInputFiles(file);
}

const folder = mkdtempSync(join(tmpdir(), "hooksieve-preview-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

function many(copies: number): string {
  const file = join(folder, `${copies}.ndjson`);
  const handle = openSync(file, "w");
  for (let copy = 0; copy < copies; copy++) writeSync(handle, samples);
  closeSync(handle);
  return file;
}

/** The tasks, in milliseconds, that block the page for 50 ms or more from now on. */
export async function watchTasks(page: Page): Promise<() => Promise<number[]>> {
  const tasks = await page.evaluateHandle(() => {
    const found: number[] = [];
    const keep = (entries: PerformanceEntryList): void => {
      found.push(...entries.map(({ duration }) => duration));
    };
    const observer = new PerformanceObserver((list) => keep(list.getEntries()));
    observer.observe({ type: "longtask" });
    return () => {
      keep(observer.takeRecords());
      return found;
    };
  });
  return () => tasks.evaluate((found) => found());
}
