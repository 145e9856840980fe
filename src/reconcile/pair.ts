import type { Instant } from "../lib/clock.ts";
import { stableJson } from "../lib/json.ts";
import type { Client } from "../model/client.ts";
import { completeFields } from "../model/normal.ts";
import { emailIdentity, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey, IdentityKind } from "../model/identity.ts";
import { sameValue } from "../model/fields.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { ConflictKind } from "../model/journal.ts";
import type { LastDirection, Mapping, Seen } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import { journal } from "./journal.ts";
import type { Decision, Merge } from "./merge.ts";
import { currentMapping, isUnderWay, mergeMapping, oweAll, reopenRefused, undated } from "./owe.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** The mapping with what was just seen of its record. */
export function withSeen(
  mapping: Mapping,
  observation: Observation,
  { here, party }: { readonly here: Circumstances; readonly party: Party },
): Mapping {
  return {
    ...mapping,
    externalId: observation.externalId,
    externalType: observation.externalType,
    externalUrl: observation.externalUrl,
    remoteVersion: observation.version,
    seen: {
      fields: observation.fields,
      emails: observation.emails,
      requestedAt: observation.requestedAt,
      modifiedAt: editedAt(observation, mapping.seen, party),
    },
    lastSyncedAt: here.at,
  };
}

/**
 * When the record was last edited, by our clock, as far as can be told: its own word, else what was known of it while
 * it was the same, else the start of the previous pass; never after it was seen (law 1). It is fixed when the record is
 * seen, so that what was decided by it stays decided.
 */
export function editedAt(observation: Observation, before: Seen | null, party: Party): Instant {
  const same = before !== null && stableJson(before.fields) === stableJson(observation.fields);
  const known = same ? before.modifiedAt : null;
  const told = observation.modifiedAt ?? known ?? party.previousPassAt ?? undated;
  return told > observation.requestedAt ? observation.requestedAt : told;
}

/**
 * Reconciles a linked pair, and with it the client and all of its other records. `sent` is what a write without an
 * answer sent to this record: what of it is there counts as agreed (law 5).
 */
export function reconcilePair(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  sent: Fields | null = null,
): void {
  const before = work.mapping(mapping.id)?.seen ?? null;
  const moved = stableJson(before?.fields) !== stableJson(mapping.seen?.fields);
  if (moved) reopenRefused(work, here, mapping);
  work.putMapping(mapping);
  reconcileClient(work, here, mapping.clientId, { mappingId: mapping.id, before, sent });
}

/** What a decision has just seen of one of a client's records. */
interface News {
  readonly mappingId: string;
  /** How the record was before. */
  readonly before: Seen | null;
  readonly sent: Fields | null;
}

/**
 * Reconciles a client with each of its records, as they were last seen: takes into the hub what a record changed, keeps
 * what conflicts, and owes every connection what it then lacks. A value that one record gives can decide about
 * another one's, so it goes on until nothing is taken any more; each record gives a value once.
 */
export function reconcileClient(
  work: Workspace,
  here: Circumstances,
  clientId: string,
  news: News | null = null,
): void {
  if (work.client(clientId).removedAt !== null) return;
  claimIdentities(work, here, work.client(clientId));
  const sends = new Map<string, Fields>();
  for (let taken = true; taken;) {
    taken = false;
    for (const party of here.parties) {
      const mapping = currentMapping(work, clientId, party.connectionId);
      if (mapping?.state !== "linked" || isInFlux(work, party, mapping, news)) continue;
      const merge = mergeIntoHub(work, here, party, { mapping, news });
      sends.set(party.connectionId, merge.send);
      taken ||= Object.keys(merge.take).length > 0;
    }
  }
  oweAll(work, here, clientId, sends);
}

/**
 * A record that is being written to, or that was read through another lens: it is looked at again when there is an
 * answer, or when it is listed again.
 */
function isInFlux(work: Workspace, party: Party, mapping: Mapping, news: News | null): boolean {
  if (news?.mappingId === mapping.id) return false;
  const lens = mapping.base?.lens ?? party.lens.version;
  if (lens !== party.lens.version) return true;
  return isUnderWay(work.openEntry(mapping.clientId, mapping.connectionId));
}

