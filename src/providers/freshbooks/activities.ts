import { instantOf, type Clock } from "../../lib/clock.ts";
import { activityKey } from "../../model/activity.ts";
import { readRecords } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { ActivitiesSession, ActivityPage } from "../provider.ts";
import { easternDay } from "./eastern.ts";
import { cursorSeconds, daySeconds, otherAccount, overlapSeconds } from "./listing.ts";
import { readMoney, typeOf, type MoneyKind, type ReadMoney } from "./money.ts";
import { withTextId } from "./record.ts";
import type { FreshbooksWire } from "./wire.ts";

interface ActivitiesOptions {
  readonly clock: Clock;
  readonly wire: FreshbooksWire;
  readonly linked: boolean;
}

/** FreshBooks lists what was deleted apart. */
interface List {
  readonly kind: MoneyKind;
  readonly deleted: boolean;
}

const everything: readonly List[] = [
  { kind: "invoices", deleted: false },
  { kind: "payments", deleted: false },
];

const changes: readonly List[] = [
  { kind: "invoices", deleted: false },
  { kind: "invoices", deleted: true },
  { kind: "payments", deleted: false },
  { kind: "payments", deleted: true },
];

/** Times in seconds since 1970, by FreshBooks' clock. */
interface Cursor {
  readonly account: string;
  /** What changed since then is wanted. */
  readonly since: number;
  readonly start: number;
  /** Set where everything was listed on several pages: from when to when that took. */
  readonly listed: readonly [from: number, to: number] | null;
}

interface Place {
  /** Which of the pass's lists. */
  readonly list: number;
  readonly page: number;
  readonly start: number;
  /** Whether one of the lists had several pages so far. */
  readonly several: boolean;
}

/** A page of one list; pages are counted, and what may have slipped between two is looked for again, as for clients. */
export function createActivities(options: ActivitiesOptions): ActivitiesSession {
  const { wire, clock } = options;
  return {
    pull: async (request) => {
      const cursor = request.cursor === null ? null : parseCursor(request.cursor);
      const place = request.page === null ? null : parsePlace(request.page);
      const isLost =
        (request.cursor !== null && cursor === null) || (request.page !== null && place === null);
      const nowSeconds = wire.toProviderTime(clock.now()) / 1000;
      if (isLost || (cursor !== null && cursor.start < nowSeconds - cursorSeconds)) return expired;
      const account = await wire.accountId();
      if (cursor !== null && cursor.account !== account) throw otherAccount();
      return pullPage(options, { account, cursor, place });
    },
  };
}

interface Pass {
  readonly account: string;
  readonly cursor: Cursor | null;
  readonly place: Place | null;
}

async function pullPage(options: ActivitiesOptions, pass: Pass): Promise<ActivityPage> {
  const { wire, clock, linked } = options;
  const { cursor, place } = pass;
  const lists = cursor === null ? everything : changes;
  const at = place?.list ?? 0;
  const list = lists[at];
  if (list === undefined) return expired;
  const startedMs = clock.now();
  const seen = { requestedAt: instantOf(clock), linked };
  const page = place?.page ?? 1;
  const answer = await wire.listMoney(list.kind, { ...list, page, ...sinceDay(cursor) });
  const { records, bad } = readRecords(
    answer.entries.map(withTextId),
    (value) => readMoney(list.kind, value, seen),
    "id",
  );
  if (cursor !== null && isDoubtful(cursor, records)) return expired;
  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const several = place?.several === true || answer.pages > 1;
  const next: Place =
    page < answer.pages
      ? { list: at, page: page + 1, start, several }
      : { list: at + 1, page: 1, start, several };
  const type = typeOf[list.kind];
  return {
    observations: records
      .filter((one) => cursor === null || isSince(one, cursor.since))
      .map(({ observation }) => observation),
    bad: bad.map(({ externalId, ...rest }) => ({
      ...rest,
      externalId: externalId === null ? null : activityKey({ type, externalId }),
    })),
    next:
      next.list < lists.length
        ? { kind: "more", page: writeToken({ ...next }) }
        : { kind: "complete", cursor: writeToken({ ...endOf(options, pass, next) }) },
  };
}

/** Filters know days alone, of New York: one more than needed, for whichever way the day is meant. */
function sinceDay(cursor: Cursor | null): { readonly updatedMin?: string } {
  return cursor === null ? {} : { updatedMin: easternDay((cursor.since - daySeconds) * 1000) };
}

function isSince({ updated }: ReadMoney, sinceSeconds: number): boolean {
  return updated === null || updated.latestMs >= sinceSeconds * 1000;
}

/** Whether something changed while everything was listed on several pages. */
function isDoubtful({ listed }: Cursor, records: readonly ReadMoney[]): boolean {
  if (listed === null) return false;
  const [from, to] = listed;
  return records.some(
    ({ updated }) =>
      updated !== null && updated.latestMs >= from * 1000 && updated.earliestMs <= to * 1000,
  );
}

function endOf(
  { wire, clock }: ActivitiesOptions,
  { account, cursor }: Pass,
  { start, several }: Place,
): Cursor {
  const end = Math.ceil(wire.toProviderTime(clock.now()) / 1000);
  const from = several && cursor !== null ? cursor.start : start;
  const listed = several && cursor === null ? ([start, end] as const) : null;
  return { account, since: from - overlapSeconds, start, listed };
}

const expired: ActivityPage = { observations: [], bad: [], next: { kind: "expired" } };

function parseCursor(text: string): Cursor | null {
  const { account, since, start, listed } = readToken(text) ?? {};
  if (typeof account !== "string" || typeof since !== "number" || typeof start !== "number")
    return null;
  const [from, to]: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const span = typeof from === "number" && typeof to === "number" ? ([from, to] as const) : null;
  return { account, since, start, listed: span };
}

function parsePlace(text: string): Place | null {
  const { list, page, start, several } = readToken(text) ?? {};
  if (!isCount(list) || !isCount(page) || page < 1 || typeof start !== "number") return null;
  return { list, page, start, several: several === true };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
