import { createHash } from "node:crypto";
import { instantOf, toEpochMs } from "../../lib/clock.ts";
import type { Fields } from "../../model/fields.ts";
import type { Observation } from "../../model/observation.ts";
import { malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { asExpected, changedFields } from "../kit/fields.ts";
import { UnreadableRecord } from "../kit/records.ts";
import type {
  ClientsSession,
  CreateRequest,
  FindRequest,
  UpdateRequest,
  WriteAnswer,
} from "../provider.ts";
import { parseCustomer, type Customer, type CustomerPatch } from "./customer.ts";
import { isMissing, isNameTaken, isStale, refusalOf } from "./faults.ts";
import { customerLens, plainFields, putPlain } from "./lens.ts";
import { pullPage } from "./listing.ts";
import { suffixed } from "./name.ts";
import { createReads, hasEmail, isAskable, type ReadsOptions } from "./reads.ts";
import type { CustomerChange } from "./wire.ts";

/** An answer that tells of a customer made so long before the request is the answer to an earlier one. */
const replayedAfterMs = 5000;

export function createClients({ clock, wire, observe }: ReadsOptions): ClientsSession {
  const { read, lookup, get, withEmail, withName } = createReads({ clock, wire, observe });

  const create = async (patch: CustomerPatch, key: string): Promise<WriteAnswer> => {
    const requestedAt = instantOf(clock);
    const written = parseWritten(await wire.create(patch, requestIdOf(key)));
    const madeMs = written.createdMs ?? Number.POSITIVE_INFINITY;
    const askedMs = wire.toProviderTime(toEpochMs(requestedAt));
    if (madeMs > askedMs - replayedAfterMs) return done(observe(written, requestedAt));
    const found = await lookup(written.id);
    return found.kind === "found" ? done(found.observation) : gone;
  };

  /** QuickBooks has each name once: the next one of the name gets a mark behind it. */
  const createMarked = async (
    patch: CustomerPatch,
    { fields, ownId, key }: CreateRequest,
  ): Promise<WriteAnswer> => {
    const name = patch.DisplayName ?? "";
    const email = customerLens.normal(fields)["email"];
    // Who has the name and the address as well is the same one.
    const holder =
      typeof email === "string"
        ? (await withName(name)).find((customer) => hasEmail(customer, email))
        : undefined;
    if (holder !== undefined) return { kind: "exists", externalId: holder.id };
    const marked = suffixed(name, ownId);
    try {
      return await create({ ...patch, DisplayName: marked }, `${key} marked`);
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      // No one else has that mark: an earlier try of the same create was carried out after all.
      const [own] = await withName(marked);
      if (own === undefined) throw error;
      return { kind: "exists", externalId: own.id };
    }
  };

  const write = async (change: CustomerChange): Promise<Observation> => {
    const requestedAt = instantOf(clock);
    return observe(parseWritten(await wire.update(change)), requestedAt);
  };

  /** With a mark behind the name where it is taken: as with a create, by what stays the same. */
  const writeMarked = async (change: CustomerChange): Promise<WriteAnswer> => {
    try {
      return done(await write(change));
    } catch (error) {
      if (!isNameTaken(error) || change.DisplayName === undefined) throw error;
      return done(await write({ ...change, DisplayName: suffixed(change.DisplayName, change.Id) }));
    }
  };

  /** Reads, compares and writes; null where somebody else wrote in between. */
  const tryUpdate = async (request: UpdateRequest): Promise<WriteAnswer | null> => {
    const { externalId, changes, expected } = request;
    const readAt = instantOf(clock);
    const actual = await read(externalId);
    if (actual?.syncToken == null) return gone;
    if (!asExpected(expected.fields, customerLens.get(actual)))
      return { kind: "stale", observation: observe(actual, readAt) };
    const patch = customerLens.put(changes, actual);
    if (Object.keys(patch).length === 0) return done(observe(actual, readAt));
    const change = { ...patch, Id: externalId, SyncToken: actual.syncToken };
    return unlessStale(() => writeMarked(change));
  };

  const remove = async (externalId: string): Promise<WriteAnswer | null> => {
    const actual = await read(externalId);
    if (actual?.syncToken == null) return gone;
    const change = { Id: externalId, SyncToken: actual.syncToken, Active: false };
    return unlessStale(async () => {
      const observation = await write(change);
      if (observation.state === "deleted") return done(observation);
      throw malformed("QuickBooks did not confirm that the customer is inactive", true);
    });
  };

  /** Where the customer has moved on twice, the engine decides anew. */
  const twice = async (
    externalId: string,
    attempt: () => Promise<WriteAnswer | null>,
  ): Promise<WriteAnswer> => {
    const answer = (await attempt()) ?? (await attempt());
    if (answer !== null) return answer;
    const requestedAt = instantOf(clock);
    const actual = await read(externalId);
    return actual === null ? gone : { kind: "stale", observation: observe(actual, requestedAt) };
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get,
    find: async ({ emails }: FindRequest) =>
      distinct((await mapConcurrently(emails, 2, withEmail)).flat()),
    create: (request) =>
      unlessRefused(async () => {
        const patch = customerLens.put(request.fields, null);
        try {
          return await create(patch, request.key);
        } catch (error) {
          if (isNameTaken(error)) return createMarked(patch, request);
          throw error;
        }
      }),
    update: (request) =>
      unlessRefused(async () => {
        const plain = plainChange(request);
        // The version alone says that all is as expected: reading first would cost one more metered call.
        const written =
          plain === null ? null : await unlessStale(async () => done(await write(plain)));
        return written ?? twice(request.externalId, () => tryUpdate(request));
      }),
    remove: (externalId) => unlessRefused(() => twice(externalId, () => remove(externalId))),
  };
}

/** The change where it can be sent unread; null where it takes to know what else the customer holds. */
function plainChange({ externalId, changes, expected }: UpdateRequest): CustomerChange | null {
  const known: Fields = expected.fields;
  const changed = changedFields(customerLens.normal(changedFields(changes, known)), known);
  const names = Object.keys(changed);
  const isPlain = names.length > 0 && names.every((field) => plainFields.includes(field));
  // A customer without a name shows something else in its place, which may have to follow.
  if (!isPlain || expected.version === null || typeof known["name"] !== "string") return null;
  if (!isAskable(externalId)) return null;
  return { ...putPlain(changed), Id: externalId, SyncToken: expected.version };
}

/** `requestid` takes 50 characters. */
function requestIdOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 36);
}

const gone: WriteAnswer = { kind: "gone", mergedInto: null };

function done(observation: Observation): WriteAnswer {
  return { kind: "done", observation };
}

async function unlessStale(work: () => Promise<WriteAnswer>): Promise<WriteAnswer | null> {
  try {
    return await work();
  } catch (error) {
    if (isStale(error)) return null;
    throw error;
  }
}

async function unlessRefused(work: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) return gone;
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
    throw malformed(`QuickBooks' answer to the write cannot be read: ${error.message}`, true);
  }
}

function distinct(observations: readonly Observation[]): readonly Observation[] {
  return [...new Map(observations.map((found) => [found.externalId, found])).values()];
}
