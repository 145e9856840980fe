import type { people_v1 as PeopleV1 } from "googleapis/build/src/apis/people/index.js";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, malformed, refusedRequest, unwrapped } from "../kit/answers.ts";
import { isId, readId, readObject, readObjects, readRecord, readText } from "../kit/records.ts";
import type { Transport } from "../kit/transport.ts";
import { googleError } from "../google/answers.ts";

/** One of a contact's names, addresses, ...: what we do not know of it goes back as it came. */
export type Entry = Readonly<Record<string, unknown>>;

/** The lists of a person that the lens reads and writes; also the names in Google's field masks. */
export const personLists = [
  "names",
  "emailAddresses",
  "phoneNumbers",
  "organizations",
  "addresses",
  "biographies",
] as const;

export type PersonList = (typeof personLists)[number];

/** Everything that is read of a person. */
export const fullMask = [...personLists, "clientData", "metadata"].join(",");

/** Enough to recognise a contact that a create without an answer may have left. */
export const findMask = "clientData,emailAddresses,metadata";

/** Under this key a contact's client data carries the id of ours. */
export const ownIdKey = "astralis";

/** https://developers.google.com/people/api/rest/v1/people#Person, as far as it is read here. */
export interface Person extends Readonly<Record<PersonList, readonly Entry[]>> {
  readonly resourceName: string;
  readonly deleted: boolean;
  /** Names that it had before and that no longer lead anywhere. */
  readonly previousResourceNames: readonly string[];
  readonly etag: string | null;
  /** The source that can be written: null where there is only a profile. */
  readonly contact: ContactSource | null;
  readonly clientData: readonly Entry[];
  /** Resource names of the contact groups that it is in, where they were asked for. */
  readonly groups: readonly string[];
}

/** https://developers.google.com/people/api/rest/v1/contactGroups#ContactGroup */
export interface ContactGroup {
  readonly resourceName: string;
  readonly names: readonly string[];
}

export interface ContactSource {
  readonly id: string | null;
  readonly etag: string | null;
  readonly updateTime: string | null;
}

/** The lists that change, whole. */
export type PersonPatch = Partial<Record<PersonList, readonly Entry[]>>;

export type NewPerson = PersonPatch & {
  readonly clientData: readonly Entry[];
  readonly memberships?: readonly Entry[];
};

export interface ConnectionsPage {
  readonly connections: readonly unknown[];
  readonly nextPageToken: string | null;
  readonly nextSyncToken: string | null;
}

/** One of the answers to a batch, by the name that was asked for. */
export interface PersonAnswer {
  readonly requested: string;
  /** null where there is none. */
  readonly person: unknown;
}

export interface PeopleWire {
  /** Everything that this wire reads of a person. */
  readonly mask: string;
  listGroups(): Promise<readonly ContactGroup[]>;
  toOurTime(providerMs: number): number;
  listConnections(parameters: ListParameters): Promise<ConnectionsPage>;
  getPerson(resourceName: string): Promise<unknown>;
  /** At most 200 names. */
  getPeople(resourceNames: readonly string[]): Promise<readonly PersonAnswer[]>;
  create(body: NewPerson): Promise<unknown>;
  /** Only as long as the contact is the one that was read. */
  update(person: Person, patch: PersonPatch): Promise<unknown>;
  remove(resourceName: string): Promise<unknown>;
}

export interface ListParameters {
  readonly personFields: string;
  readonly pageSize: number;
  readonly requestSyncToken: boolean;
  readonly syncToken?: string;
  readonly pageToken?: string;
}

/** Only what can be written back: without it, profiles are merged in. */
export const sources = ["READ_SOURCE_TYPE_CONTACT"];

