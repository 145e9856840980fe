import type { Client } from "../model/client.ts";
import { completeFields } from "../model/normal.ts";
import { emailIdentity, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey } from "../model/identity.ts";
import type { FieldValue } from "../model/fields.ts";
import type { ConflictKind } from "../model/journal.ts";
import type { LastDirection, Mapping } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import { journal } from "./journal.ts";
import type { Decision, Merge } from "./merge.ts";
import { mergeMapping, owe, remoteTime } from "./owe.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** The mapping with what was just seen of its record. */
export function withSeen(mapping: Mapping, observation: Observation, here: Circumstances): Mapping {
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
      modifiedAt: observation.modifiedAt,
    },
    lastSyncedAt: here.at,
  };
}

/**
 * Reconciles a linked pair: takes into the hub what the record changed, keeps what conflicts, and owes every
 * connection, this one too, what it now lacks.
 */
export function reconcilePair(
  work: Workspace,
  here: Circumstances,
  party: Party,
  mapping: Mapping,
): void {
  const client = work.client(mapping.clientId);
  const entry = work.openEntry(client.id, party.connectionId);
  const sent = entry?.state === "unknown" ? (entry.frozen?.fields ?? null) : null;
  const barred = barredFields(work, here, client, mapping);
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
  noteDecisions(work, here, after, merge);
  if (taken) takeIntoHub(work, here, client, { merge, mapping: after, party });
  claimIdentities(work, here, work.client(client.id));
  owe(work, here, client.id);
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

/** An address that is another client's, or the loss of the only one, is that field's conflict (law 8). */
function barredFields(
  work: Workspace,
  here: Circumstances,
  client: Client,
  mapping: Mapping,
): ReadonlyMap<string, ConflictKind> {
  const barred = new Map<string, ConflictKind>();
  const email = mapping.seen?.fields["email"];
  if (isText(email)) {
    const owner = work.livingOwnerOf(emailIdentity(email));
    if (owner !== undefined && owner !== client.id) barred.set("email", "identity-taken");
  }
  if (email === null && here.match.every((kind) => kind === "email"))
    barred.set("email", "identity-required");
  return barred;
}

function takeIntoHub(
  work: Workspace,
  here: Circumstances,
  client: Client,
  how: { readonly merge: Merge; readonly mapping: Mapping; readonly party: Party },
): void {
  const at = remoteTime(how.mapping, how.party);
  const time = { at, source: how.party.connectionId };
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

/** Journals what was taken and lost, and keeps the list of open conflicts as it is. */
function noteDecisions(work: Workspace, here: Circumstances, mapping: Mapping, merge: Merge): void {
  for (const decision of merge.decisions) {
    if (decision.verdict === "hold") holdField(work, here, mapping, decision);
    else if (decision.verdict === "take" || decision.lost !== null) {
      journalDecision(work, here, { mapping, decision, after: merge.take[decision.field] ?? null });
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
  const values = { kind, local: decision.local, remote: decision.remote, base: decision.base };
  if (open) return work.putConflict({ ...open, ...values, updatedAt: here.at });
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
    field: decision.field,
    ...values,
    note: null,
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
      const returned =
        back !== undefined && JSON.stringify(back.remote) === JSON.stringify(flip.before);
      return [field, returned ? { ...flip, count: flip.count + 1 } : flip];
    }),
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
