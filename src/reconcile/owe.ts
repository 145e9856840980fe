import type { Fields } from "../model/fields.ts";
import type { Client } from "../model/client.ts";
import type { Mapping, MappingState } from "../model/mapping.ts";
import type { OutboxAction, OutboxEntry } from "../model/outbox.ts";
import { mergePair } from "./merge.ts";
import type { Merge } from "./merge.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** The earliest time there is: for changes that nothing dates, which therefore lose against any that is dated. */
export const undated = "1970-01-01T00:00:00.000Z";

/**
 * Makes the outbox say what each connection is owed for this client, in the transaction that decided it (law 5):
 * one open entry a connection, or none where both sides agree.
 */
export function owe(work: Workspace, here: Circumstances, clientId: string): void {
  const client = work.client(clientId);
  if (client.removedAt !== null) return;
  for (const party of here.parties) oweTo(work, here, party, client);
}

/** The mapping through which a client's fields move at a connection; the linked one before any other. */
export function currentMapping(
  work: Workspace,
  clientId: string,
  connectionId: string,
): Mapping | undefined {
  const order: readonly MappingState[] = [
    "linked",
    "creating",
    "missing",
    "suppressed",
    "unlinked",
    "merged",
  ];
  return work
    .mappingsOf(clientId)
    .filter((mapping) => mapping.connectionId === connectionId && order.includes(mapping.state))
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
}

/** Merges a client with its record as it was last seen. */
export function mergeMapping(
  client: Client,
  mapping: Mapping,
  party: Party,
  more: {
    readonly sent?: Fields | null;
    readonly barred?: Parameters<typeof mergePair>[0]["barred"];
  } = {},
): Merge {
  const pair = {
    local: client.fields,
    localTimes: client.fieldTimes,
    remote: mapping.seen?.fields ?? {},
    remoteAt: remoteTime(mapping, party),
    base: mapping.base,
    sent: more.sent ?? null,
    flips: mapping.flips,
    barred: more.barred ?? new Map(),
  };
  return mergePair(pair, party.lens, party.rules);
}

/** When the record was last edited: its own word, else the start of the previous pass (law 1). */
export function remoteTime(mapping: Mapping, party: Party): string {
  const seen = mapping.seen;
  const told = seen?.modifiedAt ?? party.previousPassAt ?? undated;
  return seen !== null && told > seen.requestedAt ? seen.requestedAt : told;
}

/** An entry that is being sent, or whose answer is not known, is left alone until it has one. */
export function isUnderWay(entry: OutboxEntry | undefined): boolean {
  return entry?.state === "sending" || entry?.state === "unknown";
}

function oweTo(work: Workspace, here: Circumstances, party: Party, client: Client): void {
  const mapping = currentMapping(work, client.id, party.connectionId);
  const open = work.openEntry(client.id, party.connectionId);
  if (isUnderWay(open)) return;
  if (mapping === undefined) {
    if (party.create.there && party.listed && party.direction !== "pull")
      oweCreate(work, here, party, client);
    return;
  }
  if (mapping.state === "creating") {
    if (open && open.state !== "due") work.putEntry(reopened(open, here));
    return;
  }
  const owed =
    mapping.state === "linked" && Object.keys(mergeMapping(client, mapping, party).send).length > 0;
  if (!owed && open) work.dropEntry(open);
  if (owed && open?.state !== "due") oweEntry(work, here, mapping, { action: "update", open });
}

function oweCreate(work: Workspace, here: Circumstances, party: Party, client: Client): void {
  const mapping: Mapping = {
    ...freshMapping(here, party, client.id),
    externalId: null,
    externalType: null,
    externalUrl: null,
    state: "creating",
  };
  work.putMapping(mapping);
  oweEntry(work, here, mapping, { action: "create", open: undefined });
}

/** Puts the entry, or reopens the one that waits: its inputs have changed. */
export function oweEntry(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  what: { readonly action: OutboxAction; readonly open: OutboxEntry | undefined },
): void {
  if (what.open) return work.putEntry({ ...reopened(what.open, here), action: what.action });
  work.putEntry({
    id: here.ids(),
    orgId: here.orgId,
    connectionId: mapping.connectionId,
    collection: mapping.collection,
    clientId: mapping.clientId,
    mappingId: mapping.id,
    action: what.action,
    state: "due",
    attempts: 0,
    nextAttemptAt: here.at,
    reason: null,
    frozen: null,
    cause: here.runId ?? "edit",
    createdAt: here.at,
    revision: 0,
  });
}

function reopened(entry: OutboxEntry, here: Circumstances): OutboxEntry {
  return {
    ...entry,
    state: "due",
    attempts: 0,
    reason: null,
    frozen: null,
    nextAttemptAt: here.at,
  };
}

/** A mapping before anything is known of its record. */
export function freshMapping(
  here: Circumstances,
  party: Party,
  clientId: string,
): Omit<Mapping, "externalId" | "externalType" | "externalUrl" | "state"> {
  return {
    id: here.ids(),
    orgId: here.orgId,
    connectionId: party.connectionId,
    collection: "clients",
    clientId,
    stateAt: here.at,
    remoteVersion: null,
    base: null,
    seen: null,
    lastSyncedAt: null,
    lastDirection: null,
    missingRun: null,
    flips: {},
    revision: 0,
  };
}
