import type { Client } from "../model/client.ts";
import { likenessesOf } from "../model/likeness.ts";
import type { Likeness, LikenessKind } from "../model/likeness.ts";
import type { Store } from "../store/ports.ts";

/** Clients that are alike in one way. */
export interface AlikeClients {
  readonly kind: LikenessKind;
  /** The first of them, at most `shownClients`. */
  readonly clients: readonly Client[];
  readonly count: number;
}

const shownClients = 20;
/** Clients read at once. */
const pageClients = 1000;
/** Hashes held at once, eight bytes each. */
const heldHashes = 1_000_000;

/**
 * Groups of clients that are alike, in the order of their likeness's hash; `after` and `next` are such hashes. It
 * reads every client twice and holds a number for each way in which one can be alike, and of those so many at most:
 * where there are more, it goes through the hashes range by range.
 */
export async function alikeClients(
  store: Store,
  orgId: string,
  of: { readonly after: number; readonly limit: number; readonly held?: number },
): Promise<{ readonly groups: readonly AlikeClients[]; readonly next: number | null }> {
  const repeated: number[] = [];
  let from: number | null = of.after;
  while (from !== null && repeated.length <= of.limit) {
    const range: Range = await hashesAfter(store, orgId, from, of.held ?? heldHashes);
    repeated.push(...repeatedIn(range.hashes, of.limit + 1 - repeated.length));
    from = range.end;
  }
  const shown = repeated.slice(0, of.limit);
  const groups = await groupsOf(store, orgId, new Set(shown));
  return { groups, next: repeated.length > of.limit ? (shown.at(-1) ?? null) : null };
}

interface Range {
  /** Sorted; every one that there is after `from` and up to `end`. */
  readonly hashes: Float64Array;
  /** null where there is none behind it. */
  readonly end: number | null;
}

async function hashesAfter(
  store: Store,
  orgId: string,
  from: number,
  held: number,
): Promise<Range> {
  const hashes = new Float64Array(held);
  let count = 0;
  let end: number | null = null;
  for await (const client of eachClient(store, orgId)) {
    for (const likeness of likenessesOf(client)) {
      const hash = hashOf(likeness);
      if (hash <= from || (end !== null && hash > end)) continue;
      if (count === held) {
        count = keepTwoOfEach(hashes);
        if (count > held / 2) {
          // The upper half makes room; a hash on the border is not parted from its likes.
          end = hashes[Math.floor(held / 2) - 1] ?? 0;
          while (count > 0 && (hashes[count - 1] ?? 0) > end) count -= 1;
          if (hash > end) continue;
        }
      }
      hashes[count] = hash;
      count += 1;
    }
  }
  return { hashes: hashes.subarray(0, count).toSorted(), end };
}

/** Sorts them and drops the third and further ones of a kind: two tell as much. Returns how many stay. */
function keepTwoOfEach(hashes: Float64Array): number {
  hashes.sort();
  let kept = 0;
  for (const hash of hashes) {
    if (kept >= 2 && hashes[kept - 1] === hash && hashes[kept - 2] === hash) continue;
    hashes[kept] = hash;
    kept += 1;
  }
  return kept;
}

/** The first `limit` that stand there more than once. */
function repeatedIn(sorted: Float64Array, limit: number): readonly number[] {
  const found: number[] = [];
  for (const [place, hash] of sorted.entries()) {
    if (found.length === limit) break;
    if (sorted[place - 1] === hash && found.at(-1) !== hash) found.push(hash);
  }
  return found;
}

/** Two likenesses may share a hash: the groups are made by the likeness itself. */
async function groupsOf(
  store: Store,
  orgId: string,
  hashes: ReadonlySet<number>,
): Promise<readonly AlikeClients[]> {
  if (hashes.size === 0) return [];
  const groups = new Map<string, { kind: LikenessKind; clients: Client[]; count: number }>();
  for await (const client of eachClient(store, orgId)) {
    for (const likeness of likenessesOf(client)) {
      if (!hashes.has(hashOf(likeness))) continue;
      const key = textOf(likeness);
      const group = groups.get(key) ?? { kind: likeness.kind, clients: [], count: 0 };
      group.count += 1;
      if (group.clients.length < shownClients) group.clients.push(client);
      groups.set(key, group);
    }
  }
  return [...groups]
    .filter(([, { count }]) => count > 1)
    .toSorted(([a], [b]) => hashText(a) - hashText(b))
    .map(([, group]) => group);
}

async function* eachClient(store: Store, orgId: string): AsyncGenerator<Client> {
  let after: string | null = null;
  do {
    const page: { readonly items: readonly Client[]; readonly next: string | null } =
      await store.reads.clients(
        orgId,
        {},
        { limit: pageClients, ...(after === null ? {} : { after }) },
      );
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

function textOf({ kind, key }: Likeness): string {
  return `${kind} ${key}`;
}

function hashOf(likeness: Likeness): number {
  return hashText(textOf(likeness));
}

/** 53 bits, the same everywhere: two multiplicative hashes side by side (cyrb53, public domain). */
function hashText(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
