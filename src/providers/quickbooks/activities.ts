import { instantOf, type Clock } from "../../lib/clock.ts";
import { activityKey } from "../../model/activity.ts";
import { AnswerError } from "../kit/answers.ts";
import { readRecords } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { ActivitiesSession, ActivityPage, PageNext } from "../provider.ts";
import { cursorSeconds, overlapMs } from "./listing.ts";
import { moneyEntities, readMoney, typeOf, type MoneyEntity, type SeenMoney } from "./money.ts";
import { pageSize, type QuickBooksWire } from "./wire.ts";

interface ActivitiesOptions {
  readonly clock: Clock;
  readonly wire: QuickBooksWire;
  readonly linked: boolean;
}

/** Where a pass over queries is: the moment that the next pass will ask from, the entity, and the next page's place. */
interface Place {
  /** Milliseconds by QuickBooks' clock. */
  readonly since: number;
  readonly entity: MoneyEntity;
  readonly position: number;
}

export function createActivities(options: ActivitiesOptions): ActivitiesSession {
  const { wire, clock } = options;
  return {
    pull: async (request) => {
      const place = request.page === null ? null : parsePlace(request.page);
      if (request.page !== null && place === null) return expired;
      if (request.cursor === null) return pullQueried(options, place, null);
      const since = parseCursor(request.cursor);
      const oldestMs = wire.toProviderTime(clock.now()) - cursorSeconds * 1000;
      if (since === null || since < oldestMs) return expired;
      return place === null
        ? pullChanges(options, since)
        : pullQueried(options, place, new Date(since).toISOString());
    },
  };
}

/** Every transaction, or every one that changed since then: entity by entity, by ascending id. */
async function pullQueried(
  options: ActivitiesOptions,
  place: Place | null,
  changedSince: string | null,
): Promise<ActivityPage> {
  const { wire } = options;
  const seen = seenNow(options);
  const entity = place?.entity ?? moneyEntities[0];
  const position = place?.position ?? 1;
  const criteria =
    changedSince === null
      ? []
      : [{ field: "MetaData.LastUpdatedTime", value: changedSince, operator: ">=" }];
  const page = await wire.queryMoney(entity, criteria, position);
  const since = place?.since ?? page.atMs - overlapMs;
  const isFull = page.entries.length >= pageSize;
  const following = moneyEntities[moneyEntities.indexOf(entity) + 1];
  return {
    ...readPage(entity, page.entries, seen),
    next: isFull
      ? more({ since, entity, position: position + pageSize })
      : following === undefined
        ? complete(since)
        : more({ since, entity: following, position: 1 }),
  };
}

/** One answer has all that changed, unless it is full: then what changed is asked for entity by entity as well. */
async function pullChanges(options: ActivitiesOptions, since: number): Promise<ActivityPage> {
  const seen = seenNow(options);
  try {
    const { lists, atMs } = await options.wire.moneyChanges(since);
    const read = moneyEntities.map((entity) => readPage(entity, lists[entity], seen));
    const count = moneyEntities.reduce((total, entity) => total + lists[entity].length, 0);
    const next = atMs - overlapMs;
    return {
      observations: read.flatMap((one) => one.observations),
      bad: read.flatMap((one) => one.bad),
      next:
        count < pageSize
          ? complete(next)
          : more({ since: next, entity: moneyEntities[0], position: 1 }),
    };
  } catch (error) {
    // A moment that QuickBooks does not look back to.
    if (error instanceof AnswerError) return expired;
    throw error;
  }
}

function seenNow({ clock, linked }: ActivitiesOptions): SeenMoney {
  return { requestedAt: instantOf(clock), linked };
}

function readPage(
  entity: MoneyEntity,
  entries: readonly unknown[],
  seen: SeenMoney,
): Pick<ActivityPage, "observations" | "bad"> {
  const { records, bad } = readRecords(entries, (value) => readMoney(entity, value, seen), "Id");
  const type = typeOf[entity];
  return {
    observations: records,
    bad: bad.map(({ externalId, ...rest }) => ({
      ...rest,
      externalId: externalId === null ? null : activityKey({ type, externalId }),
    })),
  };
}

const expired: ActivityPage = { observations: [], bad: [], next: { kind: "expired" } };

function complete(since: number): PageNext {
  return { kind: "complete", cursor: writeToken({ since }) };
}

function more(place: Place): PageNext {
  return { kind: "more", page: writeToken({ ...place }) };
}

function parseCursor(text: string): number | null {
  const since = readToken(text)?.["since"];
  return typeof since === "number" && !Number.isNaN(new Date(since).getTime()) ? since : null;
}

function parsePlace(text: string): Place | null {
  const since = parseCursor(text);
  const token = readToken(text);
  const entity = moneyEntities.find((one) => one === token?.["entity"]);
  const position = token?.["position"];
  if (since === null || entity === undefined || typeof position !== "number") return null;
  return Number.isSafeInteger(position) && position >= 1 ? { since, entity, position } : null;
}
