import { instantOf, type Clock } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import type { Observation } from "../../model/observation.ts";
import { malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { asExpected } from "../kit/fields.ts";
import { UnreadableRecord } from "../kit/records.ts";
import type {
  ClientsSession,
  CreateRequest,
  Lookup,
  UpdateRequest,
  WriteAnswer,
} from "../provider.ts";
import { emptyContact, writtenOver, type Contact, type ContactPatch } from "./contact.ts";
import { contactLens } from "./lens.ts";
import { pullPage } from "./listing.ts";
import { goneObservation, type Observe } from "./observe.ts";
import { readMany, readOne, type Found } from "./reading.ts";
import { isMissing, refusalOf } from "./refusals.ts";
import type { HubSpotWire } from "./wire.ts";

export interface ClientsOptions {
  readonly clock: Clock;
  readonly wire: HubSpotWire;
  readonly observe: Observe;
  readonly filter: Filter | null;
}

/** The verbs on one contact at a time; those on many are in `many.ts`. */
export type SingleVerbs = Omit<ClientsSession, "createMany" | "updateMany">;

export function createClients({ clock, wire, observe, filter }: ClientsOptions): SingleVerbs {
  const byEmail = async (email: string): Promise<readonly Observation[]> => {
    const requestedAt = instantOf(clock);
    try {
      return [observe(wire.parse(await wire.retrieveByEmail(email)), requestedAt)];
    } catch (error) {
      // What HubSpot does not take for an address no contact has.
      if (isMissing(error) || refusalOf(error) !== null) return [];
      throw error;
    }
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get: async (externalIds) => {
      const requestedAt = instantOf(clock);
      const found = await readMany(wire, externalIds);
      return externalIds.map((externalId, index) =>
        lookupOf(externalId, found[index], (contact) => observe(contact, requestedAt)),
      );
    },
    // Reads by address are no search: they show at once what was written, and know the additional addresses.
    find: async ({ emails }) =>
      distinct((await mapConcurrently([...new Set(emails)], 2, byEmail)).flat()),
    create: async ({ fields }: CreateRequest) => {
      const requestedAt = instantOf(clock);
      const patch = { ...filter, ...contactLens.put(fields, null) };
      try {
        const created = parseWritten(emptyContact, patch, await wire.create(patch));
        return done(observe(created, requestedAt));
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === null) throw error;
        const { message, taken, existingId } = refusal;
        if (!taken) return { kind: "refused", message };
        if (existingId !== null) return { kind: "exists", externalId: existingId };
        const [holder] = patch.email === undefined ? [] : await byEmail(patch.email);
        if (holder === undefined) return { kind: "refused", message };
        return { kind: "exists", externalId: holder.externalId };
      }
    },
    update: async ({ externalId, changes, expected }: UpdateRequest) => {
      const readAt = instantOf(clock);
      const found = await readOne(wire, externalId);
      if (found.kind !== "contact") return answerWithout(found);
      const actual = found.contact;
      if (!asExpected(expected.fields, contactLens.get(actual)))
        return { kind: "stale", observation: observe(actual, readAt) };
      const patch = contactLens.put(changes, actual);
      if (Object.keys(patch).length === 0) return done(observe(actual, readAt));
      const requestedAt = instantOf(clock);
      return unlessRefused(async () => {
        const written = parseWritten(actual, patch, await wire.update(externalId, patch));
        // It was merged after the read: the write went to what took its place.
        if (written.id !== externalId) return { kind: "gone", mergedInto: written.id };
        return done(observe(written, requestedAt));
      });
    },
    remove: async (externalId) => {
      // An old id of a merged contact leads to the one that is left, which must not be archived in its place.
      const found = await readOne(wire, externalId);
      if (found.kind === "gone" || found.kind === "merged") return answerWithout(found);
      const requestedAt = instantOf(clock);
      return unlessRefused(async () => {
        await wire.archive(externalId);
        return done(goneObservation(externalId, { requestedAt, mergedInto: null }));
      });
    },
  };
}

export function done(observation: Observation): WriteAnswer {
  return { kind: "done", observation };
}

/** What an update answers where there is no contact to write to. */
export function answerWithout(found: Exclude<Found, { kind: "contact" }>): WriteAnswer {
  if (found.kind === "bad")
    return { kind: "refused", message: `the record there cannot be read: ${found.reason}` };
  return { kind: "gone", mergedInto: found.kind === "merged" ? found.into : null };
}

export function parseWritten(before: Contact, patch: ContactPatch, answer: unknown): Contact {
  try {
    return writtenOver(before, patch, answer);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    throw malformed(`HubSpot's answer to the write cannot be read: ${error.message}`, true);
  }
}

async function unlessRefused(write: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await write();
  } catch (error) {
    if (isMissing(error)) return { kind: "gone", mergedInto: null };
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { kind: "refused", message: refusal.message };
  }
}

function lookupOf(
  externalId: string,
  found: Found | undefined,
  observed: (contact: Contact) => Observation,
): Lookup {
  if (found?.kind === "contact") return { kind: "found", observation: observed(found.contact) };
  if (found?.kind === "merged") return { kind: "merged", externalId, into: found.into };
  if (found?.kind === "bad") return { kind: "bad", externalId, reason: found.reason };
  return { kind: "gone", externalId };
}

function distinct(observations: readonly Observation[]): readonly Observation[] {
  return [...new Map(observations.map((found) => [found.externalId, found])).values()];
}
