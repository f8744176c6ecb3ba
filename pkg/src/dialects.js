import { dialects } from "./engine.js";
import { EventLog } from "./event-log.js";
import { Filter } from "./filter.js";

/** The events on which the dialects disagree. */
export function compareDialects(query, events, { limits } = {}) {
  const filters = [];
  const log = events instanceof EventLog ? events : new EventLog();
  try {
    for (const dialect of dialects()) {
      filters.push(new Filter(query, { dialect, limits }));
    }
    if (log !== events) {
      for (const event of events) {
        log.push(event);
      }
    }
    return disagreements(log, filters);
  } finally {
    filters.forEach((filter) => filter[Symbol.dispose]());
    if (log !== events) {
      log[Symbol.dispose]();
    }
  }
}

function disagreements(log, [mongo, nextcloud]) {
  const one = log.verdicts(mongo).matching.words;
  const { matching, throwing } = log.verdicts(nextcloud);
  const found = [];
  for (let index = 0; index < log.size; index += 1) {
    const word = index >>> 5;
    if ((((one[word] ^ matching.words[word]) | throwing.words[word]) >>> (index & 31)) & 1) {
      const event = log.text(index);
      found.push({ index, mongo: mongo.verdict(event), nextcloud: nextcloud.verdict(event) });
    }
  }
  return found;
}
