/** What the tests of the dispatcher's page have in common. */

import { test as base, type Locator, type Page } from "@playwright/test";

import { expect } from "../page";
import { Fake } from "./fake";

export { expect };

/** What browsers log of every answer that refuses something, and of a stream that ends: both are meant. */
const EXPECTED = /^Failed to load resource: (the server responded with a status of [45]|net::ERR_INCOMPLETE_CHUNKED)/;

/** Errors that the page reports, violations of its policy included, and whom else it talks to, from now on. */
export function collectFaults(page: Page, own: string): readonly string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(own)) faults.push(`asks for ${request.url()}`);
  });
  return faults;
}

export const test = base.extend<{ fake: Fake }>({
  fake: async ({}, use) => {
    const fake = await Fake.start();
    await use(fake);
    fake.stop();
  },
  baseURL: async ({ fake }, use) => use(fake.address),
  page: async ({ page, baseURL }, use) => {
    const faults = collectFaults(page, `${baseURL}/`);
    await use(page);
    expect(faults).toEqual([]);
  },
});

export function row(page: Page, text: string | RegExp): Locator {
  return page.getByRole("row").filter({ hasText: text });
}
