/** The latest events, live, what a filter says of them, and where they go. */

import { counted, h } from "../dom";
import { mount } from "../mount";
import * as api from "./api";
import type { Listener, StoredEvent } from "./api";
import { throttled } from "./live";
import { deliveryBadge, link, listenerName, moment } from "./parts";
import { toHash } from "./route";
import type { Context, View } from "./view";

/** How many events are asked for, and kept when they have become too many. */
const KEPT = 500;
const MAX_SHOWN = 2_000;
/** How often the list grows, in milliseconds. */
const INTERVAL = 500;
/** Deliveries of one event that are shown. */
const MAX_DELIVERIES = 200;

/** What was last tried on the events: still there when one comes back, and offered for a new listener. */
export const draft = { filter: "{}", eventClass: "" };

export function eventsView(context: Context): View {
  const { live, signal, complain } = context;
  const title = h("h2", {}, "Events");
  const follow = h("input", { type: "checkbox", checked: true });
  const waiting = h("span", { class: "muted", role: "status" });
  const register = h("a", { href: toHash(["listeners", "new"], { from: "events" }) }, "Register a listener with this filter");
  const holder = h("div", { class: "preview" });
  const destinations = destinationsPanel(context);
  const element = h(
    "div",
    { class: "view events-view" },
    h("div", { class: "bar" }, title, waiting, h("label", {}, follow, "show new ones"), register),
    holder,
    destinations.element,
  );

  /** Those in the preview, in its order. */
  let shown: StoredEvent[] = [];
  let known = new Set<string>();
  /** Those that came since, by their ids; of very many the latest. */
  let fresh = new Map<string, StoredEvent>();
  /** How many came since that are not among them. Then the list starts anew: it has no holes. */
  let dropped = 0;
  let hasHole = false;
  const add = (event: StoredEvent): void => {
    if (known.has(event.id)) return;
    fresh.set(event.id, event);
    const [oldest] = fresh.keys();
    if (fresh.size <= KEPT || oldest === undefined) return;
    fresh.delete(oldest);
    dropped++;
    hasHole = true;
  };

  const preview = mount(holder, {
    filter: draft.filter,
    eventClass: draft.eventClass,
    newestFirst: true,
    header: false,
    dialectChoice: false,
    onChange: (filter) => {
      draft.filter = filter;
      draft.eventClass = preview.eventClass;
    },
    onChoose: (index) => destinations.show(index === undefined ? undefined : shown[index]),
  });
  context.onTheme((theme) => (preview.theme = theme));
  signal.addEventListener("abort", () => preview.unmount());

  const load = async (events: StoredEvent[]): Promise<void> => {
    shown = events;
    known = new Set(events.map(({ id }) => id));
    await preview.load({ kind: "texts", texts: events.map(({ text }) => text), name: "latest events" });
  };

  const grow = throttled(
    INTERVAL,
    async () => {
      if (!follow.checked) {
        waiting.textContent = fresh.size > 0 ? counted(fresh.size + dropped, "new event") : "";
        return;
      }
      const added = [...fresh.values()];
      const before = hasHole ? [] : shown;
      fresh = new Map();
      dropped = 0;
      hasHole = false;
      waiting.textContent = "";
      if (added.length === 0) return;
      if (before.length === 0 || before.length + added.length > MAX_SHOWN) {
        await load([...before, ...added].slice(-KEPT));
        return;
      }
      shown.push(...added);
      for (const { id } of added) known.add(id);
      await preview.append(added.map(({ text }) => text));
    },
    signal,
  );

  /** Asks for what is there: at the start, and where news may have been missed. */
  let isLoaded = false;
  const refresh = throttled(INTERVAL, async () => {
    try {
      const latest = (await api.events(KEPT)).reverse();
      if (signal.aborted) return;
      if (!isLoaded) {
        isLoaded = true;
        await load(latest);
      } else {
        hasHole ||= latest.length >= KEPT && !latest.some(({ id }) => known.has(id));
        // Those that came by themselves may be later ones.
        const later = [...fresh.values()];
        fresh = new Map();
        [...latest, ...later].forEach(add);
      }
      grow();
    } catch (error) {
      complain(error);
    }
  }, signal);
  follow.addEventListener("change", grow);
  live.on(
    "event",
    (event) => {
      add(event);
      if (isLoaded) grow();
    },
    signal,
  );
  live.on("gap", refresh, signal);
  refresh();
  return { title: "Events", element };
}

/** Which listeners the event goes to that is looked at, and which it does not go to. */
function destinationsPanel({ live, listeners: registered, signal, complain }: Context): {
  element: HTMLElement;
  show: (event: StoredEvent | undefined) => void;
} {
  const title = h("h2", {}, "Where it goes");
  const about = h("p", { class: "muted" });
  const goes = h("ul", { class: "destinations", "aria-label": "Listeners that it goes to" });
  const others = h("ul", { class: "destinations", "aria-label": "Listeners that it does not go to" });
  const summary = h("summary");
  const rest = h("details", {}, summary, others);
  const element = h("section", { class: "panel where-to", "aria-label": "Where it goes" }, h("div", { class: "bar" }, title, about), goes, rest);
  element.hidden = true;
  let chosen: StoredEvent | undefined;

  const refresh = throttled(
    INTERVAL,
    async () => {
      const event = chosen;
      if (!event) return;
      try {
        const [{ deliveries }, listeners] = await Promise.all([
          api.deliveries({ event: event.id, limit: MAX_DELIVERIES }),
          registered(),
        ]);
        if (signal.aborted || chosen !== event) return;
        const byId = new Map(listeners.map((listener) => [listener.id, listener]));
        const reached = new Set(deliveries.map(({ listener }) => listener));
        goes.replaceChildren(
          ...deliveries.map((delivery) =>
            h(
              "li",
              {},
              deliveryBadge(delivery),
              name(byId.get(delivery.listener), delivery.listener),
              link(["deliveries", delivery.id], {}, "delivery"),
              link(["explain", delivery.listener, event.id], {}, "why"),
            ),
          ),
        );
        if (deliveries.length === 0) goes.append(h("li", { class: "muted" }, "It goes to no listener."));
        const missed = listeners.filter(({ id }) => !reached.has(id));
        rest.hidden = missed.length === 0;
        summary.textContent = `${counted(missed.length, "listener")} without it`;
        others.replaceChildren(
          ...missed.map((listener) =>
            h("li", {}, name(listener, listener.id), link(["explain", listener.id, event.id], {}, "why not")),
          ),
        );
      } catch (error) {
        complain(error);
      }
    },
    signal,
  );
  live.on("delivery", refresh, signal);
  live.on("listener", refresh, signal);
  return {
    element,
    show: (event) => {
      if (event === chosen) return;
      chosen = event;
      element.hidden = event === undefined;
      goes.replaceChildren();
      others.replaceChildren();
      rest.hidden = true;
      if (!event) return;
      about.replaceChildren(h("code", {}, event.id), " accepted ", moment(event.acceptedAt));
      refresh();
    },
  };
}

function name(listener: Listener | undefined, id: number): HTMLElement {
  return listener ? link(["listeners", id], {}, listenerName(listener)) : h("span", {}, `${id} · removed`);
}
