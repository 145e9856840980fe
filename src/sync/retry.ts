import { instantOf } from "../lib/clock.ts";
import type { OrgConfig } from "../config/config.ts";
import type { Collection } from "../model/connection.ts";
import type { Reopened } from "./engine.ts";
import { keepLease } from "./lease-keeper.ts";
import { prepareRun } from "./prepare.ts";
import type { EngineParts } from "./prepare.ts";
import { syncsActivities, syncsClients } from "./parties.ts";
import type { Member } from "./parties.ts";

/** Makes parked and held writes due, and owes a full listing where records are parked: it shows them again. */
export async function retry(
  parts: EngineParts,
  org: OrgConfig,
  connection?: string,
): Promise<readonly Reopened[]> {
  const { orgId, members } = await prepareRun(
    parts,
    org,
    connection === undefined ? {} : { connection },
  );
  const reopened: Reopened[] = [];
  for (const member of members) {
    const parked = await countParked(parts, orgId, member.row.id);
    if (parked > 0) await oweListing(parts, member);
    const writes = await parts.store.outbox.retry(member.row.id, instantOf(parts.deps.clock));
    reopened.push({ name: member.config.name, reopened: parked + writes });
  }
  return reopened;
}

async function countParked(
  parts: EngineParts,
  orgId: string,
  connectionId: string,
): Promise<number> {
  const health = await parts.store.reads.health(orgId);
  const failing = health.find((one) => one.connectionId === connectionId)?.failingRecords ?? 0;
  // Parked writes are among the failing; they are counted where they are reopened.
  return failing - (await parts.store.outbox.tally(connectionId)).parked;
}

async function oweListing(parts: EngineParts, member: Member): Promise<void> {
  const { store, deps } = parts;
  const keeper = await keepLease(member.row.id, {
    leases: store.leases,
    clock: deps.clock,
    holder: parts.holder,
    isGone: parts.isGone,
    requestTimeoutMs: member.config.requestTimeoutSeconds * 1000,
  });
  try {
    for (const collection of syncedBy(member)) {
      await store.cursors.setListing(member.row.id, collection, null, keeper.lease);
      const listing = {
        id: deps.ids(),
        mode: "full" as const,
        startedAt: instantOf(deps.clock),
        page: null,
        endCursor: null,
        pages: 0,
        accepted: [],
      };
      await store.cursors.setListing(member.row.id, collection, listing, keeper.lease);
    }
  } finally {
    await keeper.release();
  }
}

function syncedBy({ config, provider }: Member): readonly Collection[] {
  return [
    ...(syncsClients(config, provider) ? (["clients"] as const) : []),
    ...(syncsActivities(config, provider) ? (["activities"] as const) : []),
  ];
}
