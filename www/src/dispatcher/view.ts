/** What a view is, and what it is given. */

import type { Child } from "../dom";
import type { Theme } from "../theme";
import type { Listener } from "./api";
import type { Live } from "./live";
import type { Route } from "./route";

export interface Context {
  live: Live;
  /** The listeners as they are registered; how they are doing may be older. */
  listeners: () => Promise<readonly Listener[]>;
  /** Aborted when the view is left. */
  signal: AbortSignal;
  /** Says something to everyone, screen readers included. */
  say: (...news: Child[]) => void;
  /** Says what could not be done. */
  complain: (error: unknown) => void;
  /** Goes to another view, and says something there. */
  leave: (hash: string, ...news: Child[]) => void;
  /** Calls with the theme, now and when another one is chosen. */
  onTheme: (follow: (theme: Theme) => void) => void;
}

export interface View {
  title: string;
  element: HTMLElement;
  /** Where the focus goes when the view is opened; its heading, where this is not given. */
  focus?: HTMLElement;
}

export type OpenView = (context: Context, route: Route) => View;
