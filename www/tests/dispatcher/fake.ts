/**
 * A dispatcher that delivers nothing: the page's files, and the API over data that is the same each time. Filters are
 * checked by the engine itself, as the dispatcher does it.
 */

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Filter, FilterError } from "hooksieve";

import { samples } from "../page";

const REDACTED = "[redacted]";
const OCS = "/ocs/v2.php/apps/webhook_listeners/api/v1/webhooks";
const PAGE = fileURLToPath(new URL("../../dist-dispatcher/", import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
  "style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** 2024-11-30 10:00 UTC. */
export const START = 1_732_960_800_000;
const MINUTE = 60_000;

type Json = Record<string, unknown>;

interface Fault {
  code: string;
  pointer: string;
  range?: { start: number; end: number };
  message: string;
  hint?: string;
}

interface Event {
  id: string;
  acceptedAt: number;
  text: string;
}

interface Delivery extends Json {
  id: string;
  event: string;
  listener: number;
  state: string;
}

interface Listener {
  id: number;
  registration: Json;
  health: Json & { disabled: unknown };
}

export class Fake {
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly listeners = new Map<number, Listener>();
  readonly deliveries: Delivery[] = [];
  readonly attempts = new Map<string, Json[]>();
  readonly events: Event[] = [];
  /** What was sent to register a listener, in order. */
  readonly sent: string[] = [];
  #lastListener = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#fill();
  }

  static async start(): Promise<Fake> {
    const fake = new Fake();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Ends the streams of news; browsers connect again. */
  disconnect(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  /** An event comes, and goes to these listeners. */
  accept(text: string, listeners: readonly number[] = []): string {
    const event = this.#store(text);
    const news = `{"id":"${event.id}","acceptedAt":${event.acceptedAt},"listeners":[${listeners.join()}],"event":${text}}`;
    this.#tell("event", news);
    for (const listener of listeners) {
      const { id } = this.#deliver(event, listener, "pending", []);
      this.#tell("delivery", JSON.stringify({ id, listener }));
    }
    return event.id;
  }

  /** The receiver has taken a delivery. */
  deliver(id: string): void {
    const delivery = this.deliveries.find((one) => one.id === id);
    if (!delivery) throw new Error(`there is no delivery ${id}`);
    const attempts = this.attempts.get(id) ?? [];
    attempts.push(attempt(attempts.length + 1, 200, "thanks"));
    Object.assign(delivery, { state: "delivered", attempts: attempts.length, dueAt: null, finishedAt: START });
    this.#tell("delivery", JSON.stringify({ id, listener: delivery.listener }));
  }

  #tell(name: string, data: string): void {
    for (const stream of this.#streams) stream.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  #fill(): void {
    const lines = samples.trim().split("\n").slice(0, 120);
    for (const line of lines) this.#store(line);
    this.#register({
      httpMethod: "POST",
      uri: "https://automation.example.org/hooks/pdf",
      event: "OCP\\Files\\Events\\Node\\NodeCreatedEvent",
      eventFilter: { "event.node.path": { $endsWith: ".pdf" }, "user.uid": { $ne: "bob" } },
      headers: { "X-Source": "files" },
      authMethod: "header",
      authData: { Authorization: "Bearer 1234" },
      appId: "files_automation",
      delivery: { body: "nextcloud", retry: "standard-webhooks", signatures: [{ scheme: "standard-webhooks", secrets: ["whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMQ=="] }] },
    });
    this.#register({
      httpMethod: "POST",
      uri: "https://tables.example.com/rows",
      event: "OCA\\Tables\\Event\\RowAddedEvent",
      eventFilter: { "event.tableId": 42 },
      delivery: { body: "openregister", retry: "openregister" },
    }, { failedInARow: 3, failingSince: START - 90 * MINUTE, pending: 2 });
    this.#register({
      httpMethod: "PUT",
      uri: "http://192.0.2.7:8080/old",
      event: "OCP\\Calendar\\Events\\CalendarObjectCreatedEvent",
      eventFilter: [],
      delivery: { body: "event", retry: "nextcloud" },
    }, { disabled: { since: START - 300 * MINUTE, reason: { code: "gone", message: "the receiver has answered 410 Gone" } } });

    this.events.forEach((event, index) => {
      if (index % 2 > 0) return;
      const [state, statuses] = ([["delivered", [200]], ["given-up", [503, null, 500]], ["pending", [503]]] as const)[(index / 2) % 3] ?? ["delivered", [200]];
      const answers = statuses.map((status, at) => attempt(at + 1, status, status === 503 ? "busy: come again\n<b>later</b>" : status === 200 ? "thanks" : ""));
      this.#deliver(event, (index / 2) % 2 === 0 ? 1 : 2, state, answers);
    });
  }

  #store(text: string): Event {
    const number = this.events.length + 1;
    const event = { id: id("evt", number), acceptedAt: START + number * 1_000, text };
    this.events.push(event);
    return event;
  }

  #deliver(event: Event, listener: number, state: string, attempts: Json[]): Delivery {
    const delivery = {
      id: id("msg", this.deliveries.length + 1),
      event: event.id,
      listener,
      createdAt: event.acceptedAt,
      state,
      reason: state === "given-up" ? { code: "attempts-exhausted", message: "the last attempt has failed" } : null,
      attempts: attempts.length,
      dueAt: state === "pending" ? event.acceptedAt + MINUTE : null,
      finishedAt: state === "pending" ? null : event.acceptedAt + MINUTE,
    };
    this.deliveries.push(delivery);
    this.attempts.set(delivery.id, attempts);
    return delivery;
  }

  #register(registration: Json, health: Json = {}): Listener {
    const listener = {
      id: ++this.#lastListener,
      registration,
      health: { disabled: null, failedInARow: 0, failingSince: null, lastSuccessAt: START - MINUTE, pending: 0, ...health },
    };
    this.listeners.set(listener.id, listener);
    return listener;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.address);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const send = (status: number, content: unknown, type = "application/json"): void => {
      response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
      response.end(typeof content === "string" ? content : JSON.stringify(content));
    };
    const problem = (status: number, detail: string): void => send(status, { type: "about:blank", status, detail }, "application/problem+json");
    const [, place, name = "", verb, last] = pathname.split("/");

    if (pathname.startsWith(OCS)) {
      if (request.headers["ocs-apirequest"] !== "true") return problem(412, "expected the header `OCS-APIRequest: true`");
      return this.#webhooks(request.method ?? "", pathname.slice(OCS.length + 1), body, send);
    }
    if (pathname === "/events/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(": news from now on\nretry: 200\n\n");
      this.#streams.add(response);
      request.on("close", () => this.#streams.delete(response));
      return;
    }
    if (place === "events") return this.#eventsOf(name, searchParams, send, problem);
    if (place === "deliveries") return this.#deliveriesOf(name, verb, searchParams, send, problem);
    if (place === "listeners" && verb === "explain") {
      const listener = this.listeners.get(Number(name));
      const event = this.events.find((one) => one.id === last);
      if (!listener || !event) return problem(404, "there is no such listener");
      const source = JSON.stringify({ "event.class": listener.registration.event, ...(listener.registration.eventFilter as Json) });
      const filter = new Filter(source);
      return send(200, { source, explanation: filter.explain(event.text) });
    }
    if (place === "listeners" && (verb === "enable" || verb === "disable")) {
      const listener = this.listeners.get(Number(name));
      if (!listener) return problem(404, "there is no such listener");
      const reason = { code: "by-hand", message: "somebody has disabled it" };
      listener.health.disabled = verb === "enable" ? null : { since: START, reason };
      this.#tell("listener", JSON.stringify({ id: listener.id }));
      return send(200, view(listener));
    }
    if (pathname === "/listeners") return send(200, { listeners: [...this.listeners.values()].map(view) });

    try {
      const file = pathname === "/" ? "index.html" : pathname.slice(1);
      const content = readFileSync(PAGE + file);
      response.writeHead(200, {
        "Content-Type": MEDIA_TYPES[extname(file)] ?? "application/octet-stream",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
      });
      response.end(content);
    } catch {
      problem(404, "there is nothing at this address");
    }
  }

  #eventsOf(name: string, parameters: URLSearchParams, send: Send, problem: Refuse): void {
    const text = ({ id, acceptedAt, text }: Event): string => `{"id":"${id}","acceptedAt":${acceptedAt},"event":${text}}`;
    if (name !== "") {
      const event = this.events.find((one) => one.id === name);
      return event ? send(200, text(event)) : problem(404, "there is no such event");
    }
    const limit = Number(parameters.get("limit") ?? 50);
    if (limit < 1 || limit > 100) return problem(400, "`limit`: expected a number from 1 to 100");
    const before = parameters.get("before");
    const older = this.events.filter((event) => before === null || event.id < before).reverse();
    const page = older.slice(0, limit);
    const next = older.length > limit ? `"/events?limit=${limit}&before=${page.at(-1)?.id}"` : "null";
    send(200, `{"events":[${page.map(text).join()}],"next":${next}}`);
  }

  #deliveriesOf(name: string, verb: string | undefined, parameters: URLSearchParams, send: Send, problem: Refuse): void {
    if (name === "") {
      const limit = Number(parameters.get("limit") ?? 100);
      const before = parameters.get("before");
      const found = this.deliveries
        .filter((delivery) => ["listener", "event", "state"].every((field) => !parameters.has(field) || String(delivery[field]) === parameters.get(field)))
        .filter((delivery) => before === null || delivery.id < before)
        .reverse();
      return send(200, { deliveries: found.slice(0, limit), next: found.length > limit ? "/deliveries?…" : null });
    }
    const delivery = this.deliveries.find((one) => one.id === name);
    if (!delivery) return problem(404, "there is no such delivery");
    if (verb !== "redeliver") return send(200, { delivery, attempts: this.attempts.get(name) });
    if (delivery.state === "pending") return problem(409, "the delivery is pending already");
    Object.assign(delivery, { state: "pending", reason: null, dueAt: START, finishedAt: null });
    this.#tell("delivery", JSON.stringify({ id: name, listener: delivery.listener }));
    send(202, delivery);
  }

  #webhooks(method: string, name: string, body: string, send: Send): void {
    const ok = (data: unknown): void => send(200, { ocs: { meta: { status: "ok", statuscode: 200, message: "OK" }, data } });
    const fail = (statuscode: number, message: string, errors: Fault[] = []): void =>
      send(statuscode, { ocs: { meta: { status: "failure", statuscode, message }, data: { errors } } });
    const earlier = this.listeners.get(Number(name));
    if (name !== "" && !earlier) return fail(404, "there is no such webhook");
    if (method === "GET" && earlier) return ok(webhook(earlier));
    if (method === "DELETE" && earlier) {
      this.listeners.delete(earlier.id);
      this.#tell("listener", JSON.stringify({ id: earlier.id }));
      return ok(true);
    }
    if (method !== "POST") return fail(405, "the address does not know this method");

    this.sent.push(body);
    const { faults, warnings } = check(body);
    if (faults.length > 0) return fail(400, "the registration is refused", faults);
    const registration = JSON.parse(body) as Json;
    const listener = earlier ?? this.#register(registration);
    listener.registration = earlier ? (keepSecrets(registration, earlier.registration) as Json) : registration;
    this.#tell("listener", JSON.stringify({ id: listener.id }));
    ok({ ...webhook(listener), warnings });
  }
}

