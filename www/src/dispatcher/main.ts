/** The page of the dispatcher: one view at a time, which the address names, and news of it all. */

import { h, type Child } from "../dom";
import styles from "../style.css?inline";
import { followTheme, themeChoice, type Theme } from "../theme";
import * as api from "./api";
import own from "./dispatcher.css?inline";
import { deliveriesView } from "./deliveries";
import { eventsView } from "./events";
import { explanationView } from "./explanation";
import { listenersView } from "./listeners";
import { Live } from "./live";
import { registrationView } from "./registration";
import { fromHash, toHash } from "./route";
import type { Context, OpenView } from "./view";

const NAME = "hooksieve dispatcher";

/** The views that the bar leads to. */
const PLACES = { events: "Events", listeners: "Listeners", deliveries: "Deliveries" } as const;

const element = document.getElementById("page");
if (element) start(element);

function start(parent: HTMLElement): void {
  document.adoptedStyleSheets = [styles, own].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });

  const links = Object.entries(PLACES).map(([name, title]) => ({ name, link: h("a", { href: toHash([name]) }, title) }));
  const registerLink = h("a", { href: toHash(["listeners", "new"]), class: "primary" }, "New listener");
  const connection = h("span", { class: "connection", role: "status" });
  const news = h("span");
  const trouble = h("span");
  const dismiss = h("button", { type: "button" }, "Dismiss");
  const troubleBar = h("div", { class: "trouble" }, trouble, dismiss);
  dismiss.addEventListener("click", () => say());
  const bar = h(
    "header",
    {},
    h("h1", {}, "hooksieve"),
    h("nav", { "aria-label": "Views" }, ...links.map(({ link }) => link)),
    connection,
    registerLink,
  );
  const main = h("main");
  const messages = h(
    "div",
    { class: "messages" },
    h("div", { role: "status", class: "news" }, news),
    h("div", { role: "alert" }, troubleBar),
  );
  const app = h("div", { class: "widget app" }, bar, messages, main);

  const say = (...parts: Child[]): void => {
    news.replaceChildren(...parts);
    trouble.textContent = "";
    troubleBar.hidden = true;
  };
  const complain = (error: unknown): void => {
    news.replaceChildren();
    trouble.textContent = error instanceof Error ? error.message : String(error);
    troubleBar.hidden = false;
  };
  say();

  const themes = new Set<(theme: Theme) => void>();
  const theme = followTheme(app, "auto");
  bar.append(
    themeChoice("auto", (name) => {
      theme.set(name);
      themes.forEach((follow) => follow(name));
    }),
  );
  parent.append(app);

  const live = new Live();
  live.on("connection", (isOpen) => {
    connection.className = isOpen ? "connection yes" : "connection no";
    connection.textContent = isOpen ? "● live" : "○ not live: connecting again…";
  });
  const listeners = listenersOf(live);
  live.start();

  let leave: AbortController | undefined;
  let isFirst = true;
  /** What is said in the view that comes next. */
  let farewell: Child[] = [];
  const show = (): void => {
    leave?.abort();
    const left = new AbortController();
    leave = left;
    const route = fromHash(location.hash);
    const context: Context = {
      live,
      listeners,
      signal: left.signal,
      say,
      leave: (hash, ...news) => {
        farewell = news;
        location.hash = hash;
      },
      complain: (error) => {
        if (!left.signal.aborted) complain(error);
      },
      onTheme: (follow) => {
        themes.add(follow);
        left.signal.addEventListener("abort", () => themes.delete(follow));
        follow(theme.current());
      },
    };
    const view = viewFor(route.path)(context, route);
    document.title = `${view.title} · ${NAME}`;
    for (const { name, link } of links) {
      if (name === (route.path[0] ?? "events")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    main.replaceChildren(view.element);
    const heading = view.focus ?? view.element.querySelector<HTMLElement>("h2");
    // The first view is where the page starts: at its top.
    if (heading && !isFirst) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: view.focus === undefined });
    }
    if (!isFirst && view.focus === undefined) {
      scrollTo(0, 0);
      main.scrollTop = 0;
    }
    isFirst = false;
  };
  window.addEventListener("hashchange", () => {
    say(...farewell);
    farewell = [];
    show();
  });
  show();
}

/** Asks for the listeners once, and again after they have changed: there may be thousands. */
function listenersOf(live: Live): Context["listeners"] {
  let known: ReturnType<Context["listeners"]> | undefined;
  const forget = (): void => void (known = undefined);
  live.on("listener", forget);
  live.on("gap", forget);
  return () => {
    if (!known) {
      known = api.listeners();
      known.catch(forget);
    }
    return known;
  };
}

function viewFor([place, name]: readonly string[]): OpenView {
  switch (place) {
    case "listeners":
      return name === undefined ? listenersView : registrationView;
    case "deliveries":
      return deliveriesView;
    case "explain":
      return explanationView;
    default:
      return eventsView;
  }
}
