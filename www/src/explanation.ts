/** Why the chosen event does, or does not, match: a tree of the filter's parts. */

import type { Explanation, ExplanationNode, ReachedValue } from "hooksieve";

import { h, sentence } from "./dom";
import { DIALECTS, otherDialect, type Store } from "./state";

/** What one can still look through. */
const MAX_NODES = 400;

const KINDS: Partial<Record<ExplanationNode["kind"], string>> = {
  all: "all of",
  and: "$and",
  or: "$or",
  nor: "$nor",
  not: "$not",
  allOf: "$all",
  elemMatch: "$elemMatch",
  comment: "$comment",
};

/** The parts of an explanation, each before its own parts. */
export function* parts(node: ExplanationNode): Generator<ExplanationNode> {
  yield node;
  for (const part of node.parts ?? []) yield* parts(part);
}

/**
 * The same without what says nothing of its own: below the root, a path with one operator is that one
 * condition, and so is a branch with one condition.
 */
export function compact(root: ExplanationNode): ExplanationNode {
  const merge = (node: ExplanationNode): ExplanationNode => {
    const [part, ...others] = node.parts ?? [];
    const isAlone = part !== undefined && others.length === 0;
    if (isAlone && (node.kind === "field" || node.kind === "all")) {
      return merge({ ...part, ...(node.range && { range: node.range }) });
    }
    return compact(node);
  };
  return root.parts ? { ...root, parts: root.parts.map(merge) } : root;
}

/**
 * The values because of which a condition holds, or does not: those that pass its test, which a negation
 * is the opposite of; where there are none, all of them.
 */
export function deciding({ values = [] }: ExplanationNode): ReachedValue[] {
  const passing = values.filter(({ passes }) => passes);
  return passing.length > 0 ? passing : values;
}

/** The innermost part of the filter that is written at a position; the filter as a whole is none. */
export function partAt({ root }: Explanation, position: number): ExplanationNode | undefined {
  let found: ExplanationNode | undefined;
  for (const node of parts(root)) {
    const { range } = node;
    if (node === root || !range || position < range.start || position >= range.end) continue;
    if (!found?.range || range.end - range.start < found.range.end - found.range.start) found = node;
  }
  return found;
}

/** The condition that decides, the first one where there are several. */
function decisive(node: ExplanationNode): ExplanationNode {
  const all = node.parts ?? [];
  const decides = (part: ExplanationNode): boolean => {
    if (part.isReached === false) return false;
    if (node.verdict === null) return part.verdict === null;
    if (node.kind === "not") return true;
    if (node.kind === "nor") return part.verdict !== node.verdict;
    return part.verdict === node.verdict;
  };
  const part = all.find((one) => one.kind !== "comment" && decides(one));
  return part ? decisive(part) : node;
}

/** The panel that shows the explanation of the store's chosen event. */
export function explanationPanel(store: Store): HTMLElement {
  const reason = h("div", { class: "reason" });
  const list = h("ul", { class: "tree", role: "tree", "aria-label": "Conditions" });
  const panel = h("div", { class: "why" }, reason, list);
  let items = new Map<ExplanationNode, HTMLElement>();

  const point = (target: EventTarget | null): void => {
    const item = target instanceof Element ? target.closest("[role=treeitem]") : null;
    const node = [...items].find(([, element]) => element === item)?.[0];
    store.set({ pointed: node ? [node] : [] });
  };
  list.addEventListener("mouseover", (event) => point(event.target));
  list.addEventListener("mouseleave", () => point(null));
  list.addEventListener("focusin", (event) => point(event.target));
  list.addEventListener("focusout", () => point(null));
  list.addEventListener("keydown", (event) => moveFocus(event, [...items.values()]));

  store.on(["explanation", "event", "shown", "portable"], ({ explanation, elsewhere, event, portable, shown, verdicts }) => {
    // Who is in the tree with the keyboard stays at the same line of it.
    const focused = [...items.values()].findIndex((element) => element.matches(":focus"));
    items = new Map();
    panel.classList.toggle("empty", !explanation);
    if (!explanation) {
      list.replaceChildren();
      reason.replaceChildren(
        event && !verdicts ? "The filter has to be valid first." : "Choose an event to see why it does, or does not, match.",
      );
      return;
    }
    const { matches, throws, reason: text, root } = explanation;
    reason.replaceChildren(h("span", { class: badgeClass(matches) }, badgeText(matches)), " ", ...sentence(text));
    if (throws !== undefined) reason.append(h("p", {}, h("code", {}, throws)));
    // What the other dialect says is told to who asks for it, where it says something else.
    if (elsewhere && verdicts && elsewhere.matches !== matches && (shown === "dialects" || portable)) {
      const badge = h("span", { class: badgeClass(elsewhere.matches) }, badgeText(elsewhere.matches));
      const name = DIALECTS[otherDialect(verdicts.dialect)];
      reason.append(h("p", { class: "elsewhere" }, `By the rules of ${name}: `, badge, " ", ...sentence(elsewhere.reason)));
    }
    list.replaceChildren(item(root, 1, items));
    if (items.size >= MAX_NODES) list.append(h("li", { class: "more", role: "none" }, "… and more"));

    const stop = [...items.values()][focused] ?? items.get(root);
    if (stop) stop.tabIndex = 0;
    if (focused >= 0) stop?.focus({ preventScroll: true });
    const element = items.get(decisive(root));
    element?.classList.add("decisive");
    const row = element?.querySelector(".node");
    if (row instanceof HTMLElement) list.scrollTop = Math.max(0, row.offsetTop + row.offsetHeight - list.clientHeight);
  });

  store.on(["isStale"], ({ isStale }) => panel.classList.toggle("stale", isStale));
  store.on(["pointed"], ({ pointed }) => {
    for (const [node, element] of items) element.classList.toggle("pointed", pointed.includes(node));
  });
  return panel;
}

