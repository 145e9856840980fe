import { latest, type Contact } from "./address-book.ts";
import { fieldsToCreate, fieldsToUpdate, findPerson, readScopes } from "./contacts.ts";
import { refuse } from "./errors.ts";
import { readMask, readablePaths, requireMask, writablePaths } from "./masks.ts";
import {
  readJson,
  readSources,
  refuseMissing,
  requirePersonFields,
  sourcesParameter,
  type Operation,
} from "./operation.ts";
import {
  readList,
  readObject,
  readPerson,
  readText,
  readTexts,
  refuseOthers,
} from "./person-input.ts";
import { toPerson, type PersonView } from "./person-output.ts";
import { contactsScope } from "./scopes.ts";

const service = "google.people.v1.PeopleService";

export const batchGet: Operation = {
  method: "GET",
  template: "/v1/people:batchGet",
  rpc: `${service}.GetPeople`,
  scopes: readScopes,
  parameters: ["personFields", "requestMask.includeField", "resourceNames", sourcesParameter],
  run: (call) => {
    const { query } = call.request;
    const view = {
      mask: requirePersonFields(query, "people/getBatchGet"),
      sources: readSources(query.getAll(sourcesParameter)),
    };
    const names = query.getAll("resourceNames");
    if (names.length === 0) refuse("INVALID_ARGUMENT", "Request must specify resourceNames.");
    checkCount(names, "resourceNames", 200);
    const responses = names.map((name) => {
      const person = findPerson(name.replace(/^people\//, ""), call, view);
      return person === null
        ? {
            httpStatusCode: 404,
            requestedResourceName: name,
            status: { code: 5, message: "Requested entity was not found." },
          }
        : { httpStatusCode: 200, person, requestedResourceName: name, status: {} };
    });
    return { responses };
  },
};

export const batchCreate: Operation = {
  method: "POST",
  template: "/v1/people:batchCreateContacts",
  rpc: `${service}.BatchCreateContacts`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: ({ request, book }) => {
    const body = readObject(readJson(request), "");
    refuseOthers(body, ["contacts", "readMask", "sources"], "");
    const view = readView(body, "people/batchCreateContacts");
    const items = readList(body["contacts"], "contacts");
    if (items.length === 0) refuse("INVALID_ARGUMENT", "Request must specify contacts.");
    checkCount(items, "contacts", 200);
    const inputs = items.map((item, index) => {
      const wrapper = readObject(item, `contacts[${index}]`);
      refuseOthers(wrapper, ["contactPerson"], `contacts[${index}]`);
      const at = `contacts[${index}].contact_person`;
      return fieldsToCreate(readPerson(wrapper["contactPerson"] ?? {}, at, book));
    });
    const created = inputs.map((fields) => book.create(fields));
    if (view === null) return {};
    return { createdPeople: created.map((contact) => toResponse(contact, view)) };
  },
};

export const batchUpdate: Operation = {
  method: "POST",
  template: "/v1/people:batchUpdateContacts",
  rpc: `${service}.BatchUpdateContacts`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: ({ request, book }) => {
    const body = readObject(readJson(request), "");
    refuseOthers(body, ["contacts", "updateMask", "readMask", "sources"], "");
    const page = "people/batchUpdateContacts";
    const view = readView(body, page);
    const mask = requireMask(readText(body["updateMask"], "update_mask"), {
      name: "updateMask",
      valid: writablePaths,
      page,
    });
    const items = Object.entries(readObject(body["contacts"] ?? {}, "contacts"));
    if (items.length === 0) refuse("INVALID_ARGUMENT", "Request must specify contacts.");
    checkCount(items, "contacts", 200);
    // All of them are checked before the first one is written.
    const changes = items.map(([name, person]) => {
      const input = readPerson(person, `contacts["${name}"]`, book);
      const contact = book.find(name.replace(/^people\//, "")) ?? refuseMissing();
      return { name, contact, fields: fieldsToUpdate(contact, input, mask) };
    });
    const updated = changes.map(
      ({ name, contact, fields }) => [name, book.write(contact, { fields })] as const,
    );
    if (view === null) return {};
    return {
      updateResult: Object.fromEntries(
        updated.map(([name, contact]) => [
          name,
          { ...toResponse(contact, view), requestedResourceName: name },
        ]),
      ),
    };
  },
};

export const batchDelete: Operation = {
  method: "POST",
  template: "/v1/people:batchDeleteContacts",
  rpc: `${service}.BatchDeleteContacts`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: ({ request, book }) => {
    const body = readObject(readJson(request), "");
    refuseOthers(body, ["resourceNames"], "");
    const names = readTexts(body["resourceNames"], "resource_names");
    if (names.length === 0) refuse("INVALID_ARGUMENT", "Request must specify resourceNames.");
    checkCount(names, "resourceNames", 500);
    const contacts = names.map(
      (name) => book.find(name.replace(/^people\//, "")) ?? refuseMissing(),
    );
    for (const contact of contacts) book.write(contact, { deleted: true });
    return {};
  },
};

/** null for an empty mask: nothing is read back then. */
function readView(body: Readonly<Record<string, unknown>>, page: string): PersonView | null {
  const options = { name: "readMask", valid: readablePaths, page };
  const mask = readMask(readText(body["readMask"], "read_mask"), options);
  const sources = readSources(readTexts(body["sources"], "sources"));
  return mask === null ? null : { mask, sources };
}

function toResponse(contact: Contact, view: PersonView): object {
  return {
    httpStatusCode: 200,
    person: toPerson(contact, latest(contact), view),
    requestedResourceName: `people/${latest(contact).name}`,
    status: {},
  };
}

function checkCount(items: readonly unknown[], name: string, max: number): void {
  if (items.length > max)
    refuse("INVALID_ARGUMENT", `Request ${name} has ${items.length} entries; the limit is ${max}.`);
}
