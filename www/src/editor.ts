/** The filter's editor: JSON, what is wrong with it, and what is pointed at. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, keymap, lineNumbers, type DecorationSet } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Range, Replacement } from "hooksieve";

import { completions, type Knowledge } from "./completion";
import { h, sentence } from "./dom";
import { keyOf, tree } from "./place";
import type { Condition } from "./protocol";

export interface Finding {
  severity: "error" | "warning" | "info";
  message: string;
  range: Range;
  fix: { title: string; replacement: Replacement } | undefined;
}

export interface EditorOptions {
  parent: HTMLElement;
  root: ShadowRoot;
  text: string;
  knowledge: Knowledge;
  onChange: (text: string) => void;
  /** The cursor or the pointer is at this place of the text; `undefined` when the pointer has left. */
  onPoint: (position: number | undefined) => void;
}

const point = StateEffect.define<readonly Range[]>();
const pointed = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(point)) {
        const marks = effect.value
          .filter(({ start, end }) => start < end && end <= transaction.newDoc.length)
          .map(({ start, end }) => Decoration.mark({ class: "pointed" }).range(start, end));
        return Decoration.set(marks, true);
      }
    }
    return decorations.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** On a change that was not made in the editor. */
const fromOutside = Annotation.define<boolean>();

/** Colours come from the widget's variables; style.css has them. */
const theme = EditorView.theme({
  "&": { height: "100%", color: "inherit", backgroundColor: "transparent", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--pointed)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxWidth: "min(90vw, 36rem)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.75" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "bold" },
  // The squiggles that come with CodeMirror are images, which a strict policy refuses.
  ...Object.fromEntries(
    [
      ["error", "no"],
      ["warning", "warning"],
      ["info", "accent"],
    ].map(([severity, colour]) => [
      `.cm-lintRange-${severity}`,
      { backgroundImage: "none", textDecoration: `underline wavy var(--${colour})`, textUnderlineOffset: "3px" },
    ]),
  ),
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on-accent)", font: "inherit" },
});

/**
 * Text that is typed over a selection. Chromium would give it the look of what was there by an inline
 * style, which a strict policy refuses, and reports.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  const text = event.data;
  if (event.inputType !== "insertText" || !text || empty || view.composing) return false;
  const insert = () =>
    view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handler) => handler(view, from, to, text, insert))) view.dispatch(insert());
  return true;
}

export class Editor {
  readonly #view: EditorView;

  constructor({ parent, root, text, knowledge, onChange, onPoint }: EditorOptions) {
    this.#view = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of("  "),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ override: [completions(knowledge)], icons: false }),
          json(),
          syntaxHighlighting(classHighlighter),
          pointed,
          theme,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "Filter", tabindex: "0" }),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...lintKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(this.text);
            const isOwn = !update.transactions.some((transaction) => transaction.annotation(fromOutside));
            if (update.selectionSet && isOwn) onPoint(update.state.selection.main.head);
          }),
          EditorView.domEventHandlers({
            beforeinput: replaceSelection,
            mousemove: (event, view) => {
              onPoint(view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? undefined);
            },
            mouseleave: () => onPoint(undefined),
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  setText(text: string): void {
    if (text === this.text) return;
    this.#view.dispatch({
      changes: { from: 0, to: this.#view.state.doc.length, insert: text },
      annotations: fromOutside.of(true),
    });
  }

  focus(): void {
    this.#view.focus();
  }

  /** Moves the cursor to a place and shows it. */
  select({ start, end }: Range): void {
    const bounded = (position: number): number => Math.min(position, this.#view.state.doc.length);
    this.#view.dispatch({ selection: { anchor: bounded(start), head: bounded(end) }, scrollIntoView: true });
    this.#view.focus();
  }

  /** Marks what is pointed at elsewhere. */
  point(ranges: readonly Range[]): void {
    this.#view.dispatch({ effects: point.of(ranges) });
  }

  setFindings(findings: readonly Finding[]): void {
    const length = this.#view.state.doc.length;
    const diagnostics = findings.map(({ severity, message, range, fix }): Diagnostic => ({
      from: Math.min(range.start, length),
      to: Math.min(Math.max(range.end, range.start), length),
      severity,
      message,
      renderMessage: () => h("span", {}, ...sentence(message)),
      actions: fix ? [{ name: fix.title, apply: () => this.replace(fix.replacement) }] : [],
    }));
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  replace({ range, text }: Replacement): void {
    this.#view.dispatch({
      changes: { from: range.start, to: range.end, insert: text },
      selection: { anchor: range.start + text.length },
      userEvent: "input",
      scrollIntoView: true,
    });
  }

  /**
   * Adds a condition at the top of the filter. Where there is one on the same path, it takes its place; of
   * several operators on it, that of the same one. Answers what it did.
   */
  add({ path, operator: name, operand, literal }: Condition): "added" | "replaced" {
    const { state } = this.#view;
    const key = JSON.stringify(path);
    const object = tree(state).topNode.getChild("Object");
    const properties = object?.getChildren("Property") ?? [];
    const [first] = properties;
    if (!object || !first) {
      this.replace({ range: { start: 0, end: state.doc.length }, text: `{\n  ${key}: ${literal}\n}` });
      return "added";
    }

    const same = properties.find((property) => keyOf(state, property) === path)?.lastChild;
    if (same) {
      const operators = same.name === "Object" ? same.getChildren("Property") : [];
      const [operator] = operators;
      const equal = operators.find((property) => keyOf(state, property) === name)?.lastChild;
      if (operator && !equal && keyOf(state, operator).startsWith("$")) {
        this.replace({ range: { start: operator.from, end: operator.from }, text: `"${name}": ${operand}, ` });
      } else {
        const { from, to } = equal ?? same;
        this.replace({ range: { start: from, end: to }, text: equal ? operand : literal });
      }
      return "replaced";
    }

    const last = properties.at(-1) ?? first;
    const isMultiline = state.doc.lineAt(object.from).from !== state.doc.lineAt(last.from).from;
    const separator = isMultiline ? `,\n${/^\s*/.exec(state.doc.lineAt(last.from).text)?.[0] ?? ""}` : ", ";
    this.replace({ range: { start: last.to, end: last.to }, text: `${separator}${key}: ${literal}` });
    return "added";
  }

  destroy(): void {
    this.#view.destroy();
  }
}
