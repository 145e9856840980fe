import { groupsOf, latest, type AddressBook, type Group } from "./address-book.ts";
import { refuse } from "./errors.ts";
import { groupPaths, readMask } from "./masks.ts";
import { openToken, sealToken } from "./opaque-token.ts";
import { readJson, readSize, refuseMissing, type Call, type Operation } from "./operation.ts";
import { readList, readObject, readText, readTexts, refuseOthers } from "./person-input.ts";
import { updateTime } from "./person-output.ts";
import { contactsReadonlyScope, contactsScope } from "./scopes.ts";

const service = "google.people.v1.ContactGroupsService";

const defaultPaths = groupPaths.filter((path) => path !== "clientData");

export const listGroups: Operation = {
  method: "GET",
  template: "/v1/contactGroups",
  rpc: `${service}.ListContactGroups`,
  scopes: [contactsScope, contactsReadonlyScope],
  parameters: ["groupFields", "pageSize", "pageToken", "syncToken"],
  run: ({ request, book }) => {
    const { query } = request;
    const size = readSize(query.get("pageSize"), { field: "page_size", byDefault: 30, max: 1000 });
    const mask = readGroupMask(query.get("groupFields"), "contactGroups/list");
    const since = readPosition("sync", query.get("syncToken"));
    const offset = readPosition("page", query.get("pageToken"));
    const found = book.groups().filter((group) => since === 0 || group.sequence > since);
    const page = found.slice(offset, offset + size);
    const members = memberCounts(book);
    const isLast = offset + size >= found.length;
    return {
      ...(page.length > 0
        ? { contactGroups: page.map((group) => toGroup(group, members, mask)) }
        : {}),
      ...(found.length > 0 ? { totalItems: found.length } : {}),
      ...(isLast
        ? { nextSyncToken: sealToken("sync", [Math.max(1, book.visibleSequence())]) }
        : { nextPageToken: sealToken("page", [offset + size]) }),
    };
  },
};

export const getGroup: Operation = {
  method: "GET",
  template: "/v1/contactGroups/{contactGroupsId}",
  rpc: `${service}.GetContactGroup`,
  scopes: [contactsScope, contactsReadonlyScope],
  parameters: ["groupFields", "maxMembers"],
  run: (call) => {
    const { query } = call.request;
    const group = findGroup(call);
    const mask = readGroupMask(query.get("groupFields"), "contactGroups/get");
    const max = readSize(query.get("maxMembers"), {
      field: "max_members",
      byDefault: 0,
      max: 2 ** 31 - 1,
    });
    const names = call.book
      .contacts()
      .map(latest)
      .filter((version) => !version.deleted && groupsOf(version.fields).includes(group.id))
      .map((version) => `people/${version.name}`)
      .slice(0, max);
    return {
      ...toGroup(group, memberCounts(call.book), mask),
      ...(names.length > 0 ? { memberResourceNames: names } : {}),
    };
  },
};

export const createGroup: Operation = {
  method: "POST",
  template: "/v1/contactGroups",
  rpc: `${service}.CreateContactGroup`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: ({ request, book }) => {
    const body = readObject(readJson(request), "");
    refuseOthers(body, ["contactGroup", "readGroupFields"], "");
    const given = readObject(body["contactGroup"] ?? {}, "contact_group");
    refuseOthers(given, groupMembers, "contact_group");
    const mask = readGroupMask(
      readText(body["readGroupFields"], "read_group_fields"),
      "contactGroups/create",
    );
    const name = (readText(given["name"], "contact_group.name") ?? "").trim();
    const ownEntries = readList(given["clientData"], "contact_group.client_data").map((item) =>
      readObject(item, "contact_group.client_data"),
    );
    if (name === "") refuse("INVALID_ARGUMENT", "Contact group name is required.");
    if (book.groups().some((group) => group.name === name))
      refuse("ALREADY_EXISTS", "Contact group name already exists.");
    return toGroup(book.createGroup(name, ownEntries), new Map(), mask);
  },
};

