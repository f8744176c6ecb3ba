/** Sets of events as the engine gives them: a bit for each. */

import type { Outcomes } from "./protocol";

/** Whether the event matches; `null` where the filter throws. */
export function outcome({ matching, throwing }: Outcomes, index: number): boolean | null {
  return has(throwing.words, index) ? null : has(matching.words, index);
}

/** Those that neither match nor make the filter throw. */
export function rest({ matching, throwing }: Outcomes, size: number): Uint32Array {
  return complement(union(matching.words, throwing.words), size);
}

/** Those whose outcomes are not the same. */
export function disagreement(one: Outcomes, other: Outcomes): Uint32Array {
  return union(
    difference(one.matching.words, other.matching.words),
    difference(one.throwing.words, other.throwing.words),
  );
}

function union(one: Uint32Array, other: Uint32Array): Uint32Array {
  return one.map((word, position) => word | (other[position] ?? 0));
}

export function has(words: Uint32Array, index: number): boolean {
  return (((words[index >> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

/** The indexes of the bits that are set, ascending. */
export function indexes(words: Uint32Array): Uint32Array {
  const found = new Uint32Array(count(words));
  let length = 0;
  words.forEach((word, position) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      found[length++] = position * 32 + 31 - Math.clz32(rest & -rest);
    }
  });
  return found;
}

export function count(words: Uint32Array): number {
  let total = 0;
  for (let word of words) {
    for (; word !== 0; word &= word - 1) total++;
  }
  return total;
}

/** Those below `size` that are not in `words`. */
function complement(words: Uint32Array, size: number): Uint32Array {
  const others = words.map((word) => ~word);
  const used = size & 31;
  const last = size >> 5;
  if (used > 0) others[last] = (others[last] ?? 0) & (2 ** used - 1);
  return others.subarray(0, Math.ceil(size / 32));
}

/** Those that are in one of the two. */
function difference(one: Uint32Array, other: Uint32Array): Uint32Array {
  return one.map((word, position) => word ^ (other[position] ?? 0));
}
