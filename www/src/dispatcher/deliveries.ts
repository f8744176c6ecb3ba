/** Deliveries, newest first, and one of them with its attempts. */

import { grouped, h, type Child } from "../dom";
import * as api from "./api";
import type { Attempt, Delivery, Listener } from "./api";
import { throttled } from "./live";
import { deliveryBadge, duration, link, listenerName, moment, table } from "./parts";
import { toHash, type Route } from "./route";
import type { Context, View } from "./view";

/** Rows of a page. */
const PAGE = 50;
/** How often it is asked for anew, in milliseconds. */
const INTERVAL = 1_000;

/** How much of an id is shown: it starts with the time, which stands there already. */
const ID_END = 8;

const STATE_TITLES = { pending: "pending", delivered: "delivered", "given-up": "given up" } as const;

/** Everything that is chosen stands in the address. */
export function deliveriesView(context: Context, { path, parameters }: Route): View {
  const { live, listeners: registered, signal, complain } = context;
  const [, chosen] = path;
  const asked = {
    listener: parameters.get("listener") ?? undefined,
    event: parameters.get("event") ?? undefined,
    state: parameters.get("state") ?? undefined,
    before: parameters.get("before") ?? undefined,
  };
  let byId = new Map<number, Listener>();
  const nameOf = (id: number): string => {
    const listener = byId.get(id);
    return listener ? listenerName(listener) : String(id);
  };

  const listenerChoice = h("select", { "aria-label": "Listener" });
  const stateChoice = h(
    "select",
    { "aria-label": "State" },
    h("option", { value: "" }, "any state"),
    ...api.DELIVERY_STATES.map((state) => h("option", { value: state }, STATE_TITLES[state])),
  );
  stateChoice.value = asked.state ?? "";
  const choose = (): void => {
    const { event } = asked;
    location.hash = toHash(["deliveries"], { listener: listenerChoice.value, state: stateChoice.value, event });
  };
  listenerChoice.addEventListener("change", choose);
  stateChoice.addEventListener("change", choose);

  const { element: list, show } = table<Delivery>(
    "Deliveries",
    [
      { title: "State", cell: (delivery) => [deliveryBadge(delivery)] },
      { title: "Listener", cell: ({ listener }) => [nameOf(listener)] },
      { title: "Attempts", cell: ({ attempts }) => [grouped(attempts)] },
      { title: "Accepted", cell: ({ createdAt }) => [moment(createdAt)] },
      { title: "Next attempt, or end", cell: ({ dueAt, finishedAt }) => timeOf(dueAt ?? finishedAt) },
      {
        title: "Delivery",
        cell: ({ id }) => [
          h("a", { href: toHash(["deliveries", id], asked), class: "id", title: id, "aria-label": id }, `…${id.slice(-ID_END)}`),
        ],
      },
    ],
    ({ id }) => id,
    (row, { id }) => {
      row.classList.toggle("chosen", id === chosen);
      const mark = row.querySelector("a");
      if (id === chosen) mark?.setAttribute("aria-current", "true");
    },
  );
  const nothing = h("p", { class: "muted nothing" });
  const pages = h("nav", { class: "bar pages", "aria-label": "Pages" });
  const detail = chosen === undefined ? undefined : detailPanel(context, chosen, nameOf);
  const heading = h("h2", {}, "Deliveries");
  const onlyEvent =
    asked.event === undefined
      ? []
      : [h("span", {}, "of ", h("code", {}, asked.event), " ", link(["deliveries"], { ...asked, event: undefined }, "of any event"))];
  const element = h(
    "div",
    { class: detail ? "view columns-view" : "view" },
    h("div", { class: "bar" }, heading, ...onlyEvent, listenerChoice, stateChoice),
    h(
      "div",
      { class: "columns" },
      h("section", { class: "panel scrolls", "aria-label": "Deliveries" }, list, nothing, pages),
      ...(detail ? [detail.element] : []),
    ),
  );

  const refresh = throttled(
    INTERVAL,
    async () => {
      try {
        const [page, listeners] = await Promise.all([api.deliveries({ ...asked, limit: PAGE }), registered()]);
        if (signal.aborted) return;
        byId = new Map(listeners.map((listener) => [listener.id, listener]));
        showChoice(listenerChoice, listeners, asked.listener);
        show(page.deliveries);
        list.hidden = page.deliveries.length === 0;
        nothing.textContent = page.deliveries.length === 0 ? "There is no such delivery." : "";
        const last = page.next === null ? undefined : page.deliveries.at(-1)?.id;
        showPages(pages, asked, last);
      } catch (error) {
        complain(error);
      }
      await detail?.refresh();
    },
    signal,
  );
  live.on("delivery", refresh, signal);
  live.on("event", refresh, signal);
  live.on("listener", refresh, signal);
  live.on("gap", refresh, signal);
  refresh();
  return { title: chosen ?? "Deliveries", element, ...(detail && { focus: detail.heading }) };
}

