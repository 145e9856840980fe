import type { Client } from "../model/client.ts";
import type { Mapping } from "../model/mapping.ts";
import { claimIdentities } from "./identities.ts";
import { journal, journalRecord } from "./journal.ts";
import { cancelCreate, currentMapping, isUnderWay, mergeMapping, oweEntry } from "./owe.ts";
import { reconcileClient, reconcilePair } from "./pair.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** A record that a complete listing lacks, or names as deleted: not gone yet, only missing (law 7). */
export function markMissing(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  rule: "deleted-there" | "absent",
): void {
  if (!["linked", "duplicate", "suppressed"].includes(mapping.state)) return;
  const missing: Mapping = {
    ...mapping,
    state: "missing",
    stateAt: here.at,
  };
  work.putMapping(missing);
  journalRecord(work, here, missing, { action: "unlink", rule });
  dropConflicts(work, missing);
  const entry = work.openEntry(mapping.clientId, mapping.connectionId);
  if (entry && entry.mappingId === mapping.id && !isUnderWay(entry)) work.dropEntry(entry);
}

/** A later complete pass and a get by id agree that the record is gone: the connection's policy decides (law 7). */
export function confirmGone(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
): void {
  if (mapping.state !== "missing") return;
  const client = work.client(mapping.clientId);
  const edited = isEditedSince(client, mapping, party);
  const primary = currentMapping(work, client.id, party.connectionId)?.id === mapping.id;
  const unlinked: Mapping = { ...mapping, state: "unlinked", stateAt: here.at };
  work.putMapping(unlinked);
  journalRecord(work, here, unlinked, { action: "unlink", rule: "gone" });
  if (primary && promoteDuplicate(work, here, party, client)) return;
  // Edit against delete: the edit survives.
  if (primary && party.deletes === "propagate" && !edited && client.removedAt === null) {
    removeClient(work, here, client, party.connectionId);
    work.count("deleted");
    return;
  }
  if (party.deletes !== "ignore") work.count("unlinked");
}

/** Whether the record lacks an edit: one that is still owed to it, or any that was made since it was last seen. */
function isEditedSince(client: Client, mapping: Mapping, party: Party): boolean {
  const owed = Object.keys(mergeMapping(client, mapping, party).send).length > 0;
  const seenAt = mapping.seen?.requestedAt ?? "";
  return (
    owed ||
    Object.values(client.fieldTimes).some(
      ({ at, source }) => at > seenAt && source !== mapping.connectionId,
    )
  );
}

/** What became of a removed client's records: those that stay, and those that are owed a delete. */
export interface Removal {
  readonly kept: readonly Mapping[];
  readonly owed: readonly Mapping[];
}

/** Leaves a tombstone here; each record stays, unless its connection propagates deletes (law 7). */
export function removeClient(
  work: Workspace,
  here: Circumstances,
  client: Client,
  source: string,
): Removal {
  const kept: Mapping[] = [];
  const owed: Mapping[] = [];
  work.putClient({ ...client, removedAt: here.at, updatedAt: here.at });
  journal(work, here, {
    side: "local",
    action: "delete",
    clientId: client.id,
    source,
    rule: source === "person" ? "removed-here" : "gone",
  });
  for (const mapping of work.mappingsOf(client.id)) {
    const party = here.parties.find((one) => one.connectionId === mapping.connectionId);
    const open = work.openEntry(client.id, mapping.connectionId);
    if (mapping.state === "creating" && !isUnderWay(open)) cancelCreate(work, here, mapping);
    // What is missing stays so: the record may be gone, and must not be linked again with the client.
    if (mapping.state === "missing") kept.push(mapping);
    if (mapping.state !== "linked") continue;
    const propagate = party?.deletes === "propagate" && party.direction !== "pull";
    const suppressed: Mapping = { ...mapping, state: "suppressed", stateAt: here.at };
    work.putMapping(suppressed);
    dropConflicts(work, suppressed);
    if (propagate && !isUnderWay(open))
      oweEntry(work, here, suppressed, { action: "delete", open });
    else if (open && !isUnderWay(open)) work.dropEntry(open);
    (propagate ? owed : kept).push(suppressed);
  }
  claimIdentities(work, here, work.client(client.id));
  return { kept, owed };
}

/**
 * What a removal could not say of a record while a write to it was on its way: now that there is an answer, the record
 * stays or is owed a delete, as the others were.
 */
export function suppress(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
): void {
  const suppressed: Mapping =
    mapping.state === "suppressed"
      ? mapping
      : { ...mapping, state: "suppressed", stateAt: here.at };
  work.putMapping(suppressed);
  const open = work.openEntry(mapping.clientId, mapping.connectionId);
  if (party.deletes === "propagate" && party.direction !== "pull" && !isUnderWay(open))
    oweEntry(work, here, suppressed, { action: "delete", open });
}

/** Takes a tombstone back: the client's records are linked again, and owed what changed meanwhile. */
export function reviveClient(
  work: Workspace,
  here: Circumstances,
  client: Client,
  source: string,
): void {
  if (client.removedAt === null) return;
  work.putClient({ ...client, removedAt: null, updatedAt: here.at });
  journal(work, here, {
    side: "local",
    action: "create",
    clientId: client.id,
    source,
    rule: "revived",
  });
  for (const mapping of work.mappingsOf(client.id)) {
    if (mapping.state !== "suppressed") continue;
    const open = work.openEntry(client.id, mapping.connectionId);
    // A delete that is on its way may have arrived: what became of the record shows in the next pass.
    if (open && isUnderWay(open)) continue;
    if (open) work.dropEntry(open);
    work.putMapping({ ...mapping, state: "linked", stateAt: here.at });
  }
  reconcileClient(work, here, client.id);
}

/** Nothing waits for a person any more where no field moves. */
export function dropConflicts(work: Workspace, mapping: Mapping): void {
  for (const conflict of work.conflictsOf(mapping.id)) work.dropConflict(conflict);
}

/** The primary record is gone: one that was listed beside it takes its place. */
function promoteDuplicate(
  work: Workspace,
  here: Circumstances,
  party: Party,
  client: Client,
): boolean {
  const next = work
    .mappingsOf(client.id)
    .find(
      (mapping) => mapping.connectionId === party.connectionId && mapping.state === "duplicate",
    );
  if (!next || client.removedAt !== null) return false;
  promote(work, here, next);
  return true;
}

export function promote(work: Workspace, here: Circumstances, duplicate: Mapping): void {
  const linked: Mapping = { ...duplicate, state: "linked", stateAt: here.at };
  journalRecord(work, here, linked, { action: "link", rule: "promoted" });
  reconcilePair(work, here, linked);
}
