/** The parts of the form: controls with their labels, and with what is wrong with them. */

import { h, sentence, type Child } from "../dom";
import { REDACTED } from "./api";

let lastId = 0;

/** Something of the form that can be wrong. */
export interface Place {
  element: HTMLElement;
  /** Says what is wrong with it, and when it is nothing any more. */
  refuse: (messages: readonly string[]) => void;
  focus: () => void;
}

export type Control = HTMLInputElement | HTMLSelectElement;

/** A control with its label, and below it what is wrong, or what it is for. */
export function field(label: string, control: Control, hint: Child[] = []): Place {
  const id = `field-${++lastId}`;
  control.id = id;
  const help = h("p", { class: "hint", id: `${id}-hint` }, ...hint);
  help.hidden = hint.length === 0;
  const { element: error, refuse } = errorOf(control, hint.length > 0 ? [help.id] : []);
  const element = h("div", { class: "field" }, h("label", { for: id }, label), control, error, help);
  return { element, refuse, focus: () => control.focus() };
}

/** The place for what is wrong with a control, which names it then. */
function errorOf(control: HTMLElement, described: readonly string[]): { element: HTMLElement; refuse: Place["refuse"] } {
  const element = h("p", { class: "refused", id: `error-${++lastId}` });
  const refuse = (messages: readonly string[]): void => {
    const isWrong = messages.length > 0;
    element.hidden = !isWrong;
    element.replaceChildren(...messages.flatMap((message, index) => [...(index > 0 ? [h("br")] : []), ...sentence(message)]));
    const descriptions = [...(isWrong ? [element.id] : []), ...described];
    if (descriptions.length > 0) control.setAttribute("aria-describedby", descriptions.join(" "));
    else control.removeAttribute("aria-describedby");
    if (isWrong) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  refuse([]);
  return { element, refuse };
}

export function choice(options: Record<string, string>): HTMLSelectElement {
  return h("select", {}, ...Object.entries(options).map(([value, title]) => h("option", { value }, title)));
}

/** A text whose value may be a secret that is stored, and is not shown. */
export class SecretInput {
  readonly input: HTMLInputElement;
  #isKept = false;

  constructor(label: string, isHidden: boolean, text: string) {
    this.input = h("input", {
      type: isHidden ? "password" : "text",
      "aria-label": label,
      autocomplete: isHidden ? "new-password" : "off",
      spellcheck: "false",
    });
    this.input.addEventListener("input", () => this.#keep(false));
    if (text === REDACTED) this.#keep(true);
    else this.input.value = text;
  }

  /** What is sent: `[redacted]` keeps what is stored. */
  get text(): string {
    return this.#isKept ? REDACTED : this.input.value;
  }

  #keep(isKept: boolean): void {
    this.#isKept = isKept;
    this.input.placeholder = isKept ? "stored; kept" : "";
  }
}

/** A row of a list that grows and shrinks. */
export interface Row {
  controls: HTMLElement[];
  place: Place;
}

/** Rows that can be added and removed. */
export class Rows<R extends Row> implements Place {
  readonly element: HTMLElement;
  readonly refuse: Place["refuse"];
  readonly #list = h("div");
  readonly #add: HTMLButtonElement;
  readonly #noun: string;
  readonly #create: (number: number) => R;
  #rows: R[] = [];
  #count = 0;

  /** `noun` is what a row is called. */
  constructor(label: string, noun: string, hint: Child[], create: (number: number) => R) {
    this.#noun = noun;
    this.#create = create;
    this.#add = h("button", { type: "button" }, `Add ${noun}`);
    this.#add.addEventListener("click", () => this.add().place.focus());
    const { element: error, refuse } = errorOf(this.#add, []);
    this.refuse = refuse;
    const help = h("p", { class: "hint" }, ...hint);
    help.hidden = hint.length === 0;
    this.element = h("fieldset", {}, h("legend", {}, label), help, this.#list, error, this.#add);
  }

  get rows(): readonly R[] {
    return this.#rows;
  }

  add(): R {
    const number = ++this.#count;
    const row = this.#create(number);
    const remove = h("button", { type: "button", "aria-label": `Remove ${this.#noun} ${number}` }, "✕");
    const element = h("div", { class: "row-of" }, ...row.controls, remove, row.place.element);
    remove.addEventListener("click", () => {
      this.#rows = this.#rows.filter((other) => other !== row);
      element.remove();
      this.focus();
    });
    this.#rows = [...this.#rows, row];
    this.#list.append(element);
    return row;
  }

  clear(): void {
    this.#rows = [];
    this.#count = 0;
    this.#list.replaceChildren();
  }

  focus(): void {
    this.#add.focus();
  }
}

/** The place for what is wrong with a row: it names `control`. */
export function rowPlace(control: HTMLElement): Place {
  const { element, refuse } = errorOf(control, []);
  return { element, refuse, focus: () => control.focus() };
}
