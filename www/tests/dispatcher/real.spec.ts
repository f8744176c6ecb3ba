/** What matters most, on the dispatcher itself: the page that it serves, its API, and a receiver. */

import { spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test as base } from "@playwright/test";

import { findings } from "../axe";
import { counts, list, tree, write } from "../page";
import { collectFaults, expect, row } from "./page";

const PASSWORD = "a password";
const SECRET = "a secret of 32 bytes at the least";
const CLASS = "OCA\\Tables\\Event\\RowAddedEvent";

const BUILT = fileURLToPath(new URL("../../../target/debug/hooksieve-dispatcher", import.meta.url));
const PROGRAM = process.env.DISPATCHER ?? BUILT;

function event(tableId: number): string {
  return JSON.stringify({ event: { class: CLASS, tableId, rowId: 7 }, user: { uid: "alice", displayName: "Alice" }, time: 1732961000 });
}

interface Received {
  body: string;
  signature: string | undefined;
}

/** Takes webhooks, but for the first one, which it fails. */
class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const signature = request.headers["x-webhook-signature"];
      this.received.push({ body, signature: typeof signature === "string" ? signature : undefined });
      const isFirst = this.received.length === 1;
      response.writeHead(isFirst ? 503 : 200);
      response.end(isFirst ? "busy" : "thanks");
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function startDispatcher(folder: string): Promise<{ program: ChildProcess; address: string }> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: cargo build -p hooksieve-dispatcher --features page`);
  const program = spawn(
    PROGRAM,
    ["serve", "--listen", "127.0.0.1:0", "--database", join(folder, "test.db"), "--allow", "127.0.0.0/8"],
    { env: { ...process.env, HOOKSIEVE_ADMIN_PASSWORD: PASSWORD, RUST_LOG: "warn" }, stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const line of createInterface({ input: program.stdout })) {
    const address = /http:\/\/[\d.:]+/.exec(line)?.[0];
    if (address) return { program, address };
  }
  throw new Error("the dispatcher has ended");
}

const test = base.extend<{ address: string; receiver: Receiver }>({
  address: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "hooksieve-dispatcher-"));
    const { program, address } = await startDispatcher(folder);
    await use(address);
    const ended = new Promise((resolve) => program.once("exit", resolve));
    program.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  },
  baseURL: async ({ address }, use) => use(address),
  httpCredentials: { username: "admin", password: PASSWORD },
  receiver: async ({}, use) => {
    const receiver = new Receiver();
    await use(receiver);
    receiver.stop();
  },
  page: async ({ page, baseURL }, use) => {
    const faults = collectFaults(page, `${baseURL}/`);
    await use(page);
    expect(faults).toEqual([]);
  },
});

test("register, deliver, look into it, edit, disable, remove", async ({ page, request, receiver, address }) => {
  test.setTimeout(120_000);
  const uri = await receiver.start();
  await page.goto("/");
  await expect(page.getByText("● live")).toBeVisible();
  await expect(page.getByText("There are no events.")).toBeVisible();

  // Wrong first.
  await page.getByRole("link", { name: "New listener" }).click();
  await page.getByLabel("Event class").fill(CLASS);
  await page.getByLabel("Event class").press("Tab");
  await page.getByLabel("URI").fill(uri.replace("http:", "ftp:"));
  await write(page, '{"event.tableId": {"$eqs": 42}}');
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.locator(".refusal")).toContainText("in the filter: unknown operator $eqs");
  await expect(page.getByLabel("URI")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator(".cm-lintRange-error")).toHaveText('"$eqs"');

  await page.getByLabel("URI").fill(uri);
  await write(page, '{"event.tableId": 42}');
  await page.getByLabel("Body", { exact: true }).selectOption("openregister");
  await page.getByLabel("Repeated", { exact: true }).selectOption("custom");
  await page.getByLabel("Delays").fill("0, 0");
  await page.getByRole("button", { name: "Add signature" }).click();
  await page.getByLabel("Scheme 1").selectOption("openregister");
  await page.getByLabel("Secret 1", { exact: true }).fill(SECRET);
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("Listener 1 is registered.")).toBeVisible();
  await expect(row(page, "RowAddedEvent")).toContainText("✓ ok");

  // Events come while one looks.
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await expect(page.getByText("There are no events.")).toBeVisible();
  const accepted = await request.post(`${address}/events`, {
    headers: { "Content-Type": "application/x-ndjson" },
    data: `${event(42)}\n${event(43)}\n`,
  });
  expect(accepted.status()).toBe(202);
  await expect(counts(page)).toContainText("2 of 2 events match");
  await list(page).getByRole("option").last().click();
  const goes = page.getByRole("list", { name: "Listeners that it goes to" });
  await expect(goes).toContainText("✓ delivered", { timeout: 20_000 });
  await goes.getByRole("link", { name: "delivery" }).click();
  const detail = page.getByRole("region", { name: "Delivery", exact: true });
  await expect(detail).toContainText("1. ✗ answered 503");
  await expect(detail).toContainText("2. ✓ answered 200");
  await expect(detail.getByRole("region", { name: "Start of the answer to attempt 1" })).toHaveText("busy");
  expect(await findings(page)).toEqual([]);
  const sign = (body: string): string => createHmac("sha256", SECRET).update(body).digest("hex");
  expect(receiver.received).toHaveLength(2);
  for (const { body, signature } of receiver.received) expect(signature).toContain(sign(body));

  await detail.getByRole("link", { name: "why it goes there" }).click();
  await expect(page.locator(".reason")).toContainText("✓ match");
  await expect(tree(page)).toContainText("event.tableId");

  // An edit keeps the secret that nobody has typed again.
  await page.getByRole("link", { name: "listener 1" }).click();
  await expect(page.getByLabel("Secret 1", { exact: true })).toHaveAttribute("placeholder", "stored; kept");
  await write(page, '{"event.tableId": 43}');
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Listener 1 is saved.")).toBeVisible();
  await page.goto("/#/deliveries");
  await page.getByRole("row").filter({ hasText: "✓ delivered" }).getByRole("link").click();
  await detail.getByRole("button", { name: "Deliver again" }).click();
  await expect(detail).toContainText("3. ✓ answered 200", { timeout: 20_000 });
  expect(receiver.received).toHaveLength(3);
  expect(receiver.received[2]?.signature).toContain(sign(receiver.received[2]?.body ?? ""));

  await page.getByRole("link", { name: "Listeners", exact: true }).click();
  await page.getByRole("button", { name: "Disable listener 1" }).click();
  await expect(row(page, "RowAddedEvent")).toContainText("– disabled");
  await page.getByRole("button", { name: "Enable listener 1" }).click();
  await expect(row(page, "RowAddedEvent")).toContainText("✓ ok");
  await page.getByRole("button", { name: "Remove listener 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("There are no listeners yet.")).toBeVisible();
});
