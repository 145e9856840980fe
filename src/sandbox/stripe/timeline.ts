/** Seconds since 1970. */
export interface CreatedRange {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

export interface PageRequest<T> {
  readonly limit: number;
  readonly range?: CreatedRange;
  /** An id that `knows`: only what is older. */
  readonly startingAfter?: string;
  /** An id that `knows`: only what is newer. */
  readonly endingBefore?: string;
  readonly accept?: (item: T) => boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** Objects by id and by age. A page costs a binary search, not a pass over all of them. */
export interface Timeline<T extends Listed> {
  readonly size: number;
  get(id: string): T | undefined;
  add(item: T): void;
  /** The same id and the same age. */
  replace(item: T): void;
  remove(id: string): void;
  /** Whether something of that id is here, or was. */
  knows(id: string): boolean;
  /** Newest first; within one second the one added last comes first. */
  page(request: PageRequest<T>): Page<T>;
  /** Newest first. */
  all(): T[];
  clear(): void;
}

interface Place {
  readonly created: number;
  readonly sequence: number;
}

interface Entry<T> extends Place {
  item: T;
}

export function createTimeline<T extends Listed>(): Timeline<T> {
  /** Oldest first. */
  let entries: Entry<T>[] = [];
  const places = new Map<string, Place>();
  const byId = new Map<string, Entry<T>>();
  let sequence = 0;
  return {
    get size() {
      return entries.length;
    },
    get: (id) => byId.get(id)?.item,
    add: (item) => {
      sequence += 1;
      const entry: Entry<T> = { created: item.created, sequence, item };
      places.set(item.id, { created: entry.created, sequence });
      byId.set(item.id, entry);
      const index = countBefore(entries, entry);
      if (index === entries.length) entries.push(entry);
      else entries.splice(index, 0, entry);
    },
    replace: (item) => {
      const entry = byId.get(item.id);
      if (entry !== undefined) entry.item = item;
    },
    remove: (id) => {
      const entry = byId.get(id);
      if (entry === undefined) return;
      byId.delete(id);
      entries.splice(countBefore(entries, entry), 1);
    },
    knows: (id) => places.has(id),
    page: (request) => readPage(entries, places, request),
    all: () => entries.map((entry) => entry.item).toReversed(),
    clear: () => {
      entries = [];
      places.clear();
      byId.clear();
    },
  };
}

function readPage<T>(
  entries: readonly Entry<T>[],
  places: ReadonlyMap<string, Place>,
  request: PageRequest<T>,
): Page<T> {
  const { range = {}, startingAfter, endingBefore, limit } = request;
  const first = Math.max(range.gte ?? -Infinity, (range.gt ?? -Infinity) + 1);
  const last = Math.min(range.lte ?? Infinity, (range.lt ?? Infinity) - 1);
  const older = startingAfter === undefined ? undefined : places.get(startingAfter);
  const newer = endingBefore === undefined ? undefined : places.get(endingBefore);
  const from = Math.max(
    countBefore(entries, { created: first, sequence: 0 }),
    newer === undefined ? 0 : countBefore(entries, { ...newer, sequence: newer.sequence + 1 }),
  );
  const to = Math.min(
    countBefore(entries, { created: last + 1, sequence: 0 }),
    older === undefined ? Infinity : countBefore(entries, older),
  );
  // What is newer than an id is taken from that id upwards, and still shown newest first.
  const step = newer === undefined ? -1 : 1;
  const found: T[] = [];
  let index = newer === undefined ? to - 1 : from;
  for (; index >= from && index < to && found.length <= limit; index += step) {
    const item = entries[index]?.item;
    if (item !== undefined && (request.accept?.(item) ?? true)) found.push(item);
  }
  const items = found.slice(0, limit);
  return { items: newer === undefined ? items : items.toReversed(), hasMore: found.length > limit };
}

/** How many entries are older than that place. */
function countBefore(entries: readonly Place[], place: Place): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && isBefore(entry, place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Place, b: Place): boolean {
  return a.created < b.created || (a.created === b.created && a.sequence < b.sequence);
}
