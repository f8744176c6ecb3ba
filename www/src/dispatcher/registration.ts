/** A listener is registered, or its registration changed: the form, and the filter over the events that came. */

import { counted, h, sentence, type Child } from "../dom";
import { mount } from "../mount";
import * as api from "./api";
import { ApiError, type StoredEvent, type Warning } from "./api";
import { draft } from "./events";
import { fields, inLines } from "./exact";
import { registrationForm } from "./form";
import { toHash, type Route } from "./route";
import type { Context, View } from "./view";
import { FILTER, sort, type Sorted, type Written } from "./written";

/** How many events the filter is tried on. */
const EVENTS = 500;

/** What was not saved when the form was left, by the listener: kept until the page is closed. */
const unsaved = new Map<string, string>();

export function registrationView(context: Context, { path, parameters }: Route): View {
  const { signal, complain, leave } = context;
  const [, name = "new"] = path;
  const id = name === "new" ? undefined : Number(name);
  const title = id === undefined ? "New listener" : `Listener ${id}`;

  const form = registrationForm();
  const holder = h("div", { class: "preview" });
  const about = h("p", { class: "muted", role: "status" });
  const save = h("button", { type: "submit", class: "primary" }, id === undefined ? "Register" : "Save");
  const cancel = h("button", { type: "button" }, "Cancel");
  const refusal = h("div", { class: "refusal", role: "alert" });
  const columns = h(
    "div",
    { class: "columns" },
    h("div", { class: "panel fields scrolls" }, ...form.elements),
    h("section", { class: "filter-column", "aria-label": "Filter and events" }, about, holder),
  );
  const element = h(
    "form",
    { class: "view registration", novalidate: true },
    h("div", { class: "bar sticky" }, h("h2", {}, title), cancel, save),
    refusal,
    columns,
  );

  const preview = mount(holder, {
    filter: "{}",
    newestFirst: true,
    header: false,
    dialectChoice: false,
    classChoice: false,
  });
  context.onTheme((theme) => (preview.theme = theme));
  void preview.classes.then(form.offer);

  let before = "";
  let isSaved = false;
  const text = (): string => form.write(preview.filter).text;
  const isChanged = (): boolean => !isSaved && before !== "" && text() !== before;
  const warn = (event: BeforeUnloadEvent): void => {
    if (isChanged()) event.preventDefault();
  };
  addEventListener("beforeunload", warn, { signal });
  signal.addEventListener("abort", () => {
    if (isChanged()) unsaved.set(name, text());
    preview.unmount();
  });
  cancel.addEventListener("click", () => {
    isSaved = true;
    unsaved.delete(name);
    leave(toHash(["listeners"]));
  });

  let latest: StoredEvent[] | undefined;
  let shownClass: string | undefined;
  const showEvents = async (): Promise<void> => {
    const wanted = form.eventClass;
    if (latest === undefined || shownClass === wanted) return;
    shownClass = wanted;
    const events = latest;
    const isKnown = (await preview.classes).some((known) => known.name === wanted);
    if (shownClass !== wanted) return;
    preview.eventClass = isKnown ? wanted : "";
    const ofClass = wanted === "" ? events : events.filter((event) => classesOf(event).includes(wanted));
    if (ofClass.length === 0 && isKnown) {
      about.textContent = "No event of this class has come yet: these are made up.";
      await preview.load({ kind: "class", name: wanted });
      return;
    }
    about.textContent = `Tried on the latest ${counted(ofClass.length, "event")}${wanted === "" ? "" : " of this class"}.`;
    await preview.load({ kind: "texts", texts: ofClass.map((event) => event.text), name: "latest events" });
  };
  form.onClass(() => void showEvents());

  // A registration goes into the form when it comes; until then nothing can be written there that would be lost.
  columns.inert = save.disabled = id !== undefined;
  const fill = async (): Promise<void> => {
    try {
      const [events] = await Promise.all([
        api.events(EVENTS),
        id === undefined ? begin(new Map()) : api.registration(id).then(begin),
      ]);
      if (signal.aborted) return;
      latest = events.reverse();
      await showEvents();
    } catch (error) {
      complain(error);
    }
  };
  const begin = (registered: ReadonlyMap<string, string>): void => {
    if (signal.aborted) return;
    show(registered);
    columns.inert = save.disabled = false;
    before = text();
    if (parameters.get("from") === "events") {
      preview.filter = draft.filter;
      if (draft.eventClass) form.fill(new Map([["event", JSON.stringify(draft.eventClass)]]));
    }
    const kept = unsaved.get(name);
    if (kept !== undefined && parameters.get("from") === null) {
      show(fields(kept));
      context.say("This is what you had not saved.");
    }
  };
  const show = (registered: ReadonlyMap<string, string>): void => {
    form.fill(registered);
    const filter = registered.get(FILTER) ?? "{}";
    preview.filter = filter === "null" || filter === "[]" ? "{}" : inLines(filter);
  };

  let refused: Sorted | undefined;
  const tell = (written: Written, error: ApiError): void => {
    refused?.controls.forEach((_, place) => place.refuse([]));
    refused = sort(error.faults, written);
    refused.controls.forEach((messages, place) => place.refuse(messages));
    if (refused.filter.length > 0) preview.report(refused.filter);
    const { filter, controls, others } = refused;
    const jump = (go: () => void, message: string): HTMLElement =>
      h("li", {}, h("button", { type: "button", class: "where", onclick: go }, ...sentence(message)));
    refusal.replaceChildren(
      h("p", {}, h("strong", {}, ...sentence(`Not saved: ${error.message}`))),
      h(
        "ul",
        {},
        ...[...controls].flatMap(([place, messages]) => messages.map((message) => jump(() => place.focus(), message))),
        ...filter.map(({ message, hint }) => jump(() => preview.focus(), `in the filter: ${hint ? `${message}: ${hint}` : message}`)),
        ...others.map((message) => h("li", {}, ...sentence(message))),
      ),
    );
    refusal.scrollIntoView({ block: "nearest" });
    const [first] = controls.keys();
    if (first) first.focus();
    else if (filter.length > 0) preview.focus();
  };

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    refusal.replaceChildren();
    // Else what follows the filter would not be where it seems to be.
    if (!isJson(preview.filter)) {
      refusal.replaceChildren(h("p", {}, "Not saved: the filter is not JSON yet; the editor says where."));
      preview.focus();
      return;
    }
    const written = form.write(preview.filter);
    save.disabled = true;
    try {
      const { id: registered, warnings } = await api.register(written.text, id);
      isSaved = true;
      unsaved.delete(name);
      if (signal.aborted) return;
      const done = id === undefined ? "registered" : "saved";
      leave(toHash(["listeners"]), ...told(`Listener ${registered} is ${done}.`, warnings));
    } catch (error) {
      if (error instanceof ApiError && error.faults.length > 0) tell(written, error);
      else complain(error);
    } finally {
      save.disabled = false;
    }
  });

  // Once the page shows the view, before anybody can write into it.
  queueMicrotask(() => void fill());
  return { title, element };
}

/** The news, with what is suspicious about the filter. */
function told(news: string, warnings: readonly Warning[]): Child[] {
  if (warnings.length === 0) return [news];
  const items = warnings.map(({ message, suggestion }) => h("li", {}, ...sentence(suggestion ? `${message}; ${suggestion}` : message)));
  return [news, ` ${counted(warnings.length, "warning")}:`, h("ul", {}, ...items)];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The classes that an event may be of, by the places where the systems have it. */
function classesOf({ text }: StoredEvent): unknown[] {
  const event = JSON.parse(text) as { event?: { class?: unknown } | string | null; eventType?: unknown } | null;
  const inner = event?.event;
  return [typeof inner === "string" ? inner : inner?.class, event?.eventType];
}
