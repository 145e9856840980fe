import { instantOf, type Clock, type Instant } from "../../lib/clock.ts";
import { normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { asExpected } from "../kit/fields.ts";
import { readRecords, UnreadableRecord } from "../kit/records.ts";
import type { ClientsSession, Lookup, WriteAnswer } from "../provider.ts";
import { isMissing, refusalOf, title } from "./answers.ts";
import { clientLens } from "./lens.ts";
import { pullPage } from "./listing.ts";
import type { Observe } from "./observe.ts";
import { parseClient, type ClientRecord } from "./record.ts";
import { pageSize, type FreshbooksWire } from "./wire.ts";

/** So many single clients are read at a time. */
const readConcurrency = 2;

export interface ClientsOptions {
  readonly clock: Clock;
  readonly wire: FreshbooksWire;
  readonly observe: Observe;
}

export function createClients({ clock, wire, observe }: ClientsOptions): ClientsSession {
  /** What is at that id now; null where nothing is, or where it was deleted. */
  const read = async (id: string): Promise<ClientRecord | null> => {
    if (!/^\d+$/.test(id)) return null;
    try {
      const client = parseClient(await wire.retrieve(id));
      return client.state === "deleted" ? null : client;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  const lookup = async (externalId: string): Promise<Lookup> => {
    const requestedAt = instantOf(clock);
    try {
      const client = await read(externalId);
      if (client === null) return { kind: "gone", externalId };
      return { kind: "found", observation: observe(client, requestedAt) };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { kind: "bad", externalId, reason: error.message };
    }
  };

  /** Those of the ids that one listing shows. Only a look-up by its own id tells that a client is gone. */
  const listed = async (ids: readonly string[]): Promise<ReadonlyMap<string, Lookup>> => {
    const requestedAt = instantOf(clock);
    const { entries } = await wire.list({ page: 1, ids });
    const { records } = readRecords(entries, parseClient, "id");
    return new Map(
      records
        .filter((client) => client.state !== "deleted")
        .map((client) => [client.id, { kind: "found", observation: observe(client, requestedAt) }]),
    );
  };

  const get = async (externalIds: readonly string[]): Promise<readonly Lookup[]> => {
    const lookups: Lookup[] = [];
    for (let start = 0; start < externalIds.length; start += pageSize) {
      const ids = externalIds.slice(start, start + pageSize);
      const known = ids.filter((id) => /^\d+$/.test(id));
      const found = known.length > 1 ? await listed(known) : new Map<string, Lookup>();
      lookups.push(
        ...(await mapConcurrently(ids, readConcurrency, async (id) => found.get(id) ?? lookup(id))),
      );
    }
    return lookups;
  };

  const findByEmail = async (email: string): Promise<readonly Observation[]> => {
    const requestedAt = instantOf(clock);
    const { entries } = await wire.list({ page: 1, email });
    return readRecords(entries, parseClient, "id")
      .records.filter(({ state, texts }) => state !== "deleted" && isOf(texts.email, email))
      .map((client) => observe(client, requestedAt));
  };

  const settle = (answer: unknown, requestedAt: Instant): WriteAnswer => {
    const client = parseWritten(answer);
    return client.state === "deleted" ? gone : done(observe(client, requestedAt));
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get,
    find: async ({ emails }) => {
      const found = (await mapConcurrently(emails, readConcurrency, findByEmail)).flat();
      return [...new Map(found.map((seen) => [seen.externalId, seen])).values()];
    },
    create: async ({ fields }) => {
      const requestedAt = instantOf(clock);
      return unlessRefused(async () =>
        settle(await wire.create(clientLens.put(fields, null)), requestedAt),
      );
    },
    update: async ({ externalId, changes, expected }) => {
      const readAt = instantOf(clock);
      const actual = await read(externalId);
      if (actual === null) return gone;
      if (!asExpected(expected.fields, clientLens.get(actual)))
        return { kind: "stale", observation: observe(actual, readAt) };
      const patch = clientLens.put(changes, actual);
      if (Object.keys(patch).length === 0) return done(observe(actual, readAt));
      const requestedAt = instantOf(clock);
      return unlessRefused(async () => settle(await wire.update(externalId, patch), requestedAt));
    },
    remove: async (externalId) => {
      // FreshBooks would delete again what is deleted already, and say nothing of it.
      if (await isGone(externalId)) return gone;
      const requestedAt = instantOf(clock);
      return unlessRefused(async () => {
        const removed = parseWritten(await wire.remove(externalId));
        if (removed.state !== "deleted")
          throw malformed(`${title} did not delete the client`, true);
        return done(observe(removed, requestedAt));
      });
    },
  };

  /** One that cannot be read is there, and can be deleted. */
  async function isGone(externalId: string): Promise<boolean> {
    const found = await lookup(externalId);
    return found.kind === "gone";
  }
}

const gone: WriteAnswer = { kind: "gone", mergedInto: null };

function done(observation: Observation): WriteAnswer {
  return { kind: "done", observation };
}

function isOf(address: string | null, email: string): boolean {
  return normalEmail(address ?? "") === normalEmail(email);
}

async function unlessRefused(write: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await write();
  } catch (error) {
    if (isMissing(error)) return gone;
    const message = refusalOf(error);
    if (message === null) throw error;
    return { kind: "refused", message };
  }
}

function parseWritten(value: unknown): ClientRecord {
  try {
    return parseClient(value);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    throw malformed(`${title}'s answer to the write cannot be read: ${error.message}`, true);
  }
}