function mergeIntoHub(
  work: Workspace,
  here: Circumstances,
  party: Party,
  { mapping, news }: { readonly mapping: Mapping; readonly news: News | null },
): Merge {
  const client = work.client(mapping.clientId);
  const barred = barredFields(work, here, client, mapping);
  const seen = news?.mappingId === mapping.id ? news : null;
  const sent = seen?.sent ?? unansweredFields(work, mapping);
  const merge = mergeMapping(client, mapping, party, { sent, barred });
  const taken = Object.keys(merge.take).length > 0;
  const after: Mapping = {
    ...mapping,
    base: merge.base,
    flips: turnedBack(mapping, merge),
    lastDirection: taken
      ? directionAfter(mapping.lastDirection, "from-external")
      : mapping.lastDirection,
  };
  work.putMapping(after);
  const isNew = (field: string, remote: FieldValue) =>
    mapping.base?.lens !== party.lens.version ||
    (seen !== null && !sameValue(seen.before?.fields[field], remote));
  noteDecisions(work, here, after, { merge, isNew });
  if (taken) {
    takeIntoHub(work, here, client, { merge, mapping: after });
    claimIdentities(work, here, work.client(client.id));
  }
  return merge;
}

function unansweredFields(work: Workspace, mapping: Mapping): Fields | null {
  const entry = work.openEntry(mapping.clientId, mapping.connectionId);
  return entry?.state === "unknown" ? (entry.frozen?.fields ?? null) : null;
}

export function directionAfter(before: LastDirection | null, now: LastDirection): LastDirection {
  return before === null || before === now ? now : "bidirectional";
}

/** Gives the client every identity that it has and nobody else does: its own, and those of its linked records. */
export function claimIdentities(work: Workspace, here: Circumstances, client: Client): void {
  const wanted = new Map(
    identitiesOf(work, here, client).map((key) => [`${key.kind} ${key.value}`, key]),
  );
  for (const identity of work.identitiesOf(client.id)) {
    if (!wanted.has(`${identity.kind} ${identity.value}`)) work.dropIdentity(identity);
  }
  for (const key of wanted.values()) {
    if (work.livingOwnerOf(key) === undefined)
      work.putIdentity({ ...key, orgId: here.orgId, clientId: client.id });
  }
}

/** E-mail addresses always, then the other keys that the organization lists (law 8). */
export function identityKeys(
  here: Circumstances,
  of: { readonly emails: readonly string[]; readonly phones: readonly string[] },
): readonly IdentityKey[] {
  const phones = here.match.includes("phone")
    ? of.phones.flatMap((phone) => phoneIdentity(phone) ?? [])
    : [];
  return [...of.emails.map(emailIdentity), ...phones];
}

function identitiesOf(
  work: Workspace,
  here: Circumstances,
  client: Client,
): readonly IdentityKey[] {
  const records = work
    .mappingsOf(client.id)
    .filter((mapping) => mapping.state === "linked" || mapping.state === "missing");
  const emails = [
    client.fields["email"],
    ...records.flatMap((mapping) => mapping.seen?.emails ?? []),
  ];
  const phones = [client.fields["phone"]];
  return identityKeys(here, { emails: emails.filter(isText), phones: phones.filter(isText) });
}

/** An identity that is another client's, or the loss of the last one, is that field's conflict (law 8). */
function barredFields(
  work: Workspace,
  here: Circumstances,
  client: Client,
  mapping: Mapping,
): ReadonlyMap<string, ConflictKind> {
  const barred = new Map<string, ConflictKind>();
  const seen = mapping.seen?.fields ?? {};
  const kinds: readonly IdentityKind[] = ["email", ...here.match];
  for (const kind of kinds) {
    const owner = ownerOfValue(work, kind, seen[kind] ?? null);
    if (owner !== undefined && owner !== client.id) barred.set(kind, "identity-taken");
  }
  const after = { ...client.fields, ...seen };
  if (kinds.every((kind) => !isText(after[kind])))
    for (const kind of kinds) if (seen[kind] === null) barred.set(kind, "identity-required");
  return barred;
}

function ownerOfValue(work: Workspace, field: string, value: FieldValue): string | undefined {
  if (!isText(value)) return undefined;
  const key = field === "email" ? emailIdentity(value) : phoneIdentity(value);
  return key === null ? undefined : work.livingOwnerOf(key);
}

