/** What several views show in the same way. */

import { grouped, h, sentence, type Child } from "../dom";
import type { Delivery, Health, Listener, Time } from "./api";
import { toHash } from "./route";

/** A point in time, in the time zone of the browser. */
export function moment(time: Time): HTMLElement {
  const date = new Date(time);
  const iso = date.toISOString();
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return h("time", { datetime: iso, title: iso }, `${day} ${clock}`);
}

/** `1.2 s`, `35 ms` */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** The name and port of the host that a listener is at. */
export function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : uri;
}

/** The last part of the name of a class. */
export function shortClass(name: string): string {
  return name.split("\\").at(-1) || name;
}

export function listenerName({ id, uri }: Pick<Listener, "id" | "uri">): string {
  return `${id} · ${hostOf(uri)}`;
}

const DELIVERY_STATES = { pending: "… pending", delivered: "✓ delivered", "given-up": "✗ given up" } as const;
const DELIVERY_COLOURS = { pending: "wait", delivered: "yes", "given-up": "no" } as const;

export function deliveryBadge({ state, attempts }: Pick<Delivery, "state" | "attempts">): HTMLElement {
  const text = state === "pending" && attempts > 0 ? "↻ to be repeated" : (DELIVERY_STATES[state] ?? state);
  return h("span", { class: `badge ${DELIVERY_COLOURS[state] ?? ""}` }, text);
}

/** Whether all is well with a listener, and if not, since when and why. */
export function healthOf(health: Health): Child[] {
  const badge = (colour: string, text: string): HTMLElement => h("span", { class: `badge ${colour}` }, text);
  const { disabled, failingSince, failedInARow } = health;
  if (disabled) return [badge("wait", "– disabled"), " since ", moment(disabled.since), ": ", ...sentence(disabled.reason.message)];
  if (failingSince === null) return [badge("yes", "✓ ok")];
  return [badge("no", "✗ failing"), " since ", moment(failingSince), `, ${grouped(failedInARow)} given up in a row`];
}

export function link(path: readonly (string | number)[], parameters: Record<string, string | undefined>, ...text: Child[]): HTMLElement {
  return h("a", { href: toHash(path, parameters) }, ...text);
}

/** A column of a table: its title, and what stands in it. */
export interface Column<Item> {
  title: string;
  cell: (item: Item) => Child[];
}

export interface Table<Item> {
  element: HTMLElement;
  /** Shows these; rows that are there already stay the same elements, so that who is in one stays there. */
  show: (items: readonly Item[]) => void;
}

/**
 * A table, which on a narrow screen is a list of cards. The roles are said, for with that look browsers forget
 * that it is a table. `actions` are made once a row.
 */
export function table<Item>(
  label: string,
  columns: readonly Column<Item>[],
  key: (item: Item) => string | number,
  mark: (row: HTMLElement, item: Item) => void = () => undefined,
): Table<Item> {
  const heads = columns.map(({ title }) => h("th", { role: "columnheader", scope: "col" }, title));
  const body = h("tbody", { role: "rowgroup" });
  const head = h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...heads));
  const element = h("table", { role: "table", "aria-label": label }, head, body);
  let rows = new Map<string | number, { row: HTMLElement; cells: HTMLElement[] }>();
  return {
    element,
    show: (items) => {
      const shown = new Map<string | number, { row: HTMLElement; cells: HTMLElement[] }>();
      for (const item of items) {
        const name = key(item);
        const cells = rows.get(name)?.cells ?? columns.map(({ title }) => h("td", { role: "cell", "data-title": title }));
        const row = rows.get(name)?.row ?? h("tr", { role: "row" }, ...cells);
        columns.forEach(({ cell }, position) => replace(cells[position], cell(item)));
        mark(row, item);
        shown.set(name, { row, cells });
      }
      rows = shown;
      const wanted = [...shown.values()].map(({ row }) => row);
      const isSame = wanted.length === body.childElementCount && wanted.every((row, position) => body.children[position] === row);
      // Moving a row takes the focus from what is in it.
      if (!isSame) keepingFocus(body, () => body.replaceChildren(...wanted));
    },
  };
}

/** Puts children into an element, unless they say what is there already. */
function replace(element: HTMLElement | undefined, children: Child[]): void {
  if (!element) return;
  const next = h("td", {}, ...children);
  if (next.innerHTML !== element.innerHTML) keepingFocus(element, () => element.replaceChildren(...next.childNodes));
}

/** Whoever had the focus in `element` has it again after a change: the same one, or the one in its place. */
function keepingFocus(element: HTMLElement, change: () => void): void {
  const focused = document.activeElement;
  const stops = (): HTMLElement[] => [...element.querySelectorAll<HTMLElement>("a, button")];
  const position = focused instanceof HTMLElement && element.contains(focused) ? stops().indexOf(focused) : -1;
  change();
  if (position < 0) return;
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
  else stops()[position]?.focus();
}

/** Asks before something is done that cannot be undone. */
export function confirm(parent: HTMLElement, question: string, detail: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    const yes = h("button", { type: "button", class: "danger" }, action);
    const no = h("button", { type: "button" }, "Cancel");
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-label": question },
      h("h2", {}, question),
      h("p", {}, detail),
      h("div", { class: "bar" }, no, yes),
    );
    let answer = false;
    yes.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    parent.append(dialog);
    dialog.showModal();
  });
}