/** Throws AnswerError for what only the verb can judge: an unknown contact, a stale one, an expired token. */
export function openWire(
  transport: Transport,
  api: string,
  { groups = false }: { readonly groups?: boolean } = {},
): PeopleWire {
  const mask = groups ? `${fullMask},memberships` : fullMask;
  let loading: Promise<PeopleV1.People> | null = null;
  const call = async (
    work: (people: PeopleV1.People) => Promise<{ readonly data: unknown }>,
  ): Promise<Record<string, unknown>> => {
    loading ??= loadPeople(api, transport.sdkFetch);
    const people = await loading;
    try {
      const { data } = await work(people);
      if (isRecord(data)) return data;
    } catch (error) {
      throw judged(unwrapped(error));
    }
    throw malformed("Google answered something else than its API describes", true);
  };
  return {
    mask,
    listGroups: async () => {
      const found: ContactGroup[] = [];
      let pageToken: string | null = null;
      do {
        const from: { pageToken?: string } = pageToken === null ? {} : { pageToken };
        const page: Record<string, unknown> = await call(({ contactGroups }) =>
          contactGroups.list({ pageSize: 1000, groupFields: "name", ...from }),
        );
        found.push(...parseGroups(page));
        const next = tokenOf(page["nextPageToken"]);
        if (next !== null && next === pageToken)
          throw malformed("Google's list of contact groups shows the same page again", false);
        pageToken = next;
      } while (pageToken !== null);
      return found;
    },
    toOurTime: (providerMs) => transport.toOurTime(providerMs),
    listConnections: async (parameters) =>
      parseConnections(
        await call(({ people }) =>
          people.connections.list({ resourceName: "people/me", sources, ...parameters }),
        ),
      ),
    getPerson: (resourceName) =>
      call(({ people }) => people.get({ resourceName, personFields: mask, sources })),
    getPeople: async (resourceNames) =>
      parseAnswers(
        await call(({ people }) =>
          people.getBatchGet({
            resourceNames: [...resourceNames],
            personFields: mask,
            sources,
          }),
        ),
      ),
    create: (body) =>
      call(({ people }) =>
        people.createContact({ personFields: mask, sources, requestBody: mutable(body) }),
      ),
    update: (person, patch) =>
      call(({ people }) =>
        people.updateContact({
          resourceName: person.resourceName,
          updatePersonFields: Object.keys(patch).join(","),
          personFields: mask,
          sources,
          requestBody: {
            ...mutable(patch),
            etag: person.etag,
            metadata: { sources: [{ type: "CONTACT", ...person.contact }] },
          },
        }),
      ),
    remove: (resourceName) => call(({ people }) => people.deleteContact({ resourceName })),
  };
}

/** The library does nothing but spell requests: the transport beneath it signs, judges and never retries. */
async function loadPeople(api: string, fetch: typeof globalThis.fetch): Promise<PeopleV1.People> {
  const { people } = await import("googleapis/build/src/apis/people/index.js");
  return people({
    version: "v1",
    rootUrl: `${api}/`,
    retry: false,
    responseType: "json",
    fetchImplementation: fetch,
  });
}

function mutable(lists: Readonly<Partial<Record<string, readonly Entry[]>>>) {
  return Object.fromEntries(
    Object.entries(lists).map(([list, entries]) => [list, [...(entries ?? [])]]),
  );
}

/** The judgement of an answer that no verb wants to judge by itself. */
function judged(error: unknown): unknown {
  if (!(error instanceof AnswerError)) return error;
  return [400, 404, 409, 410, 412].includes(error.answer.status)
    ? error
    : refusedRequest("Google", error.answer);
}

/** By its reason, else by its words; the status is told both ways. */
export function isExpiredSyncToken(error: unknown): boolean {
  if (!(error instanceof AnswerError)) return false;
  const { reasons, message } = googleError(error.answer);
  return (
    error.answer.status === 410 ||
    reasons.includes("EXPIRED_SYNC_TOKEN") ||
    /sync token (is|has) (expired|invalid|no longer valid)/i.test(message)
  );
}

/** The contact is another than the one whose etag was sent. */
export function isStaleEtag(error: unknown): boolean {
  if (!(error instanceof AnswerError) || ![400, 409, 412].includes(error.answer.status))
    return false;
  const { reasons, message } = googleError(error.answer);
  return reasons.includes("failedPrecondition") || /etag is different/i.test(message);
}

