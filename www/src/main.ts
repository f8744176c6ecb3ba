/** The page: the widget, with the samples and the examples that ship. */

import eventsUrl from "../../examples/events.ndjson?url";
import { mount, type Example } from "./mount";

const FILES = import.meta.glob<string>("../../examples/filters/*.json", { query: "?raw", import: "default", eager: true });

const examples = Object.entries(FILES).map(([path, text]): Example => {
  const name = path.slice(path.lastIndexOf("/") + 1, -".json".length).replaceAll("-", " ");
  return { name, text: text.trim() };
});

const START = `{
  "event.node.path": {"$endsWith": ".pdf"},
  "user.uid": {"$ne": "bob"}
}`;

const element = document.getElementById("preview");
if (element) {
  mount(element, {
    filter: START,
    events: { kind: "url", url: new URL(eventsUrl, location.href).href, name: "1,000 sample events" },
    examples,
    permalink: true,
    themeChoice: true,
  });
}

// So that the page works without a network the next time. Where that is not allowed, it works with one.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  void navigator.serviceWorker.register("./offline.js").catch(() => undefined);
}
