import type { Client } from "../model/client.ts";
import { differsFrom } from "../model/fields.ts";
import { emailIdentity } from "../model/identity.ts";
import type { Fields } from "../model/fields.ts";
import type { IdentityKind } from "../model/identity.ts";
import type { LeftOut } from "../model/match.ts";
import { completeFields, normalFields } from "../model/normal.ts";
import type { ParkedReason } from "../model/journal.ts";
import type { Mapping, MappingState } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import { stableJson } from "../lib/json.ts";
import { dropConflicts, markMissing, promote, reviveClient, suppress } from "./absence.ts";
import { identityKeys } from "./identities.ts";
import { journal, journalRecord } from "./journal.ts";
import { currentMapping, freshMapping, isUnderWay } from "./owe.ts";
import { editedAt, reconcileClient, reconcilePair, withSeen } from "./pair.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** Decides about one record as it was seen: by mapping, else by identity (law 8). */
export function observe(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Observation,
): void {
  const mapping = work.mappingByExternalId(party.connectionId, seen.externalId);
  if (mapping?.seen && isOlder(seen, mapping.seen.requestedAt, here.at)) return;
  if (mapping) work.note({ kind: "known" });
  work.unpark(party.connectionId, seen.externalId);
  if (seen.mergedInto !== null) return followMerge(work, here, party, mapping, seen.mergedInto);
  if (seen.state === "deleted") {
    if (mapping) markMissing(work, here, mapping, "deleted-there");
    return;
  }
  if (mapping) observeMapped(work, here, party, mapping, seen);
  else observeUnmapped(work, here, party, seen);
}

/**
 * A request made before the last observation or answer shows an older record (law 6). An observation of the future
 * is from before our clock was set back, and makes nothing older.
 */
function isOlder(seen: Observation, last: string, now: string): boolean {
  return last <= now && seen.requestedAt < last;
}

/** Ties the record to a client that was waiting for it, with an empty base but for what was sent and is there (law 5). */
export function adopt(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
  seen: Observation,
): void {
  const entry = work.openEntry(mapping.clientId, party.connectionId);
  if (entry) work.dropEntry(entry);
  // The client was removed while its record was being made.
  if (work.client(mapping.clientId).removedAt !== null)
    return suppress(work, here, party, withSeen(mapping, seen, { here, party }));
  const linked = withSeen({ ...mapping, state: "linked", stateAt: here.at }, seen, { here, party });
  journalRecord(work, here, linked, { action: "link", rule: "adopted", side: "remote" });
  reconcilePair(work, here, linked, entry?.frozen?.fields ?? null);
}

function observeMapped(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
  seen: Observation,
): void {
  switch (mapping.state) {
    case "linked":
      return reconcilePair(work, here, withSeen(mapping, seen, { here, party }));
    case "missing":
    case "unlinked":
      // It reappeared: the deletion was none.
      return relink(work, here, party, mapping, seen);
    case "suppressed":
      return observeSuppressed(work, here, party, mapping, seen);
    case "duplicate":
      // Listed, neither pulled nor pushed; what was seen serves if it is promoted.
      return work.putMapping(withSeen(mapping, seen, { here, party }));
    case "creating":
    case "merged":
    case "cancelled":
      return;
  }
}

/** A client that a person removed here comes back only by an edit of a field there (law 7). */
function observeSuppressed(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
  seen: Observation,
): void {
  const edited = mapping.seen !== null && differsFrom(mapping.seen.fields, seen.fields);
  if (!edited || !revive(work, here, party, { clientId: mapping.clientId, seen })) return;
  const revived = work.mapping(mapping.id);
  if (revived?.state === "linked")
    reconcilePair(work, here, withSeen(revived, seen, { here, party }));
}

/** Brings back a client that was removed here; asks where its address is another client's by now. */
function revive(
  work: Workspace,
  here: Circumstances,
  party: Party,
  { clientId, seen }: { readonly clientId: string; readonly seen: Observation },
): boolean {
  const client = work.client(clientId);
  const { email } = client.fields;
  const owner = typeof email === "string" ? work.livingOwnerOf(emailIdentity(email)) : undefined;
  if (client.removedAt !== null && owner !== undefined) {
    const message = `it is of client ${clientId}, who was removed here and whose address is now of client ${owner}`;
    ask(work, here, party, seen, { clientIds: [clientId, owner], message });
    return false;
  }
  reviveClient(work, here, client, party.connectionId);
  return true;
}