function timeOf(time: number | null): Child[] {
  return time === null ? [] : [moment(time)];
}

function showChoice(select: HTMLSelectElement, listeners: readonly Listener[], chosen: string | undefined): void {
  const options = listeners.map((listener) => h("option", { value: listener.id }, listenerName(listener)));
  const isKnown = chosen === undefined || listeners.some(({ id }) => String(id) === chosen);
  if (!isKnown) options.push(h("option", { value: chosen }, `${chosen} · removed`));
  // A list that is open stays as it is.
  if (select.matches(":focus") && select.options.length === options.length + 1) return;
  select.replaceChildren(h("option", { value: "" }, "any listener"), ...options);
  select.value = chosen ?? "";
}

function showPages(pages: HTMLElement, asked: Record<string, string | undefined>, last: string | undefined): void {
  const links = [
    ...(asked.before === undefined ? [] : [link(["deliveries"], { ...asked, before: undefined }, "Newest")]),
    ...(last === undefined ? [] : [link(["deliveries"], { ...asked, before: last }, "Older")]),
  ];
  const addresses = (elements: readonly Element[]): string => elements.map((element) => element.getAttribute("href")).join();
  if (addresses([...pages.children]) !== addresses(links)) pages.replaceChildren(...links);
  pages.hidden = links.length === 0;
}

/** A delivery with its attempts. */
function detailPanel(
  { signal, say, complain }: Context,
  id: string,
  nameOf: (id: number) => string,
): { element: HTMLElement; heading: HTMLElement; refresh: () => Promise<void> } {
  const heading = h("h2", {}, "Delivery");
  const redeliver = h("button", { type: "button" }, "Deliver again");
  const facts = h("dl", { class: "facts" });
  const attempts = h("ol", { class: "attempts", "aria-label": "Attempts" });
  const element = h(
    "section",
    { class: "panel detail", "aria-label": "Delivery" },
    h("div", { class: "bar" }, heading, redeliver),
    h("div", { class: "scrolls" }, facts, h("h3", {}, "Attempts"), attempts),
  );
  redeliver.disabled = true;
  let shown = "";

  const refresh = async (): Promise<void> => {
    try {
      const answer = await api.delivery(id);
      const text = JSON.stringify([answer, nameOf(answer.delivery.listener)]);
      // What is the same stays, with what is selected or scrolled in it.
      if (signal.aborted || text === shown) return;
      shown = text;
      facts.replaceChildren(...factsOf(answer.delivery, nameOf));
      attempts.replaceChildren(...answer.attempts.map(attemptItem));
      if (answer.attempts.length === 0) attempts.replaceChildren(h("li", { class: "muted" }, "None yet."));
      redeliver.disabled = answer.delivery.state === "pending";
    } catch (error) {
      complain(error);
    }
  };
  redeliver.addEventListener("click", async () => {
    redeliver.disabled = true;
    shown = "";
    try {
      await api.redeliver(id);
      say("It will be delivered again.");
    } catch (error) {
      complain(error);
    }
    await refresh();
  });
  return { element, heading, refresh };
}

function factsOf(delivery: Delivery, nameOf: (id: number) => string): HTMLElement[] {
  const { id, event, listener, reason, createdAt, dueAt, finishedAt } = delivery;
  const facts: [string, Child[]][] = [
    ["State", [deliveryBadge(delivery), ...(reason ? [`: ${reason.message}`] : [])]],
    ["Delivery", [h("code", {}, id)]],
    ["Event", [h("code", {}, event), " ", link(["explain", listener, event], {}, "why it goes there")]],
    ["Listener", [link(["listeners", listener], {}, nameOf(listener))]],
    ["Accepted", [moment(createdAt)]],
    ["Next attempt", timeOf(dueAt)],
    ["End", timeOf(finishedAt)],
  ];
  return facts.flatMap(([name, value]) => (value.length === 0 ? [] : [h("dt", {}, name), h("dd", {}, ...value)]));
}

function attemptItem({ attempt, startedAt, duration: time, status, failure, answer }: Attempt): HTMLElement {
  const isGood = status !== null && status >= 200 && status < 300;
  const result = status === null ? (failure?.message ?? "no answer") : `answered ${status}`;
  const item = h(
    "li",
    {},
    h(
      "p",
      {},
      h("strong", {}, `${attempt}. `),
      h("span", { class: `badge ${isGood ? "yes" : "no"}` }, `${isGood ? "✓" : "✗"} ${result}`),
      " · ",
      moment(startedAt),
      ` · ${duration(time)}`,
    ),
  );
  if (answer.content !== "") {
    const label = `Start of the answer to attempt ${attempt}`;
    const kind = answer.encoding === "text" ? [] : [h("p", { class: "muted" }, "The answer is no text; as Base64:")];
    item.append(...kind, h("pre", { tabindex: 0, role: "region", "aria-label": label }, answer.content));
  }
  return item;
}
