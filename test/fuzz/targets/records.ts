import { isRecord, stableJson } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import { createStepClock } from "../../../src/lib/clock.ts";
import { personLens } from "../../../src/providers/gmail/lens.ts";
import { pullPage as pullPeople } from "../../../src/providers/gmail/listing.ts";
import { createObserve as observePeople } from "../../../src/providers/gmail/observe.ts";
import { parsePerson } from "../../../src/providers/gmail/wire.ts";
import type { PeopleWire } from "../../../src/providers/gmail/wire.ts";
import { clientLens as freshbooksLens } from "../../../src/providers/freshbooks/lens.ts";
import { parseClient as parseFreshBooksClient } from "../../../src/providers/freshbooks/record.ts";
import { parseContact as parseHubSpotContact } from "../../../src/providers/hubspot/contact.ts";
import { contactLens as hubspotLens } from "../../../src/providers/hubspot/lens.ts";
import { parseCustomer as parseQuickBooksCustomer } from "../../../src/providers/quickbooks/customer.ts";
import { customerLens as quickbooksLens } from "../../../src/providers/quickbooks/lens.ts";
import { contactLens as salesforceLens } from "../../../src/providers/salesforce/lens.ts";
import { parseContact as parseSalesforceContact } from "../../../src/providers/salesforce/wire.ts";
import { AnswerError } from "../../../src/providers/kit/answers.ts";
import { UnreadableRecord } from "../../../src/providers/kit/records.ts";
import type { Lens, Page } from "../../../src/providers/provider.ts";
import { customerLens } from "../../../src/providers/stripe/lens.ts";
import { pullPage as pullCustomers } from "../../../src/providers/stripe/listing.ts";
import { createObserve as observeCustomers } from "../../../src/providers/stripe/observe.ts";
import { parseCustomer } from "../../../src/providers/stripe/wire.ts";
import type { StripeWire } from "../../../src/providers/stripe/wire.ts";
import { startMs } from "../corpus.ts";
import type { Corpus } from "../corpus.ts";
import type { Dice } from "../dice.ts";
import { mutated, strangeValue } from "../mutants.ts";
import { checkObservation, checkPage } from "../observations.ts";
import { claim } from "../target.ts";
import type { Target, Verdict } from "../target.ts";
import { parsed } from "../wire.ts";

const offsetMs = 1500;
const requestedAt = new Date(startMs).toISOString();

/** Single records, through the parser, the observation and the lens. */
export function recordTarget(corpus: Corpus, share: number): Target {
  return {
    name: `${corpus.provider.name}-record`,
    share,
    draw: (dice) => mutated(dice, dice.pick(corpus.records), 4),
    check: (input) => checkers[corpus.provider.name]?.(parsed(input)) ?? "refused",
  };
}

/** Whole listings with some bad records in them: the page is read, whatever they are (law 11). */
export function pageTarget(corpus: Corpus, share: number): Target {
  const read = corpus.provider.name === "stripe" ? readCustomers : readPeople;
  const lens = corpus.provider.name === "stripe" ? customerLens : personLens;
  return {
    name: `${corpus.provider.name}-page`,
    share,
    draw: (dice) => {
      const count = 1 + dice.below(4);
      return Array.from({ length: count }, () => drawRecord(dice, corpus));
    },
    check: async (input) => {
      const records = parsed(input);
      if (!Array.isArray(records)) return "refused";
      const page = await read(records);
      const shown = new Set(page.observations.map((seen) => seen.externalId));
      claim(
        shown.size + page.bad.length > 0 || records.length === 0,
        "records are neither read nor set aside",
      );
      checkPage(page, lens);
      return page.observations.length > 0 ? "taken" : "refused";
    },
  };
}

function drawRecord(dice: Dice, corpus: Corpus): Json {
  if (dice.chance(0.05)) return strangeValue(dice);
  const record = dice.pick(corpus.records);
  return dice.chance(0.4) ? record : mutated(dice, record);
}

function checkCustomer(value: unknown): Verdict {
  const customer = readable(() => parseCustomer(value));
  if (customer === null) return "refused";
  const observe = observeCustomers(stripeWire([]), true);
  for (const editedAt of [undefined, customer.created ?? undefined]) {
    const options = { requestedAt, ...(editedAt === undefined ? {} : { editedAt }) };
    checkObservation(observe(customer, options), customerLens);
  }
  checkLens(customerLens, customer);
  return "taken";
}