/** ✓, ✗ or !, with what it says for those who do not tell them apart; `null` is for what throws. */
export function badgeText(matches: boolean | null): string {
  if (matches === null) return "! throws";
  return matches ? "✓ match" : "✗ no match";
}

export function badgeClass(matches: boolean | null): string {
  return `badge ${colour(matches)}`;
}

function colour(verdict: boolean | null): string {
  if (verdict === null) return "throws";
  return verdict ? "yes" : "no";
}

/** What stands before a part, and what is read out. */
function signs({ verdict, isReached }: ExplanationNode): { mark: string; spoken: string; name: string } {
  if (isReached === false) return { mark: "–", spoken: "not reached: ", name: "muted" };
  if (verdict === null) return { mark: "!", spoken: "throws: ", name: "throws" };
  return verdict ? { mark: "✓", spoken: "holds: ", name: "yes" } : { mark: "✗", spoken: "does not hold: ", name: "no" };
}

function item(node: ExplanationNode, level: number, items: Map<ExplanationNode, HTMLElement>): HTMLElement {
  const { mark, spoken, name } = signs(node);
  const said = h("span", { class: "said" }, h("code", { class: "what" }, what(node)), " ", ...sentence(node.sentence));
  if (node.isReached === false) said.append(h("em", {}, " (not reached)"));
  const row = h(
    "div",
    { class: node.isReached === false ? "node unreached" : "node" },
    h("span", { class: `mark ${name}`, "aria-hidden": "true" }, mark),
    h("span", { class: "hidden" }, spoken),
    said,
  );
  const element = h("li", { role: "treeitem", tabindex: -1, "aria-level": level }, row);
  items.set(node, element);
  const shown = (node.parts ?? []).filter(() => items.size < MAX_NODES);
  if (shown.length > 0) {
    element.setAttribute("aria-expanded", "true");
    const group = h("ul", { role: "group" });
    for (const part of shown) {
      if (items.size < MAX_NODES) group.append(item(part, level + 1, items));
    }
    if (node.moreParts) group.append(h("li", { class: "more", role: "none" }, `… and ${node.moreParts} more`));
    element.append(group);
  }
  return element;
}

function what({ kind, path, operator, operand, isLiteral, isCut, element }: ExplanationNode): string {
  if (kind === "element") return element ?? "";
  const test = isLiteral ? "" : (operator ?? KINDS[kind] ?? "");
  const value = kind === "condition" && operand !== undefined ? `${operand}${isCut ? "…" : ""}` : "";
  return [path, test, value].filter(Boolean).join(isLiteral ? ": " : " ");
}

/** Arrow keys, Home and End move through elements of which one at a time is a stop of the tab key. */
export function moveFocus(event: KeyboardEvent, elements: HTMLElement[]): void {
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  const at = target ? elements.indexOf(target) : -1;
  const positions: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: elements.length - 1,
  };
  const next = elements[positions[event.key] ?? -1];
  if (!target || !next) return;
  event.preventDefault();
  target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
