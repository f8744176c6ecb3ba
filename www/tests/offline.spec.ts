import { counts, expect, filter, open, test, write } from "./page";

test.use({ serviceWorkers: "allow" });

test("after one visit the page works without a network", async ({ context, page }) => {
  await open(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  // Not only there, but in charge.
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");

  await context.setOffline(true);
  const other = await context.newPage();
  await expect(other.goto("/other.html")).rejects.toThrow("ERR_INTERNET_DISCONNECTED");
  await open(page, "/?again#");
  await write(page, '{"user.uid": "bob"}');
  await expect(counts(page)).toContainText("103 of 1,000 events match");
  await expect(filter(page)).toContainText("bob");
});
