import type { CatalogError, EventError, EventInput, Json } from "./index.js";

/** Event classes, with their fields. */
export interface Catalog {
  /**
   * Another catalogue, which has the classes of a file, too, in place of those with their names. The text is in the
   * format of docs/catalog.md, as for `hooksieve … --catalog FILE`.
   *
   * @throws {CatalogError} with everything that is wrong in the file.
   */
  with(text: string): Catalog;
  /** All classes, without their fields. */
  classes(): EventClassSummary[];
  /** The class with this name, or the only one whose name has this as its last segment. */
  find(name: string): EventClass | undefined;
  /** The class whose name is most like this one. */
  guess(name: string): EventClass | undefined;
  /**
   * The JSON text of a made-up event that the class allows, the same for the same seed (a whole number, 0
   * or more). It can have integers beyond 2^53, which `JSON.parse` would round.
   *
   * @throws {RangeError} where there is no such class.
   */
  generate(name: string, seed: number): string;
  /**
   * Every way in which an event is not as the class says, 100 at most.
   *
   * @throws {RangeError} where there is no such class.
   * @throws {EventError} where a text or bytes are not one JSON document.
   */
  check(name: string, event: EventInput): Mismatch[];
}

export interface EventClassSummary {
  /** `OCA\Tables\Event\RowAddedEvent` */
  name: string;
  /** `RowAddedEvent` */
  shortName: string;
  /** What sends its events: they have an envelope in common. */
  system: string;
  /** When its events are sent. */
  description?: string;
}

export interface EventClass extends EventClassSummary {
  /** All that is known to be in an event, each field before what is inside of it. */
  fields: CatalogField[];
  /** A typical event. */
  sample: Json;
}

export interface CatalogField {
  /** As it is written in a filter; `*` stands for keys that are not known, such as ids. */
  path: string;
  /** `null`, `bool`, `int` (a whole number), `number`, `string`, `array`, `object`; or `any` alone. */
  types: string[];
  /** The types of the elements, where it can be an array. */
  elementTypes?: string[];
  nullable: boolean;
  /** Whether there are events without it. */
  optional: boolean;
  format?: "unix-time" | "iso-time";
  /** All the values that it can have, where they are known. */
  values?: Json[];
  note?: string;
}

export interface Mismatch {
  /** The place in the event, as a JSON Pointer. */
  pointer: string;
  message: string;
}

/** The classes of Nextcloud and its apps. */
export const catalog: Catalog;
