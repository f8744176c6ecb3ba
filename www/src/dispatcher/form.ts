/** The form of a registration, all but the filter. */

import type { EventClassSummary } from "hooksieve";

import { h } from "../dom";
import type { DeliverySettings } from "./api";
import { deliveryFields } from "./delivery-fields";
import { Rows, SecretInput, choice, field, rowPlace, type Place, type Row } from "./fields";
import { FILTER, pointer, write, type Written } from "./written";

const METHODS = ["POST", "PUT", "PATCH", "GET", "HEAD", "DELETE", "OPTIONS"];
const AUTH = { none: "no secret headers", header: "secret headers" };
/** The fields that the form has controls for. */
const OWN = ["httpMethod", "uri", "event", FILTER, "userIdFilter", "headers", "authMethod", "authData", "delivery"];
/** What an answer has beside the registration. */
const OF_ANSWERS = ["id", "health", "warnings"];

interface Header extends Row {
  name: HTMLInputElement;
  value: SecretInput;
}

export interface Form {
  elements: HTMLElement[];
  /** The class of events, as it stands there. */
  readonly eventClass: string;
  onClass: (listener: () => void) => void;
  offer: (classes: readonly EventClassSummary[]) => void;
  /** Shows a registration: its fields, each as JSON. */
  fill: (fields: ReadonlyMap<string, string>) => void;
  write: (filter: string) => Written;
}

export function registrationForm(): Form {
  const text = (attributes: Record<string, string> = {}): HTMLInputElement =>
    h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...attributes });
  const known = h("datalist", { id: "known-classes" });
  const eventClass = text({ list: known.id });
  const method = h("select", {}, ...METHODS.map((name) => h("option", {}, name)));
  const uri = text({ inputmode: "url", placeholder: "https://" });
  const user = text();
  const auth = choice(AUTH);

  const classField = field("Event class", eventClass, ["Only events of this class go there."]);
  const methodField = field("Method", method);
  const uriField = field("URI", uri);
  const userField = field("User", user, ["Only events that this user brought about; of any, where this is empty."]);
  const authField = field("Authentication", auth);
  const headers = headerRows("Headers", "header", false);
  const secrets = headerRows("Secret headers", "secret header", true);
  const delivery = deliveryFields();
  let others: (readonly [string, string])[] = [];

  const show = (): void => void (secrets.rows.element.hidden = auth.value === "none");
  auth.addEventListener("change", () => {
    show();
    if (auth.value === "header" && secrets.rows.rows.length === 0) secrets.rows.add();
  });
  show();

  return {
    elements: [
      section("What", classField.element, known, userField.element),
      section("Where to", h("div", { class: "pair target" }, methodField.element, uriField.element), headers.rows.element, authField.element, secrets.rows.element),
      section("How", ...delivery.elements),
    ],
    get eventClass() {
      return eventClass.value.trim().replace(/^\\+/, "");
    },
    onClass: (listener) => eventClass.addEventListener("change", listener),
    offer: (classes) => known.replaceChildren(...classes.map(({ name }) => h("option", { value: name }))),
    fill: (fields) => {
      const value = (name: string): unknown => JSON.parse(fields.get(name) ?? "null");
      const string = (name: string): string => String(value(name) ?? "");
      eventClass.value = string("event");
      method.value = string("httpMethod").toUpperCase() || "POST";
      uri.value = string("uri");
      user.value = string("userIdFilter");
      auth.value = string("authMethod") || "none";
      headers.fill(value("headers"));
      secrets.fill(value("authData"));
      delivery.fill((value("delivery") ?? {}) as DeliverySettings);
      others = [...fields].filter(([name, json]) => ![...OWN, ...OF_ANSWERS].includes(name) && json !== "null");
      show();
    },
    write: (filter) => {
      const places = new Map<string, Place>([
        ["/event", classField],
        ["/httpMethod", methodField],
        ["/uri", uriField],
        ["/userIdFilter", userField],
        ["/authMethod", authField],
      ]);
      const fields: (readonly [string, string])[] = [
        ["httpMethod", JSON.stringify(method.value)],
        ["uri", JSON.stringify(uri.value.trim())],
        ["event", JSON.stringify(eventClass.value.trim())],
        [FILTER, filter],
        ["userIdFilter", user.value === "" ? "null" : JSON.stringify(user.value)],
        ["headers", headers.write("headers", places)],
        ["authMethod", JSON.stringify(auth.value)],
        ...(secrets.rows.rows.length > 0 ? ([["authData", secrets.write("authData", places)]] as const) : []),
        ["delivery", delivery.write(places)],
        ...others,
      ];
      return write(fields, places);
    },
  };
}

function section(title: string, ...children: HTMLElement[]): HTMLElement {
  return h("section", { class: "form-section", "aria-label": title }, h("h3", {}, title), ...children);
}

interface Headers {
  rows: Rows<Header>;
  fill: (headers: unknown) => void;
  /** As JSON; a name that stands twice is there twice, so that it is refused. */
  write: (name: string, places: Map<string, Place>) => string;
}

function headerRows(label: string, noun: string, isSecret: boolean): Headers {
  let next = { name: "", value: "" };
  const title = noun.charAt(0).toUpperCase() + noun.slice(1);
  const rows = new Rows<Header>(label, noun, [], (row) => {
    const name = h("input", { type: "text", "aria-label": `${title} name ${row}`, autocomplete: "off", spellcheck: "false", placeholder: "Name" });
    name.value = next.name;
    const value = new SecretInput(`${title} value ${row}`, isSecret, next.value);
    return { name, value, place: rowPlace(name), controls: [name, value.input] };
  });
  return {
    rows,
    fill: (headers) => {
      rows.clear();
      // Without any, Nextcloud's API has an empty array.
      const given = typeof headers === "object" && headers !== null && !Array.isArray(headers) ? headers : {};
      for (const [name, value] of Object.entries(given)) {
        next = { name, value: String(value) };
        rows.add();
      }
      next = { name: "", value: "" };
    },
    write: (name, places) => {
      places.set(pointer(name), rows);
      const written = rows.rows.map((row) => {
        places.set(pointer(name, row.name.value), row.place);
        return `${JSON.stringify(row.name.value)}: ${JSON.stringify(row.value.text)}`;
      });
      return `{${written.join(", ")}}`;
    },
  };
}
