/** Panels of which one at a time is shown. */

import { h } from "./dom";
import { moveFocus } from "./explanation";

export function tabs(panels: Record<string, HTMLElement>): HTMLElement {
  const bar = h("div", { class: "tabs", role: "tablist" });
  const all = Object.entries(panels).map(([title, panel], index) => {
    const id = title.toLowerCase();
    const tab = h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, title);
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => select(index));
    tab.addEventListener("focus", () => select(index));
    return { tab, panel };
  });
  const select = (chosen: number): void => {
    all.forEach(({ tab, panel }, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panel.hidden = index !== chosen;
    });
  };
  bar.append(...all.map(({ tab }) => tab));
  bar.addEventListener("keydown", (event) => moveFocus(event, all.map(({ tab }) => tab)));
  select(0);
  return h("section", { class: "panel tabbed" }, bar, ...all.map(({ panel }) => panel));
}
