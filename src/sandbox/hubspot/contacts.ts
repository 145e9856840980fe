import {
  answerTo,
  batchOutcome,
  checkNamed,
  createBatch,
  readBatch,
  updateBatch,
} from "./batch.ts";
import { showContact, type Contact } from "./contact.ts";
import { invalidInput, notFound } from "./errors.ts";
import { bodyOf, checkMembers, propertiesIn, readQuery, textIn, type Query } from "./input.ts";
import type { Operation, OperationParts } from "./operation.ts";
import { checkedValues, writableProperties } from "./properties.ts";
import { searchContacts } from "./search.ts";
import { readScope, writeScope } from "./tokens.ts";
import { apiVersion } from "./version.ts";

const root = `/crm/objects/${apiVersion}/contacts`;

const shownBy = ["properties", "propertiesWithHistory", "associations", "archived"];

/** The calls on contacts: one by one, in lists, by search and in batches. */
export function contactOperations(parts: OperationParts): readonly Operation[] {
  const { world, account, store } = parts;
  const find = (id: string, query: Query): Contact => {
    const idProperty = query.text("idProperty");
    const archived = query.flag("archived");
    if (idProperty !== undefined && idProperty !== "email")
      throw invalidInput(`idProperty: ${idProperty} is not unique`);
    const byId = archived ? store.findArchived(id) : store.find(id);
    const found = idProperty === "email" ? store.byEmail(id) : byId;
    if (found === null) throw notFound();
    return found;
  };
  const operation = (
    call: readonly [method: string, path: string],
    scope: string,
    run: Operation["run"],
  ): Operation => ({ method: call[0], template: `${root}${call[1]}`, scope, run });

  return [
    operation(["GET", ""], readScope, ({ query: given }) => {
      const query = readQuery(given, ["limit", "after", ...shownBy]);
      checkShown(query);
      const limit = query.count("limit", { otherwise: 10, most: 100 });
      const archived = query.flag("archived");
      const after = afterOf(query.text("after"));
      const found = store
        .all()
        .filter((one) => (one.archivedMs !== null) === archived && Number(one.id) > after);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const properties = query.list("properties");
      const next = {
        after: last?.id ?? "",
        link: `https://api.hubapi.com${root}?after=${last?.id}`,
      };
      const results = page.map((contact) => showContact(contact, { properties }));
      const more = found.length > page.length;
      return { status: 200, body: { results, ...(more ? { paging: { next } } : {}) } };
    }),
    operation(["POST", ""], writeScope, (request) => {
      readQuery(request.query, []);
      const body = bodyOf(request);
      checkMembers(body, { required: ["properties"], optional: ["associations"] });
      const values = checkedValues(propertiesIn(body), account.hubId);
      checkNamed(values);
      return { status: 201, body: answerTo(store.create(values), values), wrote: true };
    }),
    operation(["POST", "/search"], readScope, (request) => {
      readQuery(request.query, []);
      const found = searchContacts(bodyOf(request), store.search.visible());
      const { total, after, properties } = found;
      const results = found.contacts.map((contact) => showContact(contact, { properties }));
      const paging = after === null ? {} : { paging: { next: { after } } };
      return { status: 200, body: { total, results, ...paging } };
    }),
    operation(["POST", "/merge"], writeScope, (request) => {
      const body = bodyOf(request);
      checkMembers(body, { required: ["objectIdToMerge", "primaryObjectId"], optional: [] });
      const [primary, other] = ["primaryObjectId", "objectIdToMerge"].map((name) =>
        store.find(textIn(body, name) ?? ""),
      );
      if (!primary || !other) throw notFound();
      const merged = store.merge(primary, other);
      return { status: 200, body: showContact(merged, { properties: [] }), wrote: true };
    }),
    operation(["POST", "/gdpr-delete"], writeScope, (request) => {
      const body = bodyOf(request);
      checkMembers(body, { required: ["objectId"], optional: ["idProperty"] });
      const id = textIn(body, "objectId") ?? "";
      const byEmail = textIn(body, "idProperty") === "email";
      const found = byEmail ? store.byEmail(id) : (store.find(id) ?? store.findArchived(id));
      if (found !== null) store.purge(found);
      return { status: 204, body: null, wrote: found !== null };
    }),
    operation(["POST", "/batch/read"], readScope, (request) => {
      const archived = readQuery(request.query, ["archived"]).flag("archived");
      const read = batchOutcome(readBatch(bodyOf(request), archived, parts), 200, world.now());
      return { ...read, wrote: false };
    }),
    operation(["POST", "/batch/create"], writeScope, (request) =>
      batchOutcome(createBatch(bodyOf(request), parts), 201, world.now()),
    ),
    operation(["POST", "/batch/update"], writeScope, (request) =>
      batchOutcome(updateBatch(bodyOf(request), parts), 200, world.now()),
    ),
    operation(["GET", "/{contactId}"], readScope, (request, id) => {
      const query = readQuery(request.query, ["idProperty", ...shownBy]);
      checkShown(query);
      const properties = query.list("properties");
      return { status: 200, body: showContact(find(id, query), { properties }) };
    }),
    operation(["PATCH", "/{contactId}"], writeScope, (request, id) => {
      const query = readQuery(request.query, ["idProperty"]);
      const body = bodyOf(request);
      checkMembers(body, { required: ["properties"], optional: [] });
      const before = find(id, query);
      const values = checkedValues(propertiesIn(body), account.hubId);
      return { status: 200, body: answerTo(store.update(before, values), values), wrote: true };
    }),
    operation(["DELETE", "/{contactId}"], writeScope, (request, id) => {
      readQuery(request.query, []);
      const found = store.find(id);
      // Archiving what is archived already is no error.
      if (found === null && store.findArchived(id) === null) throw notFound();
      if (found !== null) store.archive(found);
      return { status: 204, body: null, wrote: found !== null };
    }),
  ];
}

/** For the control API: every contact with all that it has. */
export function contactState(contact: Contact): Record<string, unknown> {
  const properties = [...writableProperties, "hs_additional_emails", "hs_merged_object_ids"];
  return showContact(contact, { properties });
}

function checkShown(query: Query): void {
  for (const name of ["propertiesWithHistory", "associations"])
    if (query.list(name).length > 0)
      throw invalidInput(`parameter ${name}: the sandbox has nothing to show there`);
}

function afterOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw invalidInput(`parameter after: ${text} is not the id of a record`);
}
