export { test } from "./cases.js";
export { catalog, operators } from "./catalog.js";
export { CatalogError, EventError, FilterError, ThrownError } from "./errors.js";
export { compareDialects } from "./dialects.js";
export { EventLog } from "./event-log.js";
export { Filter } from "./filter.js";
export { FilterSet } from "./filter-set.js";
