/** A row of the list from the text of an event. For people: nothing is decided by it. */

import type { Row } from "./protocol";

/** How much of an event a summary tells. */
const MAX_SUMMARY = 160;

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export function summarise(text: string, line: number): Row {
  const event = JSON.parse(text) as Value;
  const inner = member(event, "event") ?? event;
  const className = scalar(member(inner, "class"));
  const user = member(event, "user");
  return {
    line,
    className: className.split("\\").at(-1) ?? "",
    time: time(member(event, "time")),
    user: scalar(member(user, "uid")) || scalar(user),
    summary: facts(inner),
  };
}

function member(value: Value | undefined, key: string): Value | undefined {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function scalar(value: Value | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Seconds since 1970 as a date in UTC, as filters have it. */
function time(value: Value | undefined): string {
  if (typeof value !== "number") return scalar(value);
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? String(value) : date.toISOString().slice(0, 16).replace("T", " ");
}

/** Its scalars with their keys, as many as fit. */
function facts(event: Value): string {
  const parts: string[] = [];
  let length = 0;
  const collect = (key: string, value: Value): void => {
    if (length > MAX_SUMMARY || value === null) return;
    if (Array.isArray(value)) value.forEach((element) => collect(key, element));
    else if (isObject(value)) Object.entries(value).forEach(([inner, held]) => collect(inner, held));
    else {
      const text = `${key} ${String(value).replace(/\s+/g, " ")}`;
      parts.push(text);
      length += text.length;
    }
  };
  if (isObject(event)) {
    for (const [key, value] of Object.entries(event)) {
      if (key !== "class" && key !== "user" && key !== "time") collect(key, value);
    }
  } else {
    collect("", event);
  }
  return parts.join(" · ").slice(0, MAX_SUMMARY);
}