type Send = (status: number, content: unknown) => void;
type Refuse = (status: number, detail: string) => void;

function id(prefix: string, number: number): string {
  return `${prefix}_${number.toString(16).padStart(32, "0")}`;
}

function attempt(number: number, status: number | null, text: string): Json {
  const failure = status === null ? { code: "timeout", message: "the answer did not come in time" } : null;
  const answer = { encoding: "text", content: text };
  return { attempt: number, startedAt: START + number * MINUTE, duration: 35 * number ** 4, status, failure, answer };
}

/** What is shown of a listener: no secrets. */
function view({ id, registration, health }: Listener): Json {
  return { id, createdAt: START, registration: redacted(registration), health };
}

function webhook({ id, registration, health }: Listener): Json {
  const fields = { appId: null, userId: "admin", userIdFilter: null, headers: null, authMethod: "none", authData: null, tokenNeeded: null, delivery: null };
  return { id, ...fields, ...(redacted(registration) as Json), health };
}

function redacted(value: unknown, isSecret = false): unknown {
  if (typeof value === "string") return isSecret ? REDACTED : value;
  if (Array.isArray(value)) return value.map((element) => redacted(element, isSecret));
  if (typeof value !== "object" || value === null) return value;
  const secrets = ["headers", "authData", "secrets"];
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redacted(inner, isSecret || secrets.includes(name))]));
}