function takeIntoHub(
  work: Workspace,
  here: Circumstances,
  client: Client,
  how: { readonly merge: Merge; readonly mapping: Mapping },
): void {
  const { mapping } = how;
  const time = { at: mapping.seen?.modifiedAt ?? undated, source: mapping.connectionId };
  const fields = Object.keys(how.merge.take);
  work.putClient({
    ...client,
    fields: completeFields({ ...client.fields, ...how.merge.take }),
    fieldTimes: {
      ...client.fieldTimes,
      ...Object.fromEntries(fields.map((field) => [field, time])),
    },
    updatedAt: here.at,
  });
  work.count("updated");
}

/**
 * Journals what was taken and lost, and keeps the list of open conflicts as it is. A value that waits to be overwritten
 * there lost when it was seen first, or when nobody held it any more.
 */
function noteDecisions(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  how: {
    readonly merge: Merge;
    readonly isNew: (field: string, remote: FieldValue) => boolean;
  },
): void {
  const { merge, isNew } = how;
  const open = new Set(work.conflictsOf(mapping.id).map(({ field }) => field));
  for (const decision of merge.decisions) {
    const { field, verdict, remote, lost } = decision;
    if (verdict === "hold") holdField(work, here, mapping, decision);
    else if (verdict === "take" || (lost !== null && (open.has(field) || isNew(field, remote)))) {
      journalDecision(work, here, { mapping, decision, after: merge.take[field] ?? null });
    }
  }
  const held = new Set(
    merge.decisions.filter(({ verdict }) => verdict === "hold").map(({ field }) => field),
  );
  for (const conflict of work.conflictsOf(mapping.id))
    if (!held.has(conflict.field)) work.dropConflict(conflict);
}

function journalDecision(
  work: Workspace,
  here: Circumstances,
  what: { readonly mapping: Mapping; readonly decision: Decision; readonly after: FieldValue },
): void {
  const { mapping, decision } = what;
  const taken = decision.verdict === "take";
  journal(work, here, {
    side: "local",
    action: taken ? "update" : "skip",
    clientId: mapping.clientId,
    connectionId: mapping.connectionId,
    externalId: mapping.externalId,
    field: decision.field,
    before: decision.local,
    after: taken ? what.after : decision.local,
    lost: decision.lost,
    source: mapping.connectionId,
    rule: decision.rule,
  });
}

/** The conflict's row follows both sides until they agree or a person decides. */
function holdField(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  decision: Decision,
): void {
  const open = work.conflictsOf(mapping.id).find((conflict) => conflict.field === decision.field);
  const kind = decision.conflict ?? "manual";
  const { field, local, remote, base } = decision;
  const owner = kind === "identity-taken" ? ownerOfValue(work, field, remote) : undefined;
  const note = owner === undefined ? null : `client ${owner} has it`;
  const values = { kind, local, remote, base, note };
  if (open) {
    const same = stableJson({ ...open, ...values }) === stableJson(open);
    if (!same) work.putConflict({ ...open, ...values, updatedAt: here.at });
    return;
  }
  work.count("conflicts");
  journal(work, here, {
    side: "local",
    action: "conflict",
    clientId: mapping.clientId,
    connectionId: mapping.connectionId,
    externalId: mapping.externalId,
    field: decision.field,
    before: decision.local,
    after: decision.local,
    lost: decision.remote,
    source: mapping.connectionId,
    rule: decision.rule,
  });
  work.putConflict({
    id: here.ids(),
    orgId: here.orgId,
    connectionId: mapping.connectionId,
    mappingId: mapping.id,
    clientId: mapping.clientId,
    field,
    ...values,
    openedAt: here.at,
    updatedAt: here.at,
  });
}

function turnedBack(mapping: Mapping, merge: Merge): Mapping["flips"] {
  const taken = new Map(
    merge.decisions.filter(({ verdict }) => verdict === "take").map((one) => [one.field, one]),
  );
  return Object.fromEntries(
    Object.entries(mapping.flips).map(([field, flip]) => {
      const back = taken.get(field);
      const returned = back !== undefined && sameValue(back.remote, flip.before);
      return [field, returned ? { ...flip, count: flip.count + 1 } : flip];
    }),
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
