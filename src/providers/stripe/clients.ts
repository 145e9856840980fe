import { instantOf, type Clock, type Instant } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import type { Observation } from "../../model/observation.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { asExpected } from "../kit/fields.ts";
import { readRecords, UnreadableRecord } from "../kit/records.ts";
import type {
  ClientsSession,
  CreateRequest,
  FindRequest,
  Lookup,
  UpdateRequest,
  WriteAnswer,
} from "../provider.ts";
import { metadataOf } from "./filter.ts";
import { customerLens } from "./lens.ts";
import { pullPage, readConcurrency } from "./listing.ts";
import type { Observe } from "./observe.ts";
import {
  isMissing,
  ownIdKey,
  parseCustomer,
  refusalOf,
  type Customer,
  type StripeWire,
  type Written,
} from "./wire.ts";

export interface ClientsOptions {
  readonly clock: Clock;
  readonly wire: StripeWire;
  readonly observe: Observe;
  readonly filter: Filter | null;
}

export function createClients({ clock, wire, observe, filter }: ClientsOptions): ClientsSession {
  /** What is at that id now; null where nothing is. */
  const read = async (id: string): Promise<Customer | null> => {
    try {
      const customer = parseCustomer(await wire.retrieve(id));
      return customer.deleted ? null : customer;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  const lookup = async (externalId: string): Promise<Lookup> => {
    const requestedAt = instantOf(clock);
    try {
      const customer = await read(externalId);
      if (customer === null) return { kind: "gone", externalId };
      return { kind: "found", observation: observe(customer, { requestedAt }) };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { kind: "bad", externalId, reason: error.message };
    }
  };

  /** The answer of a write; a replayed one tells of an earlier time, so that the customer is read again. */
  const settle = async ({ customer, replayed }: Written, requestedAt: Instant) => {
    const answered = parseWritten(customer);
    if (!replayed) return done(observe(answered, { requestedAt }));
    const found = await lookup(answered.id);
    return found.kind === "found" ? done(found.observation) : gone;
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get: (externalIds) => mapConcurrently(externalIds, readConcurrency, lookup),
    find: async ({ ownId, emails }: FindRequest) => {
      const byEmail = (await mapConcurrently(emails, 2, listByEmail)).flat();
      const own = byEmail.filter((found) => found.ownId === ownId);
      if (own.length > 0) return own;
      const searched = await search(ownId);
      return searched.length > 0 ? searched : distinct(byEmail);
    },
    create: async ({ fields, ownId, key }: CreateRequest) => {
      const requestedAt = instantOf(clock);
      const metadata = { ...metadataOf(filter), [ownIdKey]: ownId };
      const parameters = { ...customerLens.put(fields, null), metadata };
      return unlessRefused(async () => settle(await wire.create(parameters, { key }), requestedAt));
    },
    update: async ({ externalId, changes, expected, key }: UpdateRequest) => {
      const readAt = instantOf(clock);
      const actual = await read(externalId);
      if (actual === null) return gone;
      if (!asExpected(expected.fields, customerLens.get(actual)))
        return { kind: "stale", observation: observe(actual, { requestedAt: readAt }) };
      const patch = customerLens.put(changes, actual);
      if (Object.keys(patch).length === 0) return done(observe(actual, { requestedAt: readAt }));
      const requestedAt = instantOf(clock);
      return unlessRefused(async () =>
        settle(await wire.update(externalId, patch, { key }), requestedAt),
      );
    },
    remove: async (externalId) => {
      const requestedAt = instantOf(clock);
      return unlessRefused(async () => {
        const removed = parseWritten(await wire.remove(externalId));
        if (!removed.deleted) throw malformed("Stripe did not confirm the deletion", true);
        return done(observe(removed, { requestedAt }));
      });
    },
  };

  /** Stripe compares addresses to the letter; ours were sent in lower case. */
  async function listByEmail(email: string): Promise<readonly Observation[]> {
    const requestedAt = instantOf(clock);
    const page = await wire.listCustomers({ email, limit: 100 });
    return present(page.entries, requestedAt);
  }

  /** Search is late, and not offered everywhere; where it is refused, the addresses have to do. */
  async function search(ownId: string): Promise<readonly Observation[]> {
    if (!/^[\w-]+$/.test(ownId)) return [];
    const requestedAt = instantOf(clock);
    try {
      const entries = await wire.searchCustomers(`metadata['${ownIdKey}']:'${ownId}'`);
      return present(entries, requestedAt);
    } catch (error) {
      if (error instanceof AnswerError) return [];
      throw error;
    }
  }

  function present(entries: readonly unknown[], requestedAt: Instant): readonly Observation[] {
    const { records } = readRecords(entries, parseCustomer, "id");
    return records
      .filter((found) => !found.deleted)
      .map((found) => observe(found, { requestedAt }));
  }
}

const gone: WriteAnswer = { kind: "gone", mergedInto: null };

function done(observation: Observation): WriteAnswer {
  return { kind: "done", observation };
}

async function unlessRefused(write: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await write();
  } catch (error) {
    if (isMissing(error) && error.answer.status === 404) return gone;
    const message = refusalOf(error);
    if (message === null) throw error;
    return { kind: "refused", message };
  }
}

function parseWritten(value: unknown): Customer {
  try {
    return parseCustomer(value);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    throw malformed(`Stripe's answer to the write cannot be read: ${error.message}`, true);
  }
}

function distinct(observations: readonly Observation[]): readonly Observation[] {
  return [...new Map(observations.map((found) => [found.externalId, found])).values()];
}
