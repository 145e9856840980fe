import type { Client } from "../model/client.ts";
import type { Identity } from "../model/identity.ts";
import type { IdentityKey } from "../model/identity.ts";
import { emailIdentity, identityText, phoneIdentity } from "../model/identity.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import { Workspace } from "../reconcile/workspace.ts";
import type { Rows } from "../reconcile/workspace.ts";
import type { Reader } from "../store/ports.ts";

/** What a decision is about; everything that it may touch is loaded with it. */
export interface Subject {
  readonly orgId: string;
  readonly connectionId?: string;
  readonly observations?: readonly Observation[];
  readonly clientIds?: readonly string[];
  readonly mappingIds?: readonly string[];
  /** Records of the connection that the decision asks for beside those that were seen. */
  readonly externalIds?: readonly string[];
  /** Identities that the decision asks for beside those of the rows. */
  readonly keys?: readonly IdentityKey[];
}

/** Loads the rows of a decision in a fixed number of queries, however many there are (law 11). */
export async function loadWorkspace(reader: Reader, subject: Subject): Promise<Workspace> {
  const observations = subject.observations ?? [];
  const externalIds = [
    ...(subject.externalIds ?? []),
    ...observations.flatMap((seen) => [
      seen.externalId,
      ...(seen.mergedInto ? [seen.mergedInto] : []),
    ]),
  ];
  const ownIds = observations.flatMap((seen) => seen.ownId ?? []);
  const keys = [...(subject.keys ?? []), ...observations.flatMap(keysOf)];
  const [byExternalId, byId, owners] = [
    await reader.mappingsByExternalId(subject.connectionId ?? "", "clients", externalIds),
    await reader.mappings([...(subject.mappingIds ?? []), ...ownIds.filter(isUuid)]),
    await reader.identities(subject.orgId, unique(keys)),
  ];
  // An id of ours that another organization's record carries says nothing here.
  const named = [...byExternalId, ...byId].filter((mapping) => mapping.orgId === subject.orgId);
  const clientIds = [
    ...new Set([
      ...(subject.clientIds ?? []),
      ...named.map((mapping) => mapping.clientId),
      ...owners.map((identity) => identity.clientId),
    ]),
  ];
  return new Workspace(await rowsOf(reader, subject, { clientIds, owners, externalIds }));
}

async function rowsOf(
  reader: Reader,
  subject: Subject,
  known: {
    readonly clientIds: readonly string[];
    readonly owners: readonly Identity[];
    readonly externalIds: readonly string[];
  },
): Promise<Rows> {
  const clients = await reader.clients(known.clientIds);
  const mappings = await reader.mappingsOf(known.clientIds);
  const inUse = await reader.identities(subject.orgId, keysInUse(clients, mappings));
  const others = inUse
    .map((identity) => identity.clientId)
    .filter((id) => !known.clientIds.includes(id));
  const identities = [...known.owners, ...inUse, ...(await reader.identitiesOf(known.clientIds))];
  return {
    // Whether an owner was removed decides whether its address can be taken.
    clients: [...clients, ...(await reader.clients([...new Set(others)]))],
    mappings,
    identities: [
      ...new Map(identities.map((identity) => [identityText(identity), identity])).values(),
    ],
    outbox: await reader.outboxOf(known.clientIds),
    conflicts: await reader.conflictsOf(mappings.map((mapping) => mapping.id)),
    parked: await reader.parked(subject.connectionId ?? "", "clients", known.externalIds),
  };
}

function keysOf(seen: Observation): readonly IdentityKey[] {
  return [
    ...seen.emails.map(emailIdentity),
    ...seen.phones.flatMap((phone) => phoneIdentity(phone) ?? []),
  ];
}

/** The keys that these clients and their records show: whose they are decides whether a value can be taken. */
function keysInUse(
  clients: readonly Client[],
  mappings: readonly Mapping[],
): readonly IdentityKey[] {
  const emails = [
    ...clients.map((client) => client.fields["email"]),
    ...mappings.flatMap((mapping) => [
      mapping.seen?.fields["email"],
      ...(mapping.seen?.emails ?? []),
    ]),
  ];
  const phones = [
    ...clients.map((client) => client.fields["phone"]),
    ...mappings.map((mapping) => mapping.seen?.fields["phone"]),
  ];
  return unique([
    ...emails.flatMap((email) => (typeof email === "string" ? emailIdentity(email) : [])),
    ...phones.flatMap((phone) => (typeof phone === "string" ? (phoneIdentity(phone) ?? []) : [])),
  ]);
}

function unique(keys: readonly IdentityKey[]): readonly IdentityKey[] {
  return [...new Map(keys.map((key) => [identityText(key), key])).values()];
}

/** Records can carry anything in the place of our id; only what has its form is looked up. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}
