import { instantOf, type Clock } from "../../lib/clock.ts";
import { normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { readRecords, UnreadableRecord } from "../kit/records.ts";
import type { Lookup } from "../provider.ts";
import { parseCustomer, type Customer } from "./customer.ts";
import { isMissing } from "./faults.ts";
import { addressesOf } from "./lens.ts";
import type { Observe } from "./observe.ts";
import { anyActive, type QuickBooksWire } from "./wire.ts";

/** So many ids fit into the URL of one query. */
const idsPerQuery = 200;

export interface ReadsOptions {
  readonly clock: Clock;
  readonly wire: QuickBooksWire;
  readonly observe: Observe;
}

/** Customers by id, by address and by name. */
export interface Reads {
  /** The customer as it is now; null where it is inactive or nowhere. Throws UnreadableRecord. */
  readonly read: (id: string) => Promise<Customer | null>;
  readonly lookup: (externalId: string) => Promise<Lookup>;
  /** In the order of the ids. */
  readonly get: (externalIds: readonly string[]) => Promise<readonly Lookup[]>;
  readonly withEmail: (email: string) => Promise<readonly Observation[]>;
  readonly withName: (name: string) => Promise<readonly Customer[]>;
}

export function createReads({ clock, wire, observe }: ReadsOptions): Reads {
  const read = async (id: string): Promise<Customer | null> => {
    if (!isAskable(id)) return null;
    try {
      const customer = parseCustomer(await wire.retrieve(id));
      return customer.active ? customer : null;
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
      return { kind: "found", observation: observe(customer, requestedAt) };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { kind: "bad", externalId, reason: error.message };
    }
  };

  const getBatch = async (externalIds: readonly string[]): Promise<readonly Lookup[]> => {
    const [first, second] = externalIds;
    if (first !== undefined && second === undefined) return [await lookup(first)];
    const requestedAt = instantOf(clock);
    const asked = externalIds.filter(isAskable);
    const criteria = [{ field: "Id", value: asked, operator: "IN" }, anyActive];
    const entries = asked.length === 0 ? [] : (await wire.query(criteria, 1)).entries;
    const { records, bad } = readRecords(entries, parseCustomer, "Id");
    return mapConcurrently(externalIds, 2, async (externalId): Promise<Lookup> => {
      const unread = bad.find((one) => one.externalId === externalId);
      if (unread !== undefined) return { kind: "bad", externalId, reason: unread.reason };
      const found = records.find(({ id }) => id === externalId);
      // That a query does not show it proves nothing (law 7): QuickBooks has a word of its own for what is not there.
      if (found === undefined) return lookup(externalId);
      if (!found.active) return { kind: "gone", externalId };
      return { kind: "found", observation: observe(found, requestedAt) };
    });
  };

  /** Active customers by a query; parts of others left out. */
  const search = async (field: string, value: string, operator: string) => {
    const { entries } = await wire.query([{ field, value, operator }], 1);
    const { records } = readRecords(entries, parseCustomer, "Id");
    return records.filter(({ active, isPart }) => active && !isPart);
  };

  return {
    read,
    lookup,
    get: async (externalIds) => {
      const batches: (readonly string[])[] = [];
      for (let start = 0; start < externalIds.length; start += idsPerQuery)
        batches.push(externalIds.slice(start, start + idsPerQuery));
      return (await mapConcurrently(batches, 2, getBatch)).flat();
    },
    withEmail: async (email) => {
      const requestedAt = instantOf(clock);
      // One of several addresses has to be found as well; what else the pattern finds is left out here.
      const found = await search("PrimaryEmailAddr", `%${email.replaceAll("\\", "%")}%`, "LIKE");
      return found
        .filter((customer) => hasEmail(customer, email))
        .map((customer) => observe(customer, requestedAt));
    },
    withName: (name) => search("DisplayName", name, "="),
  };
}

export function hasEmail(customer: Customer, email: string): boolean {
  return addressesOf(customer).map(normalEmail).includes(normalEmail(email));
}

/** Other texts are no ids of QuickBooks', and would be something else in a path. */
export function isAskable(id: string): boolean {
  return /^[\w-]{1,40}$/.test(id);
}
