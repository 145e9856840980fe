import { instantOf, type Clock, type Instant } from "../../lib/clock.ts";
import { normalEmail } from "../../model/normal.ts";
import { hasStatus } from "../google/answers.ts";
import { malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { asExpected } from "../kit/fields.ts";
import { readRecords, UnreadableRecord } from "../kit/records.ts";
import type { ClientsSession, Lookup, UpdateRequest, WriteAnswer } from "../provider.ts";
import type { Membership } from "./filter.ts";
import { personLens } from "./lens.ts";
import { pullPage, samePage } from "./listing.ts";
import { ownIdOf, valuesOf, type Observe } from "./observe.ts";
import {
  findMask,
  isStaleEtag,
  ownIdKey,
  parsePerson,
  refusalOf,
  type PeopleWire,
  type Person,
  type PersonAnswer,
} from "./wire.ts";

/** What Google takes in one batch of reads. */
const batchSize = 200;

export interface ClientsOptions {
  readonly clock: Clock;
  readonly wire: PeopleWire;
  readonly observe: Observe;
  readonly membership: Membership | null;
}

export function createClients(options: ClientsOptions): ClientsSession {
  const { clock, wire, observe, membership } = options;
  const getBatch = async (names: readonly string[]): Promise<readonly Lookup[]> => {
    const requestedAt = instantOf(clock);
    const answers = await answersTo(wire, names);
    const found = new Map(answers.map(({ requested, person }) => [requested, person]));
    return names.map((name) => lookupOf(name, found.get(name) ?? null, requestedAt));
  };

  const lookupOf = (externalId: string, answer: unknown, requestedAt: Instant): Lookup => {
    if (answer === null) return { kind: "gone", externalId };
    try {
      const person = parsePerson(answer);
      if (isGone(person)) return { kind: "gone", externalId };
      if (person.resourceName !== externalId)
        return { kind: "merged", externalId, into: person.resourceName };
      return { kind: "found", observation: observe(person, requestedAt) };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { kind: "bad", externalId, reason: error.message };
    }
  };

  const get = async (externalIds: readonly string[]): Promise<readonly Lookup[]> => {
    const lookups: Lookup[] = [];
    for (let start = 0; start < externalIds.length; start += batchSize)
      lookups.push(...(await getBatch(externalIds.slice(start, start + batchSize))));
    return lookups;
  };

  /** The contact as it is now, for a write; null where it is gone. */
  const read = async (externalId: string): Promise<Person | null> => {
    try {
      const person = parsePerson(await wire.getPerson(externalId));
      return isGone(person) ? null : person;
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  };

  /** One try of an update; null where the contact moved between the read and the write. */
  const tryUpdate = async (request: UpdateRequest): Promise<WriteAnswer | null> => {
    const readAt = instantOf(clock);
    const actual = await read(request.externalId);
    if (actual === null) return gone;
    if (actual.resourceName !== request.externalId)
      return { kind: "gone", mergedInto: actual.resourceName };
    if (!asExpected(request.expected.fields, personLens.get(actual)))
      return { kind: "stale", observation: observe(actual, readAt) };
    const patch = personLens.put(request.changes, actual);
    if (Object.keys(patch).length === 0)
      return { kind: "done", observation: observe(actual, readAt) };
    const requestedAt = instantOf(clock);
    try {
      const written = parseWritten(await wire.update(actual, patch));
      return { kind: "done", observation: observe(written, requestedAt) };
    } catch (error) {
      if (isStaleEtag(error)) return null;
      return refusedOrThrown(error);
    }
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get,
    find: async ({ ownId, emails }) => {
      const names = await findNames(wire, ownId, new Set(emails.map(normalEmail)));
      const lookups = await get(names);
      return lookups.flatMap((found) => (found.kind === "found" ? [found.observation] : []));
    },
    create: async ({ fields, ownId }) => {
      const requestedAt = instantOf(clock);
      const own = {
        clientData: [{ key: ownIdKey, value: ownId }],
        ...(membership === null ? {} : { memberships: membership.entries() }),
      };
      try {
        const written = parseWritten(
          await wire.create({ ...personLens.put(fields, null), ...own }),
        );
        return { kind: "done", observation: observe(written, requestedAt) };
      } catch (error) {
        return refusedOrThrown(error);
      }
    },
    update: async (request) => {
      // Google now and then refuses even a fresh etag: read and try once more.
      const answer = (await tryUpdate(request)) ?? (await tryUpdate(request));
      if (answer !== null) return answer;
      const requestedAt = instantOf(clock);
      const actual = await read(request.externalId);
      return actual === null ? gone : { kind: "stale", observation: observe(actual, requestedAt) };
    },
    remove: async (externalId) => {
      const requestedAt = instantOf(clock);
      try {
        await wire.remove(externalId);
      } catch (error) {
        return refusedOrThrown(error);
      }
      const removed = parsePerson({ resourceName: externalId, metadata: { deleted: true } });
      return { kind: "done", observation: observe(removed, requestedAt) };
    },
  };
}

/** Each of the names, also where one unknown name is enough for Google to refuse them all. */
async function answersTo(
  wire: PeopleWire,
  names: readonly string[],
): Promise<readonly PersonAnswer[]> {
  try {
    return await wire.getPeople(names);
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    if (names.length === 1) return [];
    return (await mapConcurrently(names, 4, (name) => answersTo(wire, [name]))).flat();
  }
}

/** Those with the own id, else those with one of the addresses. Google's search finds neither reliably. */
async function findNames(
  wire: PeopleWire,
  ownId: string,
  emails: ReadonlySet<string>,
): Promise<readonly string[]> {
  const own: string[] = [];
  const alike: string[] = [];
  let pageToken: string | null = null;
  do {
    const page = await wire.listConnections({
      personFields: findMask,
      pageSize: 1000,
      requestSyncToken: false,
      ...(pageToken === null ? {} : { pageToken }),
    });
    for (const person of readRecords(page.connections, parsePerson, "resourceName").records) {
      if (ownIdOf(person) === ownId) own.push(person.resourceName);
      else if (valuesOf(person.emailAddresses).some((value) => emails.has(normalEmail(value))))
        alike.push(person.resourceName);
    }
    if (page.nextPageToken !== null && page.nextPageToken === pageToken) throw samePage();
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return own.length > 0 ? own : alike;
}

const gone: WriteAnswer = { kind: "gone", mergedInto: null };

/** Deleted, or nothing left of it but a profile, which is not ours to write. */
function isGone(person: Person): boolean {
  return person.deleted || person.contact === null;
}

function refusedOrThrown(error: unknown): WriteAnswer {
  if (hasStatus(error, 404)) return gone;
  const message = refusalOf(error);
  if (message === null) throw error;
  return { kind: "refused", message };
}

function parseWritten(answer: unknown): Person {
  try {
    return parsePerson(answer);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    throw malformed(`Google's answer to the write cannot be read: ${error.message}`, true);
  }
}
