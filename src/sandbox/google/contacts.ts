import { latest, type AddressBook, type Contact, type Fields } from "./address-book.ts";
import type { Account } from "./accounts.ts";
import { refuse } from "./errors.ts";
import { readPersonEtag, sourceEtag } from "./etags.ts";
import { requireMask, writablePaths } from "./masks.ts";
import {
  readJson,
  readSources,
  refuseMissing,
  requirePersonFields,
  sourcesParameter,
  viewOfWrite,
  type Operation,
} from "./operation.ts";
import { readPerson, type PersonInput } from "./person-input.ts";
import { toPerson, type PersonView } from "./person-output.ts";
import { contactsReadonlyScope, contactsScope, emailScope, profileScope } from "./scopes.ts";

/** Those that people.get and people.getBatchGet take. */
export const readScopes: readonly string[] = [
  contactsScope,
  contactsReadonlyScope,
  profileScope,
  emailScope,
];

const service = "google.people.v1.PeopleService";

export const getPerson: Operation = {
  method: "GET",
  template: "/v1/people/{peopleId}",
  rpc: `${service}.GetPerson`,
  scopes: readScopes,
  parameters: ["personFields", "requestMask.includeField", sourcesParameter],
  run: (call) => {
    const { query } = call.request;
    const view = {
      mask: requirePersonFields(query, "people/get"),
      sources: readSources(query.getAll(sourcesParameter)),
    };
    return findPerson(call.id, call, view) ?? refuseMissing();
  },
};

export const createContact: Operation = {
  method: "POST",
  template: "/v1/people:createContact",
  rpc: `${service}.CreateContact`,
  scopes: [contactsScope],
  parameters: ["personFields", sourcesParameter],
  writes: true,
  run: ({ request, book }) => {
    const view = viewOfWrite(request.query, "people/createContact");
    const fields = fieldsToCreate(readPerson(readJson(request), "person", book));
    const contact = book.create(fields);
    return toPerson(contact, latest(contact), view);
  },
};

export const updateContact: Operation = {
  method: "PATCH",
  template: "/v1/people/{peopleId}:updateContact",
  rpc: `${service}.UpdateContact`,
  scopes: [contactsScope],
  parameters: ["personFields", sourcesParameter, "updatePersonFields"],
  writes: true,
  run: ({ request, book, id }) => {
    const page = "people/updateContact";
    const view = viewOfWrite(request.query, page);
    const mask = requireMask(request.query.get("updatePersonFields"), {
      name: "updatePersonFields",
      valid: writablePaths,
      page,
    });
    const input = readPerson(readJson(request), "person", book);
    const contact = book.find(id) ?? refuseMissing();
    const fields = fieldsToUpdate(contact, input, mask);
    const written = book.write(contact, { fields });
    return toPerson(written, latest(written), view);
  },
};

export const deleteContact: Operation = {
  method: "DELETE",
  template: "/v1/people/{peopleId}:deleteContact",
  rpc: `${service}.DeleteContact`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: ({ book, id }) => {
    book.write(book.find(id) ?? refuseMissing(), { deleted: true });
    return {};
  },
};

/** A contact by its number ("c12"), or the account itself ("me", or its id); null where there is none. */
export function findPerson(
  id: string,
  reader: {
    readonly account: Account;
    readonly book: AddressBook;
    readonly scopes: readonly string[];
  },
  view: PersonView,
): object | null {
  const { account, book, scopes } = reader;
  if (id === "me" || id === account.id) return toAccountPerson(account, scopes, view);
  const contact = book.find(id);
  const mayRead = scopes.includes(contactsScope) || scopes.includes(contactsReadonlyScope);
  return contact === null || !mayRead ? null : toPerson(contact, latest(contact), view);
}

/** Contacts belong to "myContacts" unless the request names groups. */
export function fieldsToCreate(input: PersonInput): Fields {
  const memberships = input.fields["memberships"] ?? [];
  return {
    ...input.fields,
    memberships: memberships.length > 0 ? memberships : [{ group: "myContacts" }],
  };
}

/** The contact's fields with those of the mask replaced; refused where it changed since the request's etag. */
export function fieldsToUpdate(
  contact: Contact,
  input: PersonInput,
  mask: ReadonlySet<string>,
): Fields {
  const { name, previousNames } = { ...latest(contact), previousNames: contact.previousNames };
  const named = input.resourceName?.replace("people/", "");
  if (named !== undefined && named !== name && !previousNames.includes(named))
    refuse("INVALID_ARGUMENT", "Request person.resourceName does not match the resource's name.");
  checkVersion(contact, input, mask);
  const replaced = Object.fromEntries([...mask].map((path) => [path, input.fields[path] ?? []]));
  if (replaced["memberships"]?.length === 0)
    refuse(
      "INVALID_ARGUMENT",
      "Request person.memberships must have at least one contact group membership.",
    );
  return { ...latest(contact).fields, ...replaced };
}

/**
 * The source's etag decides where the request has one. A person's etag alone must come from a read of at least
 * the fields to be updated: etags of narrower reads are reported to be refused.
 */
function checkVersion(contact: Contact, input: PersonInput, mask: ReadonlySet<string>): void {
  const source = input.sources.find(({ type }) => type === "CONTACT");
  if (source === undefined)
    return refuse(
      "INVALID_ARGUMENT",
      "Request person.metadata.sources must be specified with the contact source to be updated.",
    );
  if (source.id !== null && source.id !== contact.sourceId)
    refuse("INVALID_ARGUMENT", "Request person.metadata.sources.id is not the contact's.");
  const { etag } = latest(contact);
  if (source.etag !== null) {
    if (source.etag !== sourceEtag(etag)) refuseStale("person.metadata.sources.etag");
    return;
  }
  if (input.etag === null)
    return refuse(
      "INVALID_ARGUMENT",
      "Request must set person.etag or person.metadata.sources.etag for the source that is being updated.",
    );
  const read = readPersonEtag(input.etag);
  if (read?.etag !== etag || [...mask].some((path) => !read.mask.has(path)))
    refuseStale("person.etag");
}

function refuseStale(what: string): never {
  refuse(
    "FAILED_PRECONDITION",
    `Request ${what} is different than the current ${what}. Clear local cache and get the latest person.`,
  );
}

function toAccountPerson(
  account: Account,
  scopes: readonly string[],
  view: PersonView,
): Readonly<Record<string, unknown>> {
  const { id, email, givenName, familyName } = account;
  const displayName = `${givenName} ${familyName}`;
  const primary = { primary: true, source: { type: "PROFILE", id }, sourcePrimary: true };
  const names = [
    {
      metadata: primary,
      displayName,
      familyName,
      givenName,
      displayNameLastFirst: `${familyName}, ${givenName}`,
      unstructuredName: displayName,
    },
  ];
  const verified = { ...primary, verified: true, source: { type: "ACCOUNT", id } };
  const sources = [
    { type: "PROFILE", id, etag: "#me=", profileMetadata: { objectType: "PERSON" } },
  ];
  return {
    resourceName: `people/${id}`,
    etag: `%${Buffer.from(id).toString("base64")}`,
    ...(view.mask.has("metadata") ? { metadata: { sources, objectType: "PERSON" } } : {}),
    ...(view.mask.has("names") && scopes.includes(profileScope) ? { names } : {}),
    ...(view.mask.has("emailAddresses") && scopes.includes(emailScope)
      ? { emailAddresses: [{ metadata: verified, value: email }] }
      : {}),
  };
}