/** Observations of the others are looked at with whole answers. */
function checkRecord<Wire, Patch>(
  lens: Lens<Wire, Patch>,
  parse: (value: unknown) => Wire,
): (value: unknown) => Verdict {
  return (value) => {
    const record = readable(() => parse(value));
    if (record === null) return "refused";
    checkLens(lens, record);
    return "taken";
  };
}

const checkers: Readonly<Record<string, (value: unknown) => Verdict>> = {
  stripe: checkCustomer,
  gmail: checkPerson,
  hubspot: checkRecord(hubspotLens, parseHubSpotContact),
  salesforce: checkRecord(salesforceLens, parseSalesforceContact),
  quickbooks: checkRecord(quickbooksLens, parseQuickBooksCustomer),
  freshbooks: checkRecord(freshbooksLens, parseFreshBooksClient),
};

function checkPerson(value: unknown): Verdict {
  const person = readable(() => parsePerson(value));
  if (person === null) return "refused";
  checkObservation(observePeople(peopleWire([]), true)(person, requestedAt), personLens);
  checkLens(personLens, person);
  return "taken";
}

/** Law 3, on records that nobody would write. */
function checkLens<Wire, Patch>(lens: Lens<Wire, Patch>, record: Wire): void {
  const fields = lens.get(record);
  const same = (one: unknown, other: unknown, what: string) =>
    claim(stableJson(one) === stableJson(other), what);
  same(lens.put(fields, record), {}, "putting what was got is a change");
  const normal = lens.normal(fields);
  same(lens.normal(normal), normal, "the normal form has another one");
  for (const field of lens.fields)
    same(
      lens.normal({ [field]: lens.lift(field, fields[field] ?? null, null, undefined) })[field] ??
        null,
      normal[field] ?? null,
      `${field} is not lifted as it is`,
    );
}

function readable<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UnreadableRecord) return null;
    throw error;
  }
}

/** A full listing of the customers, and what follows from their events. */
async function readCustomers(records: readonly unknown[]): Promise<Page> {
  const wire = stripeWire(records);
  const options = { wire, clock: createStepClock(startMs), observe: observeCustomers(wire, false) };
  const full = await pullCustomers({ ...options, request: { cursor: null, page: null } });
  const cursor = JSON.stringify({ since: Math.floor(startMs / 1000) - 60, seen: [] });
  const changes = await pullCustomers({ ...options, request: { cursor, page: null } });
  return {
    observations: [...full.observations, ...changes.observations],
    bad: [...full.bad, ...changes.bad],
    next: full.next,
  };
}

async function readPeople(records: readonly unknown[]): Promise<Page> {
  const wire = peopleWire(records);
  const options = { wire, clock: createStepClock(startMs), observe: observePeople(wire, false) };
  return pullPeople({ ...options, request: { cursor: null, page: null } });
}

function stripeWire(records: readonly unknown[]): StripeWire {
  const never = () => Promise.reject(new Error("not asked"));
  return {
    toOurTime: (providerMs) => providerMs - offsetMs,
    toProviderTime: (ourMs) => ourMs + offsetMs,
    account: never,
    searchCustomers: never,
    create: never,
    update: never,
    remove: never,
    listMoney: never,
    retrieveMoney: never,
    listCustomers: async () => ({ entries: records, hasMore: false }),
    listEvents: async () => ({ entries: records.map(eventOf), hasMore: false }),
    retrieve: async (id) => {
      const found = records.find((record) => isRecord(record) && record["id"] === id);
      if (found !== undefined) return found;
      throw new AnswerError({ status: 404, headers: new Headers(), body: {}, write: false });
    },
  };
}

/** An event that names the record; where the record is itself one, as it is. */
function eventOf(record: unknown, index: number): unknown {
  if (!isRecord(record) || record["object"] === "event") return record;
  return { id: `evt_${index}`, created: record["created"], data: { object: record } };
}

function peopleWire(records: readonly unknown[]): PeopleWire {
  const never = () => Promise.reject(new Error("not asked"));
  return {
    toOurTime: (providerMs) => providerMs - offsetMs,
    mask: "names",
    listGroups: never,
    getPerson: never,
    getPeople: never,
    create: never,
    update: never,
    remove: never,
    listConnections: async () => ({
      connections: records,
      nextPageToken: null,
      nextSyncToken: "token",
    }),
  };
}
