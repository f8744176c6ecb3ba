/** The listeners, and how they are doing. */

import { counted, grouped, h } from "../dom";
import * as api from "./api";
import type { Listener } from "./api";
import { throttled } from "./live";
import { confirm, healthOf, hostOf, link, moment, shortClass, table } from "./parts";
import { toHash } from "./route";
import type { Context, View } from "./view";

/** How often the list is asked for anew, in milliseconds. */
const INTERVAL = 2_000;
/** What is shown of a filter. */
const MAX_FILTER = 120;

export function listenersView(context: Context): View {
  const { live, signal, say, complain } = context;
  const search = h("input", { type: "search", "aria-label": "Find listeners", placeholder: "Find by address, class or filter" });
  const state = h(
    "select",
    { "aria-label": "Health" },
    ...["any health", "ok", "failing", "disabled"].map((name) => h("option", { value: name }, name)),
  );
  const count = h("p", { class: "counts", role: "status" });
  let listeners: readonly Listener[] = [];

  const change = async (work: () => Promise<void>, done: string): Promise<void> => {
    try {
      await work();
      say(done);
    } catch (error) {
      complain(error);
    }
    refresh();
  };
  const remove = async ({ id, uri }: Listener): Promise<void> => {
    const { health } = listeners.find((listener) => listener.id === id) ?? { health: { pending: 0 } };
    const pending = health.pending > 0 ? `Its ${grouped(health.pending)} pending deliveries are given up. ` : "";
    const detail = `${pending}The registration is gone for good, its secrets too.`;
    if (!(await confirm(element, `Remove listener ${id}, ${hostOf(uri)}?`, detail, "Remove"))) return;
    await change(() => api.remove(id), `Listener ${id} is removed.`);
  };
  const actions = (listener: Listener): HTMLElement => {
    const { id, health } = listener;
    const isDisabled = health.disabled !== null;
    const set = (): void => void change(() => api.setEnabled(id, isDisabled), `Listener ${id} is ${isDisabled ? "enabled" : "disabled"}.`);
    const of = (what: string): string => `${what} listener ${id}`;
    return h(
      "div",
      { class: "actions" },
      h("a", { class: "button", href: toHash(["listeners", id]), "aria-label": of("Edit") }, "Edit"),
      isDisabled
        ? h("button", { type: "button", "aria-label": of("Enable"), onclick: set }, "Enable")
        : h("button", { type: "button", "aria-label": of("Disable"), onclick: set }, "Disable"),
      h("button", { type: "button", "aria-label": of("Remove"), onclick: () => void remove(listener) }, "Remove…"),
    );
  };

  const { element: list, show } = table<Listener>(
    "Listeners",
    [
      { title: "Id", cell: ({ id }) => [String(id)] },
      { title: "To", cell: ({ id, uri }) => [link(["listeners", id], {}, hostOf(uri))] },
      { title: "Event class", cell: ({ event }) => [h("span", { title: event }, shortClass(event))] },
      { title: "Filter", cell: ({ filter }) => [h("code", {}, excerpt(filter))] },
      { title: "Health", cell: ({ health }) => [h("span", {}, ...healthOf(health))] },
      {
        title: "Pending",
        cell: ({ id, health }) => [link(["deliveries"], { listener: String(id), state: "pending" }, grouped(health.pending))],
      },
      {
        title: "Last success",
        cell: ({ health }) => (health.lastSuccessAt === null ? ["none yet"] : [moment(health.lastSuccessAt)]),
      },
      { title: "Actions", cell: (listener) => [actions(listener)] },
    ],
    ({ id }) => id,
  );
  const nothing = h("p", { class: "muted nothing" });
  const element = h(
    "div",
    { class: "view" },
    h("div", { class: "bar" }, h("h2", {}, "Listeners"), count, search, state),
    h("section", { class: "panel scrolls", "aria-label": "Listeners" }, list, nothing),
  );

  const filtered = (): void => {
    const wanted = search.value.trim().toLowerCase();
    const shown = listeners.filter(
      ({ uri, event, filter, health }) =>
        `${uri}\n${event}\n${filter}`.toLowerCase().includes(wanted) &&
        (state.selectedIndex === 0 || state.value === stateOf(health)),
    );
    show(shown);
    list.hidden = shown.length === 0;
    count.textContent = shown.length === listeners.length ? counted(shown.length, "listener") : `${grouped(shown.length)} of ${counted(listeners.length, "listener")}`;
    nothing.textContent = shown.length > 0 ? "" : listeners.length > 0 ? "No listener is like that." : "There are no listeners yet.";
  };
  search.addEventListener("input", filtered);
  state.addEventListener("change", filtered);

  const refresh = throttled(
    INTERVAL,
    async () => {
      try {
        const found = await api.listeners();
        if (signal.aborted) return;
        listeners = found;
        filtered();
      } catch (error) {
        complain(error);
      }
    },
    signal,
  );
  live.on("listener", refresh, signal);
  live.on("delivery", refresh, signal);
  live.on("gap", refresh, signal);
  refresh();
  return { title: "Listeners", element };
}

function stateOf({ disabled, failingSince }: Listener["health"]): string {
  if (disabled) return "disabled";
  return failingSince === null ? "ok" : "failing";
}

function excerpt(filter: string): string {
  const line = filter.replace(/\s+/g, " ");
  return line.length > MAX_FILTER ? `${line.slice(0, MAX_FILTER)}…` : line;
}
