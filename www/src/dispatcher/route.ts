/** Addresses within the page: `#/deliveries/msg_1?state=pending`. */

export interface Route {
  /** `["deliveries", "msg_1"]` */
  path: readonly string[];
  parameters: URLSearchParams;
}

export function fromHash(hash: string): Route {
  const [path = "", parameters = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), parameters: new URLSearchParams(parameters) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The address of a place; parameters without a value are left out. */
export function toHash(path: readonly (string | number)[], parameters: Record<string, string | undefined> = {}): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  const rest = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
  return `#/${path.map((segment) => encodeURIComponent(segment)).join("/")}${rest}`;
}
