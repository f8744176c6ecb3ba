/** The filter for elsewhere: as a link, and as code. The events are never part of it. */

import { h } from "./dom";
import { DIALECTS, SHOWN, type Shown, type State, type Store } from "./state";

/** What a link says. */
export type Shared = Pick<State, "filter" | "dialect" | "portable" | "eventClass" | "before" | "shown">;

export function toHash({ filter, dialect, portable, eventClass, before, shown }: Shared): string {
  const parameters = new URLSearchParams({ filter });
  if (dialect !== "mongo") parameters.set("dialect", dialect);
  if (portable) parameters.set("portable", "true");
  if (eventClass) parameters.set("class", eventClass);
  if (before !== undefined) parameters.set("before", before);
  if (shown !== "all") parameters.set("show", shown);
  return `#${parameters}`;
}

/** `undefined` where the hash is not one of ours. */
export function fromHash(hash: string): Shared | undefined {
  const parameters = new URLSearchParams(hash.slice(1));
  const filter = parameters.get("filter");
  if (filter === null) return undefined;
  const show = parameters.get("show");
  const dialect = parameters.get("dialect");
  return {
    filter,
    dialect: dialect !== null && isDialect(dialect) ? dialect : "mongo",
    portable: parameters.get("portable") === "true",
    eventClass: parameters.get("class") ?? "",
    before: parameters.get("before") ?? undefined,
    shown: SHOWN.find((shown: Shown) => shown === show) ?? "all",
  };
}

function isDialect(name: string): name is keyof typeof DIALECTS {
  return Object.hasOwn(DIALECTS, name);
}

/** A call of Nextcloud's registration API, for a shell. */
export function asCurl({ filter, eventClass }: Shared): string {
  const event = JSON.stringify(eventClass || "OCP\\Files\\Events\\Node\\NodeCreatedEvent");
  const body = [
    `{`,
    `  "httpMethod": "POST",`,
    `  "uri": "https://example.com/webhook",`,
    `  "event": ${event},`,
    `  "eventFilter": ${filter.trim().replaceAll("\n", "\n  ")}`,
    `}`,
  ].join("\n");
  return [
    `curl --request POST https://cloud.example.com/ocs/v2.php/apps/webhook_listeners/api/v1/webhooks \\`,
    `  --user admin:app-password \\`,
    `  --header 'OCS-APIRequest: true' \\`,
    `  --header 'Content-Type: application/json' \\`,
    `  --data '${body.replaceAll("'", `'\\''`)}'`,
  ].join("\n");
}

export function asRust({ filter, dialect }: Shared): string {
  const runs = filter.match(/"#*/g)?.map((run) => run.length) ?? [0];
  const hashes = "#".repeat(Math.max(...runs));
  if (dialect === "nextcloud") {
    return [
      `use hooksieve::{Compiler, Dialect, Scratch, Verdict};`,
      ``,
      `let compiler = Compiler::new().dialect(Dialect::Nextcloud);`,
      `let filter = compiler.compile(r${hashes}"${filter.trim()}"${hashes})?;`,
      `let mut scratch = Scratch::new(); // one for each thread`,
      `match filter.verdict_json(event, &mut scratch)? {`,
      `    Verdict::Matches => …,`,
      `    Verdict::DoesNotMatch => …,`,
      `    Verdict::Throws(thrown) => …, // Nextcloud calls no listener after this one`,
      `}`,
    ].join("\n");
  }
  return [
    `use hooksieve::{Filter, Scratch};`,
    ``,
    `let filter = Filter::compile(r${hashes}"${filter.trim()}"${hashes})?;`,
    `let mut scratch = Scratch::new(); // one for each thread`,
    `let matches = filter.matches_json(event, &mut scratch)?;`,
  ].join("\n");
}

export function asJavaScript({ filter, dialect }: Shared): string {
  const text = filter.trim();
  const isRaw = !text.includes("`") && !text.includes("${");
  const literal = isRaw ? `String.raw\`${text}\`` : JSON.stringify(text);
  const isNextcloud = dialect === "nextcloud";
  return [
    `import { Filter } from "hooksieve";`,
    ``,
    `const filter = new Filter(${literal}${isNextcloud ? `, { dialect: "nextcloud" }` : ""});`,
    isNextcloud
      ? `const { outcome, reason } = filter.verdict(event); // "matches", "does-not-match" or "throws"`
      : `const matches = filter.matches(event);`,
  ].join("\n");
}

const FORMS: { title: string; text: (state: State) => string }[] = [
  { title: "Link", text: (state) => new URL(toHash(state), location.href).href },
  { title: "curl, to register it in Nextcloud", text: asCurl },
  { title: "Rust", text: asRust },
  { title: "JavaScript", text: asJavaScript },
];

/** A dialog with the filter in each form, and a button that opens it. */
export function shareDialog(store: Store): { button: HTMLElement; dialog: HTMLDialogElement } {
  const forms = FORMS.map(({ title, text }) => {
    const code = h("pre", { tabindex: 0, role: "region", "aria-label": title });
    const copy = h("button", { type: "button", "aria-label": `Copy: ${title}` }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent ?? "");
        copy.textContent = "Copied";
      } catch {
        // A page that is not served securely has no clipboard: the text is ready to be copied by hand.
        code.focus();
        getSelection()?.selectAllChildren(code);
        copy.textContent = "Press Ctrl+C";
      }
    });
    const refresh = (): void => {
      code.textContent = text(store.state);
      copy.textContent = "Copy";
    };
    return { refresh, section: h("section", {}, h("div", { class: "bar" }, h("h3", {}, title), copy), code) };
  });
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": "Share the filter" },
    h("div", { class: "bar" }, h("h2", {}, "Share the filter"), close),
    h("p", { class: "hint" }, "The events stay here: none of this holds any of them."),
    ...forms.map(({ section }) => section),
  );
  const open = (): void => {
    forms.forEach(({ refresh }) => refresh());
    dialog.showModal();
  };
  return { button: h("button", { type: "button", onclick: open }, "Share…"), dialog };
}
