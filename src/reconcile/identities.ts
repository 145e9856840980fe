import type { Client } from "../model/client.ts";
import type { FieldValue } from "../model/fields.ts";
import { emailIdentity, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey, IdentityKind } from "../model/identity.ts";
import type { ConflictKind } from "../model/journal.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Circumstances } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

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
export function barredFields(
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

/** Whose identity a field's value is, for those fields that are one. */
export function ownerOfValue(
  work: Workspace,
  field: string,
  value: FieldValue,
): string | undefined {
  if (!isText(value)) return undefined;
  const key = field === "email" ? emailIdentity(value) : phoneIdentity(value);
  return key === null ? undefined : work.livingOwnerOf(key);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