function relink(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
  seen: Observation,
): void {
  const client = work.client(mapping.clientId);
  if (client.removedAt !== null && mapping.state === "missing") {
    const kept: Mapping = { ...mapping, state: "suppressed", stateAt: here.at };
    work.putMapping(kept);
    return observeSuppressed(work, here, party, kept, seen);
  }
  if (client.removedAt !== null) return;
  const other = currentMapping(work, client.id, party.connectionId);
  const state: MappingState =
    other && other.id !== mapping.id && other.state === "linked" ? "duplicate" : "linked";
  if (state === "duplicate") return;
  const linked = withSeen({ ...mapping, state, stateAt: here.at }, seen, {
    here,
    party,
  });
  journalRecord(work, here, linked, { action: "link", rule: "reappeared" });
  reconcilePair(work, here, linked);
}

function observeUnmapped(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Observation,
): void {
  const awaited = seen.ownId === null ? undefined : work.mapping(seen.ownId);
  if (awaited?.state === "creating" && awaited.connectionId === party.connectionId) {
    work.note({ kind: "matched", by: "own-id" });
    return adopt(work, here, party, awaited, seen);
  }
  const keys = identityKeys(here, seen);
  if (keys.length === 0) {
    const message = "it has no e-mail address or other listed key";
    return leaveOut(work, here, party, seen, { why: "no-identity", message });
  }
  const owners = ownersOf(work, keys);
  if (seen.outside !== undefined && !isAwaited(work, party, owners)) {
    const message = `it is outside of the connection's filter: ${seen.outside}`;
    return leaveOut(work, here, party, seen, { why: "filter", message });
  }
  if (owners.length > 1) {
    const message = `its addresses belong to ${owners.length} clients: ${owners.join(", ")}`;
    return ask(work, here, party, seen, { clientIds: owners, message });
  }
  const [owner] = owners;
  if (owner !== undefined) return linkTo(work, here, party, owner, seen);
  if (!party.create.here || party.direction === "push") {
    const why = party.create.here ? "direction" : "create.here";
    const message = "records of this connection do not become clients (create.here)";
    return leaveOut(work, here, party, seen, { why, message });
  }
  createHere(work, here, party, seen);
}

/** Whether the one client that it could be is to have a record there: it has this one, and gets no second one (law 5). */
function isAwaited(work: Workspace, party: Party, owners: readonly string[]): boolean {
  const [owner, ...others] = owners;
  if (owner === undefined || others.length > 0) return false;
  if (!party.create.there || party.direction === "pull") return false;
  const current = currentMapping(work, owner, party.connectionId);
  const isFree = current === undefined || current.state === "creating";
  return isFree && work.client(owner).removedAt === null;
}

/** E-mail first: only where no address is known do the other keys speak (law 8). */
function ownersOf(work: Workspace, keys: ReturnType<typeof identityKeys>): readonly string[] {
  const of = (kind: string) => [
    ...new Set(keys.filter((key) => key.kind === kind).flatMap((key) => work.ownerOf(key) ?? [])),
  ];
  const byEmail = of("email");
  return byEmail.length > 0 ? byEmail : of("phone");
}

/** The key by which the record's client was found, as `ownersOf` does it. */
function kindOfMatch(work: Workspace, here: Circumstances, seen: Observation): IdentityKind {
  const keys = identityKeys(here, seen);
  const byEmail = keys.some((key) => key.kind === "email" && work.ownerOf(key) !== undefined);
  return byEmail ? "email" : "phone";
}

function linkTo(
  work: Workspace,
  here: Circumstances,
  party: Party,
  clientId: string,
  seen: Observation,
): void {
  const awaited = currentMapping(work, clientId, party.connectionId);
  if (awaited?.state === "creating") {
    work.note({ kind: "matched", by: kindOfMatch(work, here, seen) });
    return adopt(work, here, party, awaited, seen);
  }
  // A new record of a client that was removed here: somebody wants it again.
  if (!revive(work, here, party, { clientId, seen })) return;
  const current = currentMapping(work, clientId, party.connectionId);
  const by = kindOfMatch(work, here, seen);
  const mapping: Mapping = {
    ...freshMapping(here, party, clientId),
    externalId: seen.externalId,
    externalType: seen.externalType,
    externalUrl: seen.externalUrl,
    // A second record of one client at one connection is listed, neither pulled nor pushed.
    state: current?.state === "linked" || current?.state === "missing" ? "duplicate" : "linked",
  };
  journalRecord(work, here, mapping, {
    action: "link",
    rule: mapping.state === "duplicate" ? "duplicate" : "same-identity",
  });
  if (mapping.state === "duplicate") {
    work.count("skipped");
    work.note({ kind: "left-out", why: "duplicate" });
    return work.putMapping(withSeen(mapping, seen, { here, party }));
  }
  work.note({ kind: "matched", by });
  reconcilePair(work, here, withSeen(mapping, seen, { here, party }));
}

