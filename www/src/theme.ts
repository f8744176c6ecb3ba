/** Light or dark. */

export type Theme = "auto" | "light" | "dark";

/** Marks the element with the theme, and with `auto` again whenever the system's changes. */
export function followTheme(element: HTMLElement, theme: Theme): () => void {
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    element.dataset.theme = theme === "auto" ? (prefersDark.matches ? "dark" : "light") : theme;
  };
  apply();
  prefersDark.addEventListener("change", apply);
  return () => prefersDark.removeEventListener("change", apply);
}
