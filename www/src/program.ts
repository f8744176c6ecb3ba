/** The filter's program, for the curious. */

import { h } from "./dom";
import type { Store } from "./state";

export function programPanel(store: Store): HTMLElement {
  const listing = h("pre", { class: "listing", tabindex: 0, "aria-label": "Instructions", role: "region" });
  store.on(["verdicts"], ({ verdicts }) => {
    listing.textContent = verdicts?.listing ?? "";
  });
  return h(
    "div",
    { class: "program" },
    h("p", { class: "hint" }, "What the filter is compiled to: each instruction tests one thing, and goes on ahead."),
    listing,
  );
}