function createHere(work: Workspace, here: Circumstances, party: Party, seen: Observation): void {
  const fields = lifted(party, seen.fields);
  const time = { at: editedAt(seen, null, party), source: party.connectionId };
  const client: Client = {
    id: here.ids(),
    orgId: here.orgId,
    revision: 0,
    fields: completeFields(fields),
    fieldTimes: Object.fromEntries(Object.keys(fields).map((field) => [field, time])),
    active: true,
    createdAt: here.at,
    updatedAt: here.at,
    removedAt: null,
  };
  work.putClient(client);
  work.count("created");
  work.note({ kind: "new" });
  for (const [field, after] of Object.entries(fields)) {
    if (after === null) continue;
    journal(work, here, {
      side: "local",
      action: "create",
      clientId: client.id,
      connectionId: party.connectionId,
      externalId: seen.externalId,
      field,
      after,
      source: party.connectionId,
      rule: "new-record",
    });
  }
  const mapping: Mapping = {
    ...freshMapping(here, party, client.id),
    externalId: seen.externalId,
    externalType: seen.externalType,
    externalUrl: seen.externalUrl,
    state: "linked",
    lastDirection: "from-external",
  };
  reconcilePair(work, here, withSeen(mapping, seen, { here, party }));
}

/** A new client's values: the record's, in the hub's own form. */
function lifted(party: Party, fields: Fields): Fields {
  return normalFields(
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [
        field,
        party.lens.lift(field, value, null, undefined),
      ]),
    ),
  );
}

/** The record gave its place to another one: its mapping ends, and the other one stands for the client (law 8). */
export function followMerge(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping | undefined,
  into: string,
): void {
  if (mapping?.state === "duplicate") return markMissing(work, here, mapping, "deleted-there");
  if (mapping === undefined || !["linked", "missing", "suppressed"].includes(mapping.state)) return;
  const survivor = work.mappingByExternalId(party.connectionId, into);
  const isRemoved = work.client(mapping.clientId).removedAt !== null;
  // The record of a client that was removed here stays out under its new id, and keeps what it is owed.
  if (isRemoved && survivor === undefined)
    return work.putMapping({ ...mapping, externalId: into, state: "suppressed" });
  const merged: Mapping = { ...mapping, state: "merged", stateAt: here.at };
  work.putMapping(merged);
  journalRecord(work, here, merged, { action: "unlink", rule: "merged-there" });
  dropConflicts(work, merged);
  if (survivor === undefined) {
    // The same record under a new id: the base goes with it, and so does what it is owed.
    const renamed = { ...mapping, id: here.ids(), revision: 0, externalId: into };
    work.putMapping({ ...renamed, state: "linked", stateAt: here.at });
    return reconcileClient(work, here, mapping.clientId);
  }
  const open = work.openEntry(mapping.clientId, party.connectionId);
  if (open && !isUnderWay(open)) work.dropEntry(open);
  if (survivor.clientId === mapping.clientId && survivor.state === "duplicate") {
    if (isRemoved) work.putMapping({ ...survivor, state: "suppressed", stateAt: here.at });
    else promote(work, here, survivor);
  }
  if (survivor.clientId !== mapping.clientId && !isRemoved) {
    const message = `it was merged there into ${into}, which is client ${survivor.clientId}; this was client ${mapping.clientId}`;
    park(
      work,
      here,
      party,
      { externalId: mapping.externalId ?? into, fields: {} },
      "ambiguous",
      message,
    );
  }
}

/** Neither linked nor made a client, for what it lacks or for a setting. */
function leaveOut(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Observation,
  { why, message }: { readonly why: LeftOut; readonly message: string },
): void {
  work.note({ kind: "left-out", why });
  skip(work, here, party, seen, why === "no-identity" ? why : "not-wanted", message);
}

/** Several clients could be meant: a person decides (law 8). */
function ask(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Observation,
  of: { readonly clientIds: readonly string[]; readonly message: string },
): void {
  const { externalId, fields } = seen;
  work.note({ kind: "ambiguous", externalId, fields, clientIds: of.clientIds });
  skip(work, here, party, seen, "ambiguous", of.message);
}

function skip(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Observation,
  reason: ParkedReason,
  message: string,
): void {
  work.count("skipped");
  park(work, here, party, seen, reason, message);
}

function park(
  work: Workspace,
  here: Circumstances,
  party: Party,
  seen: Pick<Observation, "externalId" | "fields">,
  reason: ParkedReason,
  message: string,
): void {
  work.park({
    id: here.ids(),
    orgId: here.orgId,
    connectionId: party.connectionId,
    collection: "clients",
    externalId: seen.externalId,
    reason,
    message,
    fingerprint: stableJson(seen.fields),
    runId: here.runId,
    at: here.at,
  });
}
