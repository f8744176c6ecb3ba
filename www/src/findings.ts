/** What is wrong with the filter, or suspicious: under the editor, and as squiggles in it. */

import type { Lint, Problem } from "hooksieve";

import { h, sentence } from "./dom";
import type { Editor, Finding } from "./editor";
import type { State, Store } from "./state";

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;
const TITLES = { error: "Error", warning: "Warning", info: "Note" } as const;

export function findings({ errors, lints }: State): Finding[] {
  return [...errors.map(fromProblem), ...lints.map(fromLint)];
}

function fromProblem({ message, range, hint, replacement }: Problem): Finding {
  return {
    severity: "error",
    message: hint ? `${message}: ${hint}` : message,
    range: range ?? { start: 0, end: 0 },
    fix: replacement && { title: `Write ${excerpt(replacement.text)}`, replacement },
  };
}

function fromLint({ severity, message, range, suggestion }: Lint): Finding {
  const replacement = suggestion?.replacement;
  return {
    severity: SEVERITIES[severity],
    message: suggestion ? `${message}; ${suggestion.message}` : message,
    range: range ?? { start: 0, end: 0 },
    fix: replacement && { title: `Write ${excerpt(replacement.text)}`, replacement },
  };
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || "nothing";
}

export function findingsPanel(store: Store, editor: () => Editor): HTMLElement {
  const list = h("ul", { class: "findings", "aria-label": "Problems" });
  store.on(["errors", "lints"], (state) => {
    list.replaceChildren(
      ...findings(state).map(({ severity, message, range, fix }) => {
        const where = h(
          "button",
          { class: "where", type: "button", onclick: () => editor().select(range) },
          h("span", { class: `severity ${severity}` }, TITLES[severity]),
          " ",
          ...sentence(message),
        );
        const item = h("li", {}, where);
        if (fix) {
          const apply = (): void => {
            editor().replace(fix.replacement);
            editor().focus();
          };
          item.append(h("button", { class: "fix", type: "button", onclick: apply }, fix.title));
        }
        return item;
      }),
    );
  });
  const region = h("div", { class: "findings-region", role: "region", "aria-label": "Problems", "aria-live": "polite" }, list);
  return region;
}
