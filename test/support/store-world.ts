import { createIds } from "../../src/lib/ids.ts";
import { createStepClock, instantOf } from "../../src/lib/clock.ts";
import type { StepClock } from "../../src/lib/clock.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import { completeFields } from "../../src/model/normal.ts";
import type { Client } from "../../src/model/client.ts";
import type { Connection, Organization } from "../../src/model/connection.ts";
import type { Fields } from "../../src/model/fields.ts";
import type { Change, Conflict, Parked } from "../../src/model/journal.ts";
import type { Mapping } from "../../src/model/mapping.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { OutboxEntry } from "../../src/model/outbox.ts";
import type { Lease, Listing, StagedRow, Store, Writes } from "../../src/store/ports.ts";

/** An organization with a connection and its lease, and rows that fit them. */
export interface StoreWorld {
  readonly store: Store;
  readonly clock: StepClock;
  readonly org: Organization;
  readonly connection: Connection;
  readonly lease: Lease;
  readonly id: () => string;
  readonly at: () => string;
  /** A connection of that name, with its lease. */
  readonly connect: (
    name: string,
  ) => Promise<{ readonly connection: Connection; readonly lease: Lease }>;
  readonly commit: (writes: Writes) => Promise<void>;
  readonly client: (fields?: Fields, rest?: Partial<Client>) => Client;
  readonly mapping: (clientId: string, rest?: Partial<Mapping>) => Mapping;
  readonly entry: (mapping: Mapping, rest?: Partial<OutboxEntry>) => OutboxEntry;
  readonly conflict: (mapping: Mapping, rest?: Partial<Conflict>) => Conflict;
  readonly parked: (rest?: Partial<Parked>) => Parked;
  readonly change: (rest?: Partial<Change>) => Change;
  readonly listing: (rest?: Partial<Listing>) => Listing;
  readonly staged: (externalId: string, rest?: Partial<Observation>) => StagedRow;
}

export const worldStart = Date.parse("2026-03-01T12:00:00.000Z");

export function createStepDeps(startMs = worldStart, seed = 1) {
  const clock = createStepClock(startMs);
  const random = createSeededRandom(seed);
  return { clock, random, ids: createIds(clock, random) };
}

export async function createStoreWorld(
  store: Store,
  deps: ReturnType<typeof createStepDeps>,
  orgName = "acme",
): Promise<StoreWorld> {
  const { clock, ids } = deps;
  const at = () => instantOf(clock);
  const org = await store.organizations.ensure(orgName, { id: ids(), at: at() });
  const connect = async (name: string) => {
    const connection = await store.connections.ensure({
      id: ids(),
      orgId: org.id,
      name,
      provider: "stripe",
      type: "billing",
      createdAt: at(),
    });
    const got = await store.leases.acquire(`connection:${connection.id}`, "test", 60_000);
    if (!("lease" in got)) throw new Error(`the lease is held by ${got.heldBy}`);
    return { connection, lease: got.lease };
  };
  const { connection, lease } = await connect("billing");
  const place = { orgId: org.id, connectionId: connection.id, collection: "clients" } as const;
  let count = 0;
  return {
    store,
    clock,
    org,
    connection,
    lease,
    id: ids,
    at,
    connect,
    commit: (writes) => store.work.commit(lease, async () => ({ writes, result: undefined })),
    client: (fields = {}, rest = {}) => ({
      id: ids(),
      orgId: org.id,
      revision: 1,
      fields: completeFields({ name: `Client ${(count += 1)}`, ...fields }),
      fieldTimes: { name: { at: at(), source: "person" } },
      active: true,
      createdAt: at(),
      updatedAt: at(),
      removedAt: null,
      ...rest,
    }),
    mapping: (clientId, rest = {}) => ({
      id: ids(),
      ...place,
      clientId,
      externalId: `cus_${(count += 1)}`,
      externalType: "customer",
      externalUrl: null,
      state: "linked",
      stateAt: at(),
      remoteVersion: null,
      base: { lens: "1", fields: { name: { local: "Ada", remote: "ADA" } } },
      seen: { fields: { name: "ADA" }, emails: [], requestedAt: at(), modifiedAt: null },
      lastSyncedAt: null,
      lastDirection: null,
      flips: {},
      revision: 1,
      ...rest,
    }),
    entry: (mapping, rest = {}) => ({
      id: ids(),
      orgId: mapping.orgId,
      connectionId: mapping.connectionId,
      collection: mapping.collection,
      clientId: mapping.clientId,
      mappingId: mapping.id,
      action: "update",
      state: "due",
      attempts: 0,
      nextAttemptAt: at(),
      reason: null,
      frozen: null,
      cause: "edit",
      createdAt: at(),
      revision: 1,
      ...rest,
    }),
    conflict: (mapping, rest = {}) => ({
      id: ids(),
      orgId: mapping.orgId,
      connectionId: mapping.connectionId,
      mappingId: mapping.id,
      clientId: mapping.clientId,
      field: "name",
      kind: "manual",
      local: "Ada",
      remote: "Eva",
      base: null,
      note: null,
      openedAt: at(),
      updatedAt: at(),
      ...rest,
    }),
    parked: (rest = {}) => ({
      id: ids(),
      ...place,
      externalId: `cus_${(count += 1)}`,
      reason: "bad-record",
      message: "its e-mail is no text",
      fingerprint: "f",
      runId: null,
      at: at(),
      ...rest,
    }),
    change: (rest = {}) => ({
      id: ids(),
      orgId: org.id,
      runId: null,
      at: at(),
      side: "local",
      action: "update",
      collection: "clients",
      clientId: null,
      connectionId: connection.id,
      externalId: null,
      field: "name",
      before: null,
      after: "Ada",
      lost: null,
      source: "person",
      rule: "edit",
      ...rest,
    }),
    listing: (rest = {}) => ({
      id: ids(),
      mode: "full",
      startedAt: at(),
      page: null,
      endCursor: null,
      pages: 1,
      accepted: [],
      ...rest,
    }),
    staged: (externalId, rest = {}) => ({
      id: ids(),
      externalId,
      observation: {
        externalId,
        externalType: "customer",
        externalUrl: null,
        state: "present",
        mergedInto: null,
        version: null,
        modifiedAt: null,
        requestedAt: at(),
        fields: { name: "ADA" },
        emails: [],
        phones: [],
        ownId: null,
        ...rest,
      },
      bad: null,
    }),
  };
}
