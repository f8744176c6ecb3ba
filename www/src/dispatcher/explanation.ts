/** Why an event does, or does not, go to a listener. */

import { h } from "../dom";
import { compact, explanationPanel } from "../explanation";
import { EMPTY, Store } from "../state";
import * as api from "./api";
import { inLines } from "./exact";
import { link, moment } from "./parts";
import type { Route } from "./route";
import type { Context, View } from "./view";

export function explanationView({ signal, complain }: Context, { path }: Route): View {
  const [, listener = "", event = ""] = path;
  const store = new Store(EMPTY);
  const json = h("pre", { class: "json", tabindex: 0, role: "region", "aria-label": "The event’s JSON" });
  const accepted = h("p", { class: "muted" });
  const element = h(
    "div",
    { class: "view" },
    h("div", { class: "bar" }, h("h2", {}, "Does it go there?")),
    h(
      "p",
      {},
      "Event ",
      h("code", {}, event),
      " and ",
      link(["listeners", listener], {}, `listener ${listener}`),
      ": the class, the user and the filter of the registration, as it is now.",
    ),
    h(
      "div",
      { class: "columns" },
      h("section", { class: "panel", "aria-label": "Why" }, explanationPanel(store)),
      h("section", { class: "panel", "aria-label": "Event" }, h("div", { class: "bar" }, h("h2", {}, "Event"), accepted), json),
    ),
  );
  void (async () => {
    try {
      const [explanation, { text, acceptedAt }] = await Promise.all([api.explain(Number(listener), event), api.event(event)]);
      if (signal.aborted) return;
      json.textContent = inLines(text);
      accepted.replaceChildren("accepted ", moment(acceptedAt));
      store.set({ explanation: { ...explanation, root: compact(explanation.root) } });
    } catch (error) {
      complain(error);
    }
  })();
  return { title: `Listener ${listener} and ${event}`, element };
}
