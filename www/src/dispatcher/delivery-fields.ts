/** How deliveries are made: the field `delivery` of a registration. */

import { h } from "../dom";
import type { DeliverySettings } from "./api";
import { SecretInput, Rows, choice, field, rowPlace, type Place, type Row } from "./fields";
import { pointer } from "./written";

const BODIES = { nextcloud: "Nextcloud’s envelope", openregister: "OpenRegister’s", event: "the event as it came" };
const CUSTOM = "custom";
const RETRIES = {
  openregister: "OpenRegister: 5xx and no answer, ever later",
  "standard-webhooks": "Standard Webhooks: all but 2xx, its schedule",
  nextcloud: "Nextcloud: never",
  [CUSTOM]: "at delays of my own",
};
const ON = { "no-answer-and-5xx": "no answer and 5xx", "every-failure": "all but 2xx" };
const DISABLE = { "": "after 10 in a row, over 5 days", never: "never", [CUSTOM]: "after …" };
const SCHEMES = {
  "standard-webhooks": "Standard Webhooks",
  openregister: "X-Webhook-Signature (OpenRegister)",
  "nextcloud-webhooks": "X-Nextcloud-Webhooks",
};

interface Signature extends Row {
  scheme: HTMLSelectElement;
  secret: SecretInput;
}

export interface DeliveryFields {
  elements: HTMLElement[];
  fill: (settings: DeliverySettings) => void;
  /** The field as JSON; adds its controls to `places`. */
  write: (places: Map<string, Place>) => string;
}

export function deliveryFields(): DeliveryFields {
  const text = (attributes: Record<string, string> = {}): HTMLInputElement =>
    h("input", { type: "text", autocomplete: "off", ...attributes });
  const number = (): HTMLInputElement => text({ inputmode: "decimal" });

  const body = choice(BODIES);
  const retry = choice(RETRIES);
  const delays = text({ placeholder: "10, 60, 3600" });
  const jitter = number();
  const on = choice(ON);
  const disable = choice(DISABLE);
  const deliveries = number();
  const seconds = number();
  const timeout = number();

  const bodyField = field("Body", body);
  const retryField = field("Repeated", retry);
  const delaysField = field("Delays", delays, ["Seconds between the attempts."]);
  const jitterField = field("Jitter", jitter, ["By which share delays may be longer, 0 to 1."]);
  const onField = field("Repeated on", on);
  const disableField = field("Disabled", disable);
  const deliveriesField = field("Deliveries given up in a row", deliveries);
  const secondsField = field("Over at least, in seconds", seconds);
  const timeoutField = field("Timeout", timeout, ["Seconds for an attempt, 1 to 120; as the dispatcher is set, where this is empty."]);
  const bounds = h("div", { class: "pair" }, deliveriesField.element, secondsField.element);
  const custom = h(
    "fieldset",
    {},
    h("legend", {}, "Repetition"),
    delaysField.element,
    h("div", { class: "pair" }, jitterField.element, onField.element),
    disableField.element,
    bounds,
  );

  let next = { scheme: Object.keys(SCHEMES)[0] ?? "", secret: "" };
  const signatures = new Rows<Signature>(
    "Signatures",
    "signature",
    ["Several secrets of Standard Webhooks sign side by side, so that they can be changed."],
    (row) => {
      const scheme = choice(SCHEMES);
      scheme.setAttribute("aria-label", `Scheme ${row}`);
      scheme.value = next.scheme;
      const secret = new SecretInput(`Secret ${row}`, true, next.secret);
      return { scheme, secret, place: rowPlace(secret.input), controls: [scheme, secret.input] };
    },
  );

  const show = (): void => {
    custom.hidden = retry.value !== CUSTOM;
    bounds.hidden = disable.value !== CUSTOM;
  };
  retry.addEventListener("change", show);
  disable.addEventListener("change", show);
  show();

  const writeRetry = (places: Map<string, Place>): string => {
    if (retry.value !== CUSTOM) {
      places.set("/delivery/retry", retryField);
      return JSON.stringify(retry.value);
    }
    places.set("/delivery/retry", delaysField);
    places.set("/delivery/retry/jitter", jitterField);
    places.set("/delivery/retry/on", onField);
    places.set("/delivery/retry/disableAfter", disable.value === CUSTOM ? deliveriesField : disableField);
    places.set("/delivery/retry/disableAfter/seconds", secondsField);
    const parts = delays.value.split(",").map((part) => part.trim());
    return object({
      delays: `[${(delays.value.trim() === "" ? [] : parts).map(numeric).join(", ")}]`,
      jitter: optional(jitter),
      on: JSON.stringify(on.value),
      disableAfter:
        disable.value === CUSTOM
          ? object({ deliveries: numeric(deliveries.value.trim()), seconds: numeric(seconds.value.trim()) })
          : disable.value && JSON.stringify(disable.value),
    });
  };

  const writeSignatures = (places: Map<string, Place>): string => {
    places.set("/delivery/signatures", signatures);
    const schemes = [...new Set(signatures.rows.map(({ scheme }) => scheme.value))];
    return JSON.stringify(
      schemes.map((scheme, index) => {
        const rows = signatures.rows.filter((row) => row.scheme.value === scheme);
        rows.forEach(({ place }, position) => places.set(pointer("delivery", "signatures", index, "secrets", position), place));
        const [first] = rows;
        if (first) places.set(pointer("delivery", "signatures", index), first.place);
        return { scheme, secrets: rows.map(({ secret }) => secret.text) };
      }),
    );
  };

  return {
    elements: [bodyField.element, retryField.element, custom, timeoutField.element, signatures.element],
    fill: (settings) => {
      body.value = settings.body ?? "nextcloud";
      const own = typeof settings.retry === "object" ? settings.retry : undefined;
      retry.value = own ? CUSTOM : typeof settings.retry === "string" ? settings.retry : "openregister";
      delays.value = own?.delays.join(", ") ?? "";
      jitter.value = own?.jitter?.toString() ?? "";
      on.value = own?.on ?? "no-answer-and-5xx";
      const after = own?.disableAfter;
      disable.value = typeof after === "object" ? CUSTOM : (after ?? "");
      deliveries.value = typeof after === "object" ? String(after.deliveries) : "";
      seconds.value = typeof after === "object" ? String(after.seconds) : "";
      timeout.value = settings.timeout?.toString() ?? "";
      signatures.clear();
      for (const { scheme, secrets } of settings.signatures ?? []) {
        for (const secret of secrets) {
          next = { scheme, secret };
          signatures.add();
        }
      }
      next = { scheme: Object.keys(SCHEMES)[0] ?? "", secret: "" };
      show();
    },
    write: (places) => {
      places.set("/delivery/body", bodyField);
      places.set("/delivery/timeout", timeoutField);
      return object({
        body: JSON.stringify(body.value),
        retry: writeRetry(places),
        signatures: signatures.rows.length > 0 ? writeSignatures(places) : "",
        timeout: optional(timeout),
      });
    },
  };
}

/** The JSON of an object; fields without JSON are left out. */
function object(fields: Record<string, string>): string {
  const written = Object.entries(fields).flatMap(([name, json]) => (json === "" ? [] : [`${JSON.stringify(name)}: ${json}`]));
  return `{${written.join(", ")}}`;
}

/** What is no number is sent as it is: the answer says what is expected. */
function numeric(text: string): string {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? text : JSON.stringify(text);
}

function optional({ value }: HTMLInputElement): string {
  return value.trim() === "" ? "" : numeric(value.trim());
}
