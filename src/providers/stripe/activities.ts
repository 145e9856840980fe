import { instantOf, type Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import type { ActivityObservation } from "../../model/activity.ts";
import { activityKey } from "../../model/activity.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import {
  isId,
  readId,
  readObject,
  readRecord,
  readRecords,
  UnreadableRecord,
} from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { Access, ActivitiesSession, ActivityPage, BadRecord, PageNext } from "../provider.ts";
import {
  cursorSeconds,
  overlapSeconds,
  pageSize,
  parseCursor,
  readConcurrency,
  readTexts,
  seenLimit,
  type Cursor,
} from "./listing.ts";
import {
  goneMoney,
  moneyKinds,
  readMoney,
  typeOf,
  type MoneyKind,
  type SeenMoney,
} from "./money.ts";
import { errorOf, isMissing, type StripeWire, type WirePage } from "./wire.ts";

/** As many as one request may name. Invoices tell each change as an update; the others need their own names. */
const eventTypes = [
  "invoice.created",
  "invoice.updated",
  "invoice.finalized",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice.voided",
  "invoice.marked_uncollectible",
  "invoice.deleted",
  "payment_intent.processing",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  "payment_intent.amount_capturable_updated",
  "charge.pending",
  "charge.succeeded",
  "charge.captured",
  "charge.failed",
  "refund.created",
  "refund.updated",
  "refund.failed",
];

interface ActivitiesOptions {
  readonly clock: Clock;
  readonly wire: StripeWire;
  readonly access: Access;
  /** Whether it is Stripe itself, with its dashboard, that is talked to. */
  readonly linked: boolean;
}

/** Where a pass is: when it started, by Stripe's clock, in which list, and behind which object it goes on. */
interface Place {
  readonly start: number;
  /** null in passes over events. */
  readonly kind: MoneyKind | null;
  /** null at the beginning of a list. */
  readonly after: string | null;
  /** Creation time of that object; null in passes over events. */
  readonly upTo: number | null;
  readonly seen: readonly string[];
}

export function createActivities(options: ActivitiesOptions): ActivitiesSession {
  return {
    pull: async (request) => {
      const place = request.page === null ? null : parsePlace(request.page);
      if (request.page !== null && place === null) return expired;
      if (request.cursor === null) return pullAll(options, place);
      const cursor = parseCursor(request.cursor);
      const nowSeconds = options.wire.toProviderTime(options.clock.now()) / 1000;
      if (cursor === null || cursor.since < nowSeconds - cursorSeconds) return expired;
      return pullChanges(options, cursor, place);
    },
  };
}

/** Every list, one after the other, each newest first. What happens meanwhile is in the events after the start. */
async function pullAll(options: ActivitiesOptions, place: Place | null): Promise<ActivityPage> {
  const { wire, clock } = options;
  const startedMs = clock.now();
  const kind = place?.kind ?? moneyKinds[0];
  const seen = await seenNow(options);
  const page = await listFrom(wire, kind, place);
  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const { records, bad } = readRecords(page.entries, (value) => readMoney(kind, value, seen), "id");
  const observations = await mapConcurrently(present(records), readConcurrency, (one) =>
    withCustomer(options, one),
  );
  const last = page.entries.at(-1);
  const upTo = isRecord(last) && typeof last["created"] === "number" ? last["created"] : null;
  const next = nextInList({ page, kind, state: { start, upTo, seen: [] }, before: place });
  return { observations, bad: bad.map((one) => keyed(kind, one)), next };
}

/** The object that a page ended with may be gone by now: then its creation time leads on. */
async function listFrom(wire: StripeWire, kind: MoneyKind, place: Place | null): Promise<WirePage> {
  if (!place?.after) return wire.listMoney(kind, { limit: pageSize });
  try {
    return await wire.listMoney(kind, { limit: pageSize, starting_after: place.after });
  } catch (error) {
    const lost = error instanceof AnswerError && errorOf(error.answer).param === "starting_after";
    if (!lost || place.upTo === null) throw error;
    return wire.listMoney(kind, { limit: pageSize, created: { lte: place.upTo } });
  }
}

/** The objects that events name, as they are now. */
async function pullChanges(
  options: ActivitiesOptions,
  cursor: Cursor,
  place: Place | null,
): Promise<ActivityPage> {
  const { wire, clock } = options;
  const startedMs = clock.now();
  const page = await wire.listEvents({
    types: eventTypes,
    created: { gte: cursor.since },
    limit: pageSize,
    ...(place?.after ? { starting_after: place.after } : {}),
  });
  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const { records: events, bad } = readRecords(page.entries, parseMoneyEvent, "id");
  const handled = new Set(cursor.seen);
  const named = new Map(
    events
      .filter((event) => !handled.has(event.id) && !event.isCovered)
      .map((event) => [`${event.kind} ${event.objectId}`, event] as const),
  );
  const read = await mapConcurrently([...named.values()], readConcurrency, (event) =>
    readNow(options, event),
  );
  const recent = events.filter((event) => event.created >= start - overlapSeconds);
  const seen = [...(place?.seen ?? []), ...recent.map((event) => event.id)].slice(0, seenLimit);
  return {
    observations: read.flatMap((item) => ("observation" in item ? [item.observation] : [])),
    bad: [
      ...bad.map((event) => ({ ...event, externalId: null })),
      ...read.flatMap((item) => ("bad" in item ? [item.bad] : [])),
    ],
    next: page.hasMore
      ? more(page, { start, kind: null, upTo: null, seen }, place)
      : complete(start, seen),
  };
}

