import { stableJson } from "../lib/json.ts";
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
 * one open entry a connection, or none where both sides agree. `sends` has the hub's values that linked records lack.
 */
export function oweAll(
  work: Workspace,
  here: Circumstances,
  clientId: string,
  sends: ReadonlyMap<string, Fields>,
): void {
  const client = work.client(clientId);
  for (const party of here.parties)
    oweTo(work, here, party, { client, send: sends.get(party.connectionId) ?? {} });
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
    remoteAt: mapping.seen?.modifiedAt ?? undated,
    base: mapping.base,
    sent: more.sent ?? null,
    flips: mapping.flips,
    barred: more.barred ?? new Map(),
  };
  return mergePair(pair, party.lens, party.rules);
}

/** An entry that is being sent, or whose answer is not known, is left alone until it has one. */
export function isUnderWay(entry: OutboxEntry | undefined): boolean {
  return entry?.state === "sending" || entry?.state === "unknown";
}

/** A write that was refused is tried again, though it is the same: the record or the configuration changed (law 11). */
export function reopenRefused(
  work: Workspace,
  here: Circumstances,
  of: Pick<Mapping, "clientId" | "connectionId">,
): void {
  const open = work.openEntry(of.clientId, of.connectionId);
  if (open?.state === "parked") work.putEntry(reopened(open, here));
}

function oweTo(
  work: Workspace,
  here: Circumstances,
  party: Party,
  { client, send }: { readonly client: Client; readonly send: Fields },
): void {
  const mapping = currentMapping(work, client.id, party.connectionId);
  const open = work.openEntry(client.id, party.connectionId);
  if (isUnderWay(open)) return;
  const mayCreate = party.create.there && party.listed && party.direction !== "pull";
  if (mapping === undefined) {
    if (mayCreate) oweCreate(work, here, party, client);
    return;
  }
  if (mapping.state === "creating" && !mayCreate) return cancelCreate(work, here, mapping);
  const owed =
    mapping.state === "creating"
      ? { action: "create" as const, fields: createFields(party, client.fields) }
      : { action: "update" as const, fields: mapping.state === "linked" ? send : {} };
  if (owed.action === "update" && Object.keys(owed.fields).length === 0) {
    if (open) work.dropEntry(open);
  } else if (open?.mappingId !== mapping.id || !isAwaited(open, owed)) {
    oweEntry(work, here, mapping, { action: owed.action, open });
  }
}

/** A refused write waits until it would be another one, an ambiguous one for a person: the others for their turn. */
function isAwaited(
  open: OutboxEntry,
  owed: { readonly action: OutboxAction; readonly fields: Fields },
): boolean {
  if (open.action !== owed.action) return false;
  return open.state !== "parked" || stableJson(open.frozen?.fields) === stableJson(owed.fields);
}

/** What has not been sent yet need not be; the record was never made. */
export function cancelCreate(work: Workspace, here: Circumstances, mapping: Mapping): void {
  const open = work.openEntry(mapping.clientId, mapping.connectionId);
  if (open) work.dropEntry(open);
  work.putMapping({ ...mapping, state: "cancelled", stateAt: here.at });
}

/** A create sends every field that has a value there and may go there. */
export function createFields(party: Party, fields: Fields): Fields {
  const held = party.lens.normal(fields);
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([field]) => (held[field] ?? null) !== null && party.rules.direction(field) !== "pull",
    ),
  );
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
  if (what.open) {
    const { action } = what;
    return work.putEntry({ ...reopened(what.open, here), action, mappingId: mapping.id });
  }
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
    flips: {},
    revision: 0,
  };
}
