import { UsageError } from "../lib/errors.ts";
import type { Client } from "../model/client.ts";
import { isClientField, maxFieldCharacters } from "../model/client.ts";
import { sameValue } from "../model/fields.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import { emailIdentity } from "../model/identity.ts";
import { completeFields, isEmail, normalFields } from "../model/normal.ts";
import { reviveClient } from "./absence.ts";
import { journal } from "./journal.ts";
import { reconcileClient } from "./pair.ts";
import type { Circumstances } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** A person's edit of a client; fields that it does not name stay as they are. */
export interface Edit {
  readonly fields: Fields;
  readonly active?: boolean;
}

/** Adds a client, and owes it to every connection that takes new ones. */
export function addClient(work: Workspace, here: Circumstances, edit: Edit): Client {
  const fields = checkedFields(edit.fields);
  refuseTaken(work, fields["email"] ?? null, null);
  const removed = tombstoneOf(work, fields["email"] ?? null);
  if (removed) {
    reviveClient(work, here, removed, "person");
    return updateClient(work, here, work.client(removed.id), edit);
  }
  const client: Client = {
    id: here.ids(),
    orgId: here.orgId,
    revision: 0,
    fields: completeFields(fields),
    fieldTimes: timesOf(here, Object.keys(fields)),
    active: edit.active ?? true,
    createdAt: here.at,
    updatedAt: here.at,
    removedAt: null,
  };
  refuseWithoutIdentity(here, client.fields);
  work.putClient(client);
  journalEdit(work, here, client, {}, fields, "create");
  reconcileClient(work, here, client.id);
  return client;
}

/** Changes a client, and owes the change to every connection that holds it. */
export function updateClient(
  work: Workspace,
  here: Circumstances,
  client: Client,
  edit: Edit,
): Client {
  const given = checkedFields(edit.fields);
  const changed = Object.fromEntries(
    Object.entries(given).filter(
      ([field, value]) => !sameValue(value, client.fields[field] ?? null),
    ),
  );
  refuseTaken(work, changed["email"] ?? null, client.id);
  const after: Client = {
    ...client,
    fields: completeFields({ ...client.fields, ...changed }),
    fieldTimes: { ...client.fieldTimes, ...timesOf(here, Object.keys(changed)) },
    active: edit.active ?? client.active,
    updatedAt: here.at,
  };
  refuseWithoutIdentity(here, after.fields);
  if (Object.keys(changed).length === 0 && after.active === client.active) return client;
  work.putClient(after);
  journalEdit(work, here, after, client.fields, changed, "update");
  for (const mapping of work.mappingsOf(client.id)) {
    // A person's edit is a new word on the field: what the provider did with the old one no longer counts.
    const flips = Object.entries(mapping.flips).filter(([field]) => !(field in changed));
    if (flips.length < Object.keys(mapping.flips).length)
      work.putMapping({ ...mapping, flips: Object.fromEntries(flips) });
  }
  reconcileClient(work, here, client.id);
  return after;
}

function checkedFields(given: Fields): Fields {
  const fields = normalFields(given);
  for (const [field, value] of Object.entries(fields)) {
    if (!isClientField(field))
      throw invalid(
        `a client has no field "${field}"`,
        "Custom fields are given with --field key=value.",
      );
    if (lengthOf(value) > maxFieldCharacters) {
      throw invalid(
        `the ${field} is longer than ${maxFieldCharacters} characters`,
        "Shorten it, or keep the text elsewhere.",
      );
    }
    if (field === "email" && typeof value === "string" && !isEmail(value)) {
      throw invalid(
        `"${value.slice(0, 80)}" is not an e-mail address`,
        "Give it as name@example.com.",
      );
    }
    if (field !== "tags" && value !== null && typeof value !== "string")
      throw invalid(`the ${field} takes one value`, "");
  }
  return fields;
}

/** A client of that address that was removed here: its records are still there, and adding it again links them. */
function tombstoneOf(work: Workspace, email: FieldValue): Client | null {
  const owner = typeof email === "string" ? work.ownerOf(emailIdentity(email)) : undefined;
  return owner === undefined ? null : work.client(owner);
}

function refuseTaken(work: Workspace, email: FieldValue, self: string | null): void {
  if (typeof email !== "string") return;
  const owner = work.livingOwnerOf(emailIdentity(email));
  if (owner === undefined || owner === self) return;
  throw new UsageError("client-exists", `${email} belongs to client ${owner} already`, {
    hint: `See it with: astralis clients show ${email}`,
  });
}

function refuseWithoutIdentity(here: Circumstances, fields: Fields): void {
  const known = ["email", ...here.match].some((kind) => (fields[kind] ?? null) !== null);
  if (known) return;
  throw invalid(
    `a client needs ${["email", ...here.match.filter((kind) => kind !== "email")].join(" or ")}`,
    "Give it with --email.",
  );
}

function timesOf(here: Circumstances, fields: readonly string[]): Client["fieldTimes"] {
  return Object.fromEntries(fields.map((field) => [field, { at: here.at, source: "person" }]));
}

function journalEdit(
  work: Workspace,
  here: Circumstances,
  client: Client,
  before: Fields,
  changed: Fields,
  action: "create" | "update",
): void {
  const line = {
    side: "local" as const,
    action,
    clientId: client.id,
    source: "person",
    rule: "edited-here",
  };
  for (const [field, value] of Object.entries(changed)) {
    if (value === null && (before[field] ?? null) === null) continue;
    journal(work, here, { ...line, field, before: before[field] ?? null, after: value });
  }
}

function lengthOf(value: FieldValue): number {
  return value === null ? 0 : typeof value === "string" ? value.length : value.join("").length;
}

function invalid(message: string, hint: string): UsageError {
  return new UsageError("client-invalid", message, { hint });
}
