import { instantOf, type Clock } from "../../lib/clock.ts";
import { AstralisError, ProviderError } from "../../lib/errors.ts";
import type { Observation } from "../../model/observation.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { readRecords, UnreadableRecord } from "../kit/records.ts";
import type { Lookup } from "../provider.ts";
import type { Observe } from "./observe.ts";
import { collectionSize, type SalesforceWire } from "./requests.ts";
import { isContactId, quoted, type Contact } from "./wire.ts";

/** What is at an id now. */
export type Seen =
  | { readonly kind: "present"; readonly contact: Contact; readonly observation: Observation }
  | { readonly kind: "gone"; readonly mergedInto: string | null }
  | { readonly kind: "bad"; readonly reason: string };

/** Contacts by their ids and addresses, as they are now. */
export interface Reads {
  /** In the order of the ids. */
  see(ids: readonly string[]): Promise<readonly Seen[]>;
  seeOne(id: string): Promise<Seen>;
  /** What was just written: a failure leaves open what became of it, since the write itself was done. */
  readBack(ids: readonly string[]): Promise<readonly Seen[]>;
  byEmail(emails: readonly string[]): Promise<readonly Observation[]>;
}

export interface ReadsOptions {
  readonly clock: Clock;
  readonly wire: SalesforceWire;
  readonly observe: Observe;
}

export function createReads({ clock, wire, observe }: ReadsOptions): Reads {
  const seeSome = async (ids: readonly string[]): Promise<readonly Seen[]> => {
    const requestedAt = instantOf(clock);
    const asked = ids.filter(isContactId);
    const records = asked.length === 0 ? [] : await wire.retrieve(asked);
    const found = new Map(asked.map((id, at) => [id, records[at] ?? null]));
    const missing = asked.filter((id) => found.get(id) === null);
    const masters = missing.length === 0 ? new Map() : await mastersOf(missing);
    return ids.map((id): Seen => {
      const record = found.get(id) ?? null;
      if (record === null) return { kind: "gone", mergedInto: masters.get(id) ?? null };
      try {
        const contact = wire.parse(record);
        if (contact.IsDeleted) return { kind: "gone", mergedInto: contact.MasterRecordId };
        return { kind: "present", contact, observation: observe(contact, requestedAt) };
      } catch (error) {
        if (!(error instanceof UnreadableRecord)) throw error;
        return { kind: "bad", reason: error.message };
      }
    });
  };

  /** Which of the contacts that are not there were merged, and into which one; the recycle bin knows. */
  const mastersOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const soql = `SELECT ${wire.columns} FROM Contact WHERE IsDeleted = true AND Id IN (${ids.map(quoted).join(", ")})`;
    const { records } = readRecords(
      (await wire.query(soql, { deleted: true })).records,
      wire.parse,
      "Id",
    );
    return new Map(
      records.flatMap(({ Id, MasterRecordId }) =>
        MasterRecordId === null ? [] : [[Id, MasterRecordId] as const],
      ),
    );
  };

  const see = async (ids: readonly string[]): Promise<readonly Seen[]> => {
    const seen: Seen[] = [];
    for (let start = 0; start < ids.length; start += collectionSize)
      seen.push(...(await seeSome(ids.slice(start, start + collectionSize))));
    return seen;
  };

  return {
    see,
    seeOne: async (id) => (await see([id]))[0] ?? { kind: "gone", mergedInto: null },
    readBack: async (ids) => {
      try {
        return await see(ids);
      } catch (error) {
        throw afterWrite(error);
      }
    },
    byEmail: async (emails) => {
      if (emails.length === 0) return [];
      const requestedAt = instantOf(clock);
      const soql = `SELECT ${wire.columns} FROM Contact WHERE Email IN (${emails.map(quoted).join(", ")}) ORDER BY CreatedDate, Id LIMIT 200`;
      const { records } = await wire.query(soql);
      return readRecords(records, wire.parse, "Id").records.map((one) => observe(one, requestedAt));
    },
  };
}

export function lookupOf(externalId: string, seen: Seen): Lookup {
  if (seen.kind === "present") return { kind: "found", observation: seen.observation };
  if (seen.kind === "bad") return { kind: "bad", externalId, reason: seen.reason };
  return seen.mergedInto === null
    ? { kind: "gone", externalId }
    : { kind: "merged", externalId, into: seen.mergedInto };
}

function afterWrite(error: unknown): unknown {
  if (!(error instanceof AstralisError) && !(error instanceof AnswerError)) return error;
  if (error instanceof ProviderError) {
    const { code, message, hint, retry, cause } = error;
    return new ProviderError(code, message, { hint, retry, cause, executed: "unknown" });
  }
  return malformed("Salesforce did not show what it has just written", true);
}
