/** What the dispatcher is asked, and what it answers. The browser does the login. */

import type { Explanation, Range } from "hooksieve";

import { elements, fields } from "./exact";

/** What stands in place of a secret: sent back as it is, the secret stays. */
export const REDACTED = "[redacted]";

/** A point in time: milliseconds since 1970-01-01 00:00 UTC. */
export type Time = number;

/** Why something is as it is. */
export interface Reason {
  code: string;
  message: string;
}

export interface StoredEvent {
  id: string;
  acceptedAt: Time;
  /** Its JSON, as it came. */
  text: string;
}

export const DELIVERY_STATES = ["pending", "delivered", "given-up"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  id: string;
  /** The event. */
  event: string;
  /** The number of the listener. */
  listener: number;
  state: DeliveryState;
  /** Why it was given up. */
  reason: Reason | null;
  createdAt: Time;
  attempts: number;
  /** When the next attempt is due. */
  dueAt: Time | null;
  finishedAt: Time | null;
}

export interface Attempt {
  /** Its number, from 1. */
  attempt: number;
  startedAt: Time;
  /** In milliseconds. */
  duration: number;
  status: number | null;
  /** Why there is no status. */
  failure: Reason | null;
  /** The start of what was answered. */
  answer: { encoding: "text" | "base64"; content: string };
}

export interface Health {
  disabled: { since: Time; reason: Reason } | null;
  /** Deliveries given up since the last that was delivered. */
  failedInARow: number;
  failingSince: Time | null;
  lastSuccessAt: Time | null;
  pending: number;
}

export interface Listener {
  id: number;
  uri: string;
  /** The class of events. */
  event: string;
  /** The filter's JSON, as it was registered. */
  filter: string;
  health: Health;
}

export interface DeliverySettings {
  body?: string;
  retry?: string | CustomRetry;
  signatures?: { scheme: string; secrets: string[] }[];
  timeout?: number;
}

export interface CustomRetry {
  delays: number[];
  jitter?: number;
  on?: string;
  disableAfter?: "never" | { deliveries: number; seconds: number };
}

/** One thing that is wrong with what was sent. */
export interface Fault {
  code: string;
  /** A JSON Pointer into what was sent. */
  pointer?: string;
  /** In bytes of what was sent. */
  range?: Range;
  message: string;
  hint?: string;
}

/** Something that is suspicious about a filter. */
export interface Warning {
  message: string;
  suggestion: string | null;
}

/** A request that was refused, or not answered. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number | undefined,
    readonly faults: readonly Fault[],
  ) {
    super(message);
  }
}

/** How many events are asked for at a time: the most that are given. */
const EVENTS_PAGE = 100;

const OCS = "ocs/v2.php/apps/webhook_listeners/api/v1/webhooks";

interface Refused {
  detail?: string;
  errors?: Fault[];
  ocs?: { meta?: { message?: string }; data?: { errors?: Fault[] } };
}

async function request(method: string, path: string, body?: string): Promise<string> {
  const headers = new Headers({ Accept: "application/json" });
  if (path.startsWith("ocs/")) headers.set("OCS-APIRequest", "true");
  if (body !== undefined) headers.set("Content-Type", "application/json");
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { method, headers, ...(body !== undefined && { body }) });
    text = await response.text();
  } catch {
    throw new ApiError("the dispatcher does not answer", undefined, []);
  }
  if (response.ok) return text;
  if (response.status === 401) throw new ApiError("the login is no longer valid: load the page anew", 401, []);
  const refused = parsed<Refused>(text);
  const faults = refused?.errors ?? refused?.ocs?.data?.errors ?? [];
  const message = refused?.detail ?? refused?.ocs?.meta?.message ?? `the dispatcher answers ${response.status}`;
  throw new ApiError(message, response.status, faults);
}

function parsed<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

async function get<Value>(path: string): Promise<Value> {
  return JSON.parse(await request("GET", path)) as Value;
}

/** A path with parameters; those without a value are left out. */
function query(path: string, parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** At most so many of the latest events, newest first. */
export async function events(limit: number): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  let isMore = true;
  while (isMore && found.length < limit) {
    const page = fields(await request("GET", query("events", { limit: EVENTS_PAGE, before: found.at(-1)?.id })));
    const added = elements(page.get("events") ?? "[]").map(storedEvent);
    found.push(...added);
    isMore = added.length > 0 && page.get("next") !== "null";
  }
  return found.slice(0, limit);
}

export async function event(id: string): Promise<StoredEvent> {
  return storedEvent(await request("GET", `events/${encodeURIComponent(id)}`));
}

/** An event from the text of an answer, or of news. */
export function storedEvent(text: string): StoredEvent {
  const answer = fields(text);
  const { id, acceptedAt } = JSON.parse(text) as StoredEvent;
  return { id, acceptedAt, text: answer.get("event") ?? "null" };
}

export async function listeners(): Promise<Listener[]> {
  const answer = fields(await request("GET", "listeners"));
  return elements(answer.get("listeners") ?? "[]").map((text) => {
    const { id, registration, health } = JSON.parse(text) as { id: number; registration: Registered; health: Health };
    const filter = fields(fields(text).get("registration") ?? "{}").get("eventFilter") ?? "{}";
    return { id, uri: registration.uri, event: registration.event, filter, health };
  });
}

type Registered = Pick<Listener, "uri" | "event">;

/** The registration of a listener, each field as JSON text, with `[redacted]` in place of every secret. */
export async function registration(id: number): Promise<Map<string, string>> {
  const ocs = fields(await request("GET", `${OCS}/${id}`)).get("ocs");
  return fields(fields(ocs ?? "{}").get("data") ?? "{}");
}

/** Registers a listener, or replaces the registration of the one with the id. */
export async function register(text: string, id?: number): Promise<{ id: number; warnings: readonly Warning[] }> {
  const answer = await request("POST", id === undefined ? OCS : `${OCS}/${id}`, text);
  const { data } = (JSON.parse(answer) as { ocs: { data: { id: number; warnings?: Warning[] } } }).ocs;
  return { id: data.id, warnings: data.warnings ?? [] };
}

export async function remove(id: number): Promise<void> {
  await request("DELETE", `${OCS}/${id}`);
}

export async function setEnabled(id: number, isEnabled: boolean): Promise<void> {
  await request("POST", `listeners/${id}/${isEnabled ? "enable" : "disable"}`);
}

export interface DeliveryQuery {
  listener?: string | undefined;
  event?: string | undefined;
  state?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** Newest first. `next` is not null where there are older ones. */
export function deliveries(asked: DeliveryQuery): Promise<{ deliveries: Delivery[]; next: string | null }> {
  return get(query("deliveries", { ...asked }));
}

export function delivery(id: string): Promise<{ delivery: Delivery; attempts: Attempt[] }> {
  return get(`deliveries/${encodeURIComponent(id)}`);
}

export async function redeliver(id: string): Promise<void> {
  await request("POST", `deliveries/${encodeURIComponent(id)}/redeliver`);
}

/** Why an event does, or does not, go to a listener. */
export async function explain(listener: number, event: string): Promise<Explanation> {
  const path = `listeners/${listener}/explain/${encodeURIComponent(event)}`;
  return (await get<{ explanation: Explanation }>(path)).explanation;
}
