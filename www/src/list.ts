/**
 * A list of any length: only the rows in view exist, and the same elements show others while it scrolls.
 */

import { h } from "./dom";

/** Browsers lay out no element that is much taller; a longer list scrolls in larger steps. */
const MAX_HEIGHT = 8_000_000;

/** One of the elements that rows are shown in. */
export interface RowView {
  element: HTMLElement;
  show: (position: number) => void;
}

export interface ListOptions {
  label: string;
  rowHeight: number;
  createRow: () => RowView;
  /** The rows from `first` to before `end` came into view. */
  onView: (first: number, end: number) => void;
  /** The row at the position was chosen, with the keyboard or the pointer. */
  onChoose: (position: number, byPointer: boolean) => void;
}

export class VirtualList {
  readonly element: HTMLElement;
  readonly #options: ListOptions;
  readonly #spacer: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #views: RowView[] = [];
  #length = 0;
  #chosen: number | undefined;
  #frame = 0;

  constructor(options: ListOptions) {
    this.#options = options;
    this.#rows = h("div", { class: "rows", role: "presentation" });
    this.#spacer = h("div", { class: "spacer", role: "presentation" }, this.#rows);
    this.element = h(
      "div",
      { class: "list", role: "listbox", tabindex: 0, "aria-label": options.label },
      this.#spacer,
    );
    this.element.addEventListener("scroll", () => this.#later(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("click", (event) => this.#onClick(event));
    new ResizeObserver(() => this.#later()).observe(this.element);
  }

  /** Shows `length` rows; `chosen` is the position of the chosen one, where it is among them. */
  update(length: number, chosen: number | undefined): void {
    this.#length = length;
    this.#chosen = chosen;
    this.#spacer.style.height = `${Math.min(length * this.#options.rowHeight, MAX_HEIGHT)}px`;
    this.#later();
  }

  /** Scrolls as little as it takes to see the row. */
  reveal(position: number): void {
    const { rowHeight } = this.#options;
    const height = this.element.clientHeight;
    const top = position * rowHeight;
    const offset = this.#offset();
    if (top < offset) this.#scrollTo(top);
    else if (top + rowHeight > offset + height) this.#scrollTo(top + rowHeight - height);
    this.#later();
  }

  /** How far the rows are scrolled, in pixels of a list that is as tall as all of its rows. */
  #offset(): number {
    return this.element.scrollTop * this.#scale();
  }

  #scrollTo(offset: number): void {
    this.element.scrollTop = offset / this.#scale();
  }

  #scale(): number {
    const height = this.element.clientHeight;
    const whole = this.#length * this.#options.rowHeight;
    return whole <= MAX_HEIGHT ? 1 : (whole - height) / (MAX_HEIGHT - height);
  }

  #later(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    const { rowHeight } = this.#options;
    const offset = this.#offset();
    const first = Math.max(0, Math.floor(offset / rowHeight) - 2);
    const end = Math.min(this.#length, Math.ceil((offset + this.element.clientHeight) / rowHeight) + 2);
    const shift = this.element.scrollTop - offset + first * rowHeight;
    this.#rows.style.transform = `translateY(${shift}px)`;
    this.#options.onView(first, end);

    while (this.#views.length < end - first) this.#views.push(this.#options.createRow());
    const shown = this.#views.slice(0, end - first);
    shown.forEach((view, index) => this.#show(view, first + index));
    if (this.#rows.childElementCount !== shown.length) {
      this.#rows.replaceChildren(...shown.map(({ element }) => element));
    }
    this.#markActive();
  }

  #show({ element, show }: RowView, position: number): void {
    show(position);
    element.role = "option";
    element.ariaSelected = String(position === this.#chosen);
    element.ariaPosInSet = String(position + 1);
    element.ariaSetSize = String(this.#length);
    element.dataset.position = String(position);
  }

  /** The chosen row is the active one, as long as it is in view: only then it has an element. */
  #markActive(): void {
    const active = this.#rows.querySelector("[aria-selected=true]");
    if (active) this.element.setAttribute("aria-activedescendant", active.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || this.#length === 0) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#options.rowHeight) - 1);
    const last = this.#length - 1;
    const at = this.#chosen;
    const targets: Record<string, number> = {
      ArrowDown: at === undefined ? 0 : at + 1,
      ArrowUp: at === undefined ? 0 : at - 1,
      PageDown: (at ?? 0) + page,
      PageUp: (at ?? 0) - page,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(last, target)), false);
  }

  #onClick(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest("[data-position]") : null;
    if (row) this.#choose(Number(row.getAttribute("data-position")), true);
  }

  #choose(position: number, byPointer: boolean): void {
    this.#chosen = position;
    this.#options.onChoose(position, byPointer);
    this.reveal(position);
  }
}