export const modifyMembers: Operation = {
  method: "POST",
  template: "/v1/contactGroups/{contactGroupsId}/members:modify",
  rpc: `${service}.ModifyContactGroupMembers`,
  scopes: [contactsScope],
  parameters: [],
  writes: true,
  run: (call) => {
    const { book, request } = call;
    const group = findGroup(call);
    const body = readObject(readJson(request), "");
    refuseOthers(body, ["resourceNamesToAdd", "resourceNamesToRemove"], "");
    const added = readTexts(body["resourceNamesToAdd"], "resource_names_to_add");
    const removed = readTexts(body["resourceNamesToRemove"], "resource_names_to_remove");
    if (added.length + removed.length > 1000)
      refuse("INVALID_ARGUMENT", "Request may name at most 1000 contacts.");
    if (added.length > 0 && group.system && !["myContacts", "starred"].includes(group.id))
      refuse("INVALID_ARGUMENT", "Contacts cannot be added to this system contact group.");
    const notFound: string[] = [];
    const last: string[] = [];
    const change = (name: string, next: (groups: readonly string[]) => readonly string[]) => {
      const contact = book.find(name.replace(/^people\//, ""));
      if (contact === null) {
        notFound.push(name);
        return;
      }
      const { fields } = latest(contact);
      const groups = next(groupsOf(fields));
      if (groups.length === 0) {
        last.push(name);
        return;
      }
      const memberships = groups.map((id) => ({ group: id }));
      book.write(contact, { fields: { ...fields, memberships } });
    };
    for (const name of added) change(name, (groups) => [...new Set([...groups, group.id])]);
    for (const name of removed) change(name, (groups) => groups.filter((id) => id !== group.id));
    return {
      ...(notFound.length > 0 ? { notFoundResourceNames: notFound } : {}),
      ...(last.length > 0 ? { canNotRemoveLastContactGroupResourceNames: last } : {}),
    };
  },
};

const groupMembers = [
  "resourceName",
  "etag",
  "metadata",
  "groupType",
  "name",
  "formattedName",
  "memberResourceNames",
  "memberCount",
  "clientData",
];

function findGroup({ book, id }: Call): Group {
  return book.groups().find((group) => group.id === id) ?? refuseMissing();
}

function readGroupMask(value: string | null, page: string): ReadonlySet<string> {
  return readMask(value, { name: "groupFields", valid: groupPaths, page }) ?? new Set(defaultPaths);
}

/** The place that a token of a listing of groups names; 0 without one. */
function readPosition(kind: "sync" | "page", token: string | null): number {
  if (token === null || token === "") return 0;
  const [position] = openToken(kind, token);
  return typeof position === "number"
    ? position
    : refuse("INVALID_ARGUMENT", `Request ${kind}Token is invalid.`);
}

function memberCounts(book: AddressBook): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const contact of book.contacts()) {
    const { fields, deleted } = latest(contact);
    if (!deleted) for (const id of groupsOf(fields)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function toGroup(
  group: Group,
  members: ReadonlyMap<string, number>,
  mask: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const memberCount = members.get(group.id) ?? 0;
  const groupType = group.system ? "SYSTEM_CONTACT_GROUP" : "USER_CONTACT_GROUP";
  return {
    resourceName: `contactGroups/${group.id}`,
    etag: group.etag,
    ...(mask.has("metadata") && !group.system
      ? { metadata: { updateTime: updateTime(group.atMs) } }
      : {}),
    ...(mask.has("groupType") ? { groupType } : {}),
    ...(mask.has("name") ? { name: group.name, formattedName: formattedName(group) } : {}),
    ...(mask.has("memberCount") && memberCount > 0 ? { memberCount } : {}),
    ...(mask.has("clientData") && group.clientData.length > 0
      ? { clientData: group.clientData }
      : {}),
  };
}

function formattedName(group: Group): string {
  if (!group.system) return group.name;
  const spaced = group.name.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