/** A refusal of a write in our words; null where the error is something else. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof AnswerError) || error.answer.status !== 400) return null;
  const { message, reasons } = googleError(error.answer);
  if ([message, ...reasons].some((text) => text.includes("MY_CONTACTS_OVERFLOW_COUNT")))
    return "the Google account holds as many contacts as Google allows";
  const list = personLists.find((name) => message.includes(name));
  return `Google does not accept ${list === undefined ? "the contact" : `the contact's ${list}`}`;
}

export function parsePerson(value: unknown): Person {
  const record = readRecord(value, "the contact");
  const metadata =
    record["metadata"] === undefined ? {} : readObject(record["metadata"], "metadata");
  const previous: readonly unknown[] = Array.isArray(metadata["previousResourceNames"])
    ? metadata["previousResourceNames"]
    : [];
  const found = readObjects(metadata["sources"], "metadata.sources");
  const contact = found.find((source) => source["type"] === "CONTACT");
  return {
    resourceName: readId(record["resourceName"], "resourceName"),
    deleted: metadata["deleted"] === true,
    previousResourceNames: previous.filter(isId),
    etag: readText(record["etag"], "etag"),
    contact:
      contact === undefined
        ? null
        : {
            id: readText(contact["id"], "the contact source's id"),
            etag: readText(contact["etag"], "the contact source's etag"),
            updateTime: readText(contact["updateTime"], "the contact source's time"),
          },
    names: entriesOf(record, "names"),
    emailAddresses: entriesOf(record, "emailAddresses"),
    phoneNumbers: entriesOf(record, "phoneNumbers"),
    organizations: entriesOf(record, "organizations"),
    addresses: entriesOf(record, "addresses"),
    biographies: entriesOf(record, "biographies"),
    clientData: entriesOf(record, "clientData"),
    groups: readObjects(record["memberships"], "memberships").flatMap((entry) => {
      const membership = entry["contactGroupMembership"];
      const name = isRecord(membership) ? membership["contactGroupResourceName"] : undefined;
      return typeof name === "string" ? [name] : [];
    }),
  };
}

function parseGroups(answer: Record<string, unknown>): readonly ContactGroup[] {
  return readObjects(answer["contactGroups"], "contactGroups").flatMap((group) => {
    const { resourceName, name, formattedName } = group;
    const names = [name, formattedName].filter((text) => typeof text === "string");
    return isId(resourceName) ? [{ resourceName, names }] : [];
  });
}

/** Keys that the lens reads as text. */
const textKeys: Readonly<Record<PersonList | "clientData", readonly string[]>> = {
  names: [
    "displayName",
    "unstructuredName",
    "honorificPrefix",
    "givenName",
    "middleName",
    "familyName",
    "honorificSuffix",
  ],
  emailAddresses: ["value"],
  phoneNumbers: ["value"],
  organizations: ["name"],
  addresses: [
    "streetAddress",
    "extendedAddress",
    "city",
    "region",
    "postalCode",
    "country",
    "countryCode",
  ],
  biographies: ["value"],
  clientData: ["key", "value"],
};

function entriesOf(
  record: Readonly<Record<string, unknown>>,
  list: PersonList | "clientData",
): readonly Entry[] {
  const entries = readObjects(record[list], list);
  for (const entry of entries)
    for (const key of textKeys[list]) readText(entry[key], `${list}.${key}`);
  return entries;
}

function parseConnections(answer: Record<string, unknown>): ConnectionsPage {
  const { connections, nextPageToken, nextSyncToken } = answer;
  // Google leaves out what is empty, and sends `{}` for a listing of nothing.
  if (connections !== undefined && !Array.isArray(connections))
    throw malformed("Google answered something else than a list of contacts", false);
  const list: readonly unknown[] = connections ?? [];
  return {
    connections: list,
    nextPageToken: tokenOf(nextPageToken),
    nextSyncToken: tokenOf(nextSyncToken),
  };
}

function tokenOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function parseAnswers(answer: Record<string, unknown>): readonly PersonAnswer[] {
  return readObjects(answer["responses"], "responses").map((response) => {
    const { person, status, httpStatusCode } = response;
    const failed =
      (isRecord(status) && typeof status["code"] === "number" && status["code"] !== 0) ||
      (typeof httpStatusCode === "number" && httpStatusCode !== 200);
    const named =
      response["requestedResourceName"] ?? (isRecord(person) ? person["resourceName"] : "");
    return {
      requested: readId(named, "requestedResourceName"),
      person: failed ? null : (person ?? null),
    };
  });
}
