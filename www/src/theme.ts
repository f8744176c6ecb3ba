/** Light or dark. */

import { h } from "./dom";

export type Theme = "auto" | "light" | "dark";

const THEMES: Record<Theme, string> = { auto: "System theme", light: "Light", dark: "Dark" };

/** Where the browser keeps what was chosen. */
const KEY = "hooksieve-theme";

/** Marks the element with the theme, and with `auto` again whenever the system's changes. */
export function followTheme(
  element: HTMLElement,
  theme: Theme,
): { current: () => Theme; set: (theme: Theme) => void; stop: () => void } {
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let current = theme;
  const apply = (): void => {
    element.dataset.theme = current === "auto" ? (prefersDark.matches ? "dark" : "light") : current;
  };
  apply();
  prefersDark.addEventListener("change", apply);
  return {
    current: () => current,
    set: (theme) => {
      current = theme;
      apply();
    },
    stop: () => prefersDark.removeEventListener("change", apply),
  };
}

/** A choice of the theme, which starts with the one that was chosen last. */
export function themeChoice(start: Theme, set: (theme: Theme) => void): HTMLElement {
  const options = Object.entries(THEMES).map(([value, title]) => h("option", { value }, title));
  const select = h("select", { "aria-label": "Theme" }, ...options);
  select.value = remembered() ?? start;
  select.addEventListener("change", () => {
    choose(select.value);
    remember(select.value);
  });
  const choose = (value: string): void => {
    if (isTheme(value)) set(value);
  };
  choose(select.value);
  return select;
}

function isTheme(name: string): name is Theme {
  return Object.hasOwn(THEMES, name);
}

function remembered(): Theme | undefined {
  try {
    const name = localStorage.getItem(KEY) ?? "";
    return isTheme(name) ? name : undefined;
  } catch {
    // The browser keeps nothing for this page.
    return undefined;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it lasts as long as the page.
  }
}
