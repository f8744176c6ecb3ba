/** The chosen event's JSON. A click on a value adds a condition for it. */

import { h } from "./dom";
import { deciding, moveFocus, parts } from "./explanation";
import type { EventLine } from "./protocol";
import type { Store } from "./state";

/** What is shown of a value, in UTF-16 code units. */
const MAX_VALUE = 2_000;

export function eventPanel(store: Store, onValue: (pointer: string) => void): HTMLElement {
  const code = h("div", { class: "json" });
  const hint = h("p", { class: "hint" }, "A click on a value adds it to the filter.");
  const title = h("h2", {}, "Event");
  const panel = h("section", { class: "panel event", "aria-label": "Event" }, title, hint, code);
  let places = new Map<string, HTMLElement>();

  const pointerOf = (target: EventTarget | null): string | undefined => {
    const place = target instanceof Element ? target.closest("[data-pointer]") : null;
    return place?.getAttribute("data-pointer") ?? undefined;
  };
  const point = (target: EventTarget | null): void => {
    const pointer = pointerOf(target);
    const { explanation } = store.state;
    const nodes = explanation && pointer !== undefined ? [...parts(explanation.root)] : [];
    store.set({
      pointed: nodes.filter(
        (node) => node.element === pointer || node.values?.some((value) => value.pointer === pointer),
      ),
    });
  };
  code.addEventListener("mouseover", (event) => point(event.target));
  code.addEventListener("mouseleave", () => point(null));
  code.addEventListener("focusin", (event) => point(event.target));
  code.addEventListener("focusout", () => point(null));
  code.addEventListener("keydown", (event) => moveFocus(event, [...code.querySelectorAll("button")]));
  code.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const pointer = pointerOf(button);
    if (pointer !== undefined) onValue(pointer);
  });

  store.on(["event"], ({ event, chosen, log }) => {
    places = new Map();
    panel.classList.toggle("empty", !event);
    title.textContent = event && log && chosen !== undefined ? `Event ${chosen + 1}` : "Event";
    code.replaceChildren(...(event?.lines ?? []).map((line) => lineElement(line, places)));
    if (event?.isCut) code.append(h("div", { class: "more" }, "… and more"));
    const first = code.querySelector("button");
    if (first) first.tabIndex = 0;
    code.scrollTop = 0;
  });

  store.on(["explanation", "event"], ({ explanation }) => {
    for (const place of places.values()) place.classList.remove("reached");
    if (!explanation) return;
    for (const { values } of parts(explanation.root)) {
      for (const { pointer } of values ?? []) places.get(pointer)?.classList.add("reached");
    }
  });

  store.on(["pointed", "event"], ({ pointed }) => {
    for (const place of places.values()) place.classList.remove("pointed", "holds", "fails");
    const marked: HTMLElement[] = [];
    const mark = (pointer: string, ...classes: string[]): void => {
      const place = places.get(pointer);
      place?.classList.add("pointed", ...classes);
      if (place) marked.push(place);
    };
    for (const node of pointed) {
      for (const part of parts(node)) {
        const colour = part.verdict ? "holds" : "fails";
        for (const { pointer } of deciding(part)) mark(pointer, colour);
        for (const { pointer } of part.missing ?? []) mark(pointer, colour);
      }
      if (node.element !== undefined) mark(node.element);
    }
    const [first] = marked;
    if (first && !code.matches(":hover, :focus-within")) reveal(code, first);
  });
  return panel;
}

/** Scrolls the panel alone: `scrollIntoView` would move the page, too. */
function reveal(scroller: HTMLElement, element: HTMLElement): void {
  const top = element.offsetTop;
  if (top < scroller.scrollTop || top + element.offsetHeight > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top - scroller.clientHeight / 2;
  }
}

function lineElement(line: EventLine, places: Map<string, HTMLElement>): HTMLElement {
  const { depth, key, kind, pointer, hasComma } = line;
  const text = line.text.length > MAX_VALUE ? `${line.text.slice(0, MAX_VALUE)}…` : line.text;
  const value =
    kind === "bracket"
      ? h("span", { class: "bracket", "data-pointer": pointer }, text)
      : h("button", { class: `value ${kind}`, type: "button", tabindex: -1, "data-pointer": pointer }, text);
  if (pointer !== undefined) places.set(pointer, value);
  const element = h("div", { class: "line" });
  element.style.paddingLeft = `${depth * 1.2}em`;
  if (key !== undefined) element.append(h("span", { class: "key" }, key), ":\u00a0");
  element.append(value);
  if (hasComma) element.append(h("span", { class: "rest" }, ","));
  return element;
}