function keepSecrets(value: unknown, earlier: unknown): unknown {
  if (value === REDACTED) return earlier;
  if (typeof value !== "object" || value === null) return value;
  const before = (earlier ?? {}) as Json;
  if (Array.isArray(value)) return value.map((element, index) => keepSecrets(element, before[index]));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, keepSecrets(inner, before[name])]));
}

/** A few of the dispatcher's checks, with places as it gives them. */
function check(text: string): { faults: Fault[]; warnings: Json[] } {
  const registration = JSON.parse(text) as Json & { uri: string; event: string; headers: Json; delivery: Json };
  const bytes = (units: number): number => Buffer.byteLength(text.slice(0, units));
  const rangeOf = (part: string, from = 0): { start: number; end: number } => {
    const at = text.indexOf(part, from);
    return { start: bytes(at), end: bytes(at + part.length) };
  };
  const faults: Fault[] = [];
  if (!/^https?:\/\/[^@]+$/.test(registration.uri)) {
    faults.push({ code: "invalid-field", pointer: "/uri", range: rangeOf(JSON.stringify(registration.uri)), message: "`uri`: expected an absolute `http` or `https` URI", hint: "start it with `https://`" });
  }
  if (registration.event === "") faults.push({ code: "invalid-field", pointer: "/event", message: "`event`: expected a class, found nothing" });
  if ("Host" in registration.headers) faults.push({ code: "invalid-field", pointer: "/headers/Host", message: "`Host` is set by the dispatcher" });
  if (typeof registration.delivery.timeout === "string") {
    faults.push({ code: "invalid-field", pointer: "/delivery/timeout", message: "`timeout`: expected a number from 1 to 120" });
  }
  const start = text.indexOf('"eventFilter": ') + '"eventFilter": '.length;
  const filter = text.slice(start, text.indexOf(',\n"userIdFilter"', start));
  if (filter.includes('"no.such.place"')) {
    faults.push({ code: "refused-here", pointer: "/eventFilter/no.such.place", range: rangeOf('"no.such.place"'), message: "`no.such.place` is refused here" });
  }
  try {
    const lints = new Filter(filter).lint();
    return { faults, warnings: lints.map(({ message, suggestion }) => ({ message, suggestion: suggestion?.message ?? null })) };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    for (const { code, pointer, range, message, hint } of error.errors) {
      faults.push({
        code,
        pointer: `/eventFilter${pointer}`,
        message,
        ...(range && { range: { start: bytes(start + range.start), end: bytes(start + range.end) } }),
        ...(hint !== undefined && { hint }),
      });
    }
    return { faults, warnings: [] };
  }
}