interface MoneyEvent {
  readonly id: string;
  readonly created: number;
  readonly kind: MoneyKind;
  readonly objectId: string;
  /** A charge whose PaymentIntent tells the same by its own events. */
  readonly isCovered: boolean;
}

function parseMoneyEvent(value: unknown): MoneyEvent {
  const record = readRecord(value, "the event");
  const object = readObject(readObject(record["data"], "the event's data")["object"], "its object");
  const kind = moneyKinds.find((one) => one === object["object"]);
  const { created } = record;
  if (kind === undefined) throw new UnreadableRecord("the event's object is of another kind");
  if (typeof created !== "number") throw new UnreadableRecord("the event's time is missing");
  return {
    id: readId(record["id"], "the event's id"),
    created,
    kind,
    objectId: readId(object["id"], "id"),
    isCovered: kind === "charge" && typeof object["payment_intent"] === "string",
  };
}

type ReadNow =
  | { readonly observation: ActivityObservation }
  | { readonly bad: BadRecord }
  | { readonly nothing: true };

async function readNow(options: ActivitiesOptions, event: MoneyEvent): Promise<ReadNow> {
  const { kind, objectId } = event;
  const seen = await seenNow(options);
  let answer: unknown;
  try {
    answer = await options.wire.retrieveMoney(kind, objectId);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { observation: goneMoney(kind, objectId, seen.requestedAt) };
  }
  const { records, bad } = readRecords([answer], (value) => readMoney(kind, value, seen), "id");
  const [observation] = present(records);
  const [first] = bad;
  if (first !== undefined) return { bad: keyed(kind, { ...first, externalId: objectId }) };
  return observation === undefined
    ? { nothing: true }
    : { observation: await withCustomer(options, observation) };
}

/** Refunds name their customer only in newer versions of the API: where one does not, its payment does. */
async function withCustomer(
  { wire }: ActivitiesOptions,
  observation: ActivityObservation,
): Promise<ActivityObservation> {
  const payment = observation.metadata["payment"];
  if (observation.type !== "refund" || observation.customerId !== null) return observation;
  if (typeof payment !== "string") return observation;
  try {
    const kind = payment.startsWith("pi_") ? "payment_intent" : "charge";
    const found = await wire.retrieveMoney(kind, payment);
    const customer = isRecord(found) ? found["customer"] : null;
    return isId(customer) ? { ...observation, customerId: customer } : observation;
  } catch (error) {
    if (isMissing(error)) return observation;
    throw error;
  }
}

/** Refunds do not say which mode they are of; the key does. */
async function seenNow({ clock, access, linked }: ActivitiesOptions): Promise<SeenMoney> {
  const requestedAt = instantOf(clock);
  if (!linked) return { requestedAt, dashboard: null };
  const isTest = /^(rk|sk)_test_/.test(await access.token());
  return { requestedAt, dashboard: `https://dashboard.stripe.com${isTest ? "/test" : ""}` };
}

function present(records: readonly (ActivityObservation | null)[]): readonly ActivityObservation[] {
  return records.filter((one) => one !== null);
}

function keyed(kind: MoneyKind, bad: BadRecord): BadRecord {
  const { externalId } = bad;
  if (externalId === null) return bad;
  return { ...bad, externalId: activityKey({ type: typeOf[kind], externalId }) };
}

const expired: ActivityPage = { observations: [], bad: [], next: { kind: "expired" } };

function nextInList(of: {
  readonly page: WirePage;
  readonly kind: MoneyKind;
  readonly state: Pick<Place, "start" | "upTo" | "seen">;
  readonly before: Place | null;
}): PageNext {
  const { page, kind, state, before } = of;
  if (page.hasMore) return more(page, { ...state, kind }, before);
  const following = moneyKinds[moneyKinds.indexOf(kind) + 1];
  if (following === undefined) return complete(state.start, []);
  const place: Place = { start: state.start, kind: following, after: null, upTo: null, seen: [] };
  return { kind: "more", page: writeToken({ ...place }) };
}

function more(page: WirePage, state: Omit<Place, "after">, before: Place | null): PageNext {
  const last = page.entries.at(-1);
  const after = isRecord(last) ? last["id"] : undefined;
  if (!isId(after)) throw malformed("Stripe's list goes on, but its last entry has no id", false);
  if (after === before?.after) throw malformed("Stripe's list shows the same page again", false);
  const place: Place = { ...state, after };
  return { kind: "more", page: writeToken({ ...place }) };
}

function complete(start: number, seen: readonly string[]): PageNext {
  const cursor: Cursor = { since: start - overlapSeconds, seen };
  return { kind: "complete", cursor: writeToken({ ...cursor }) };
}

function parsePlace(text: string): Place | null {
  const token = readToken(text);
  const [start, after, upTo] = [token?.["start"], token?.["after"], token?.["upTo"]];
  if (typeof start !== "number" || (after !== null && !isId(after))) return null;
  return {
    start,
    kind: moneyKinds.find((one) => one === token?.["kind"]) ?? null,
    after,
    upTo: typeof upTo === "number" ? upTo : null,
    seen: readTexts(token?.["seen"]),
  };
}
