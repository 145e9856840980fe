import { groupsOf, type Contact, type Entry, type Fields, type Version } from "./address-book.ts";
import { personEtag, sourceEtag } from "./etags.ts";
import { personShapes } from "./person-fields.ts";

export interface PersonView {
  readonly mask: ReadonlySet<string>;
  /** `READ_SOURCE_TYPE_…`; others than CONTACT and PROFILE add nothing. */
  readonly sources: ReadonlySet<string>;
  /** For listings: at most that many e-mail addresses and phone numbers. */
  readonly entriesLimit?: number;
  /** For listings with a sync token: former resource names and deletion are told. */
  readonly sync?: true;
}

type Json = Record<string, unknown>;

/** A person as the API shows it: only what the mask asks for, and what the server computes. */
export function toPerson(contact: Contact, version: Version, view: PersonView): Json {
  const person: Json = {
    resourceName: `people/${version.name}`,
    etag: personEtag(version.etag, view.mask),
  };
  if (view.mask.has("metadata")) person["metadata"] = personMetadata(contact, version, view);
  if (version.deleted) return person;
  const withContact = view.sources.has("READ_SOURCE_TYPE_CONTACT");
  const withProfile = view.sources.has("READ_SOURCE_TYPE_PROFILE");
  for (const field of view.mask) {
    const entries = [
      ...(withContact ? contactEntries(field, contact, version.fields) : []),
      ...(withProfile ? profileEntries(field, contact) : []),
    ];
    const limited = ["emailAddresses", "phoneNumbers"].includes(field)
      ? entries.slice(0, view.entriesLimit)
      : entries;
    if (limited.length > 0) person[field] = withPrimary(field, limited);
  }
  return person;
}

function personMetadata(contact: Contact, version: Version, view: PersonView): Json {
  const sources: Json[] = [];
  if (view.sources.has("READ_SOURCE_TYPE_CONTACT"))
    sources.push({
      type: "CONTACT",
      id: contact.sourceId,
      etag: sourceEtag(version.etag),
      updateTime: updateTime(version.atMs),
    });
  if (contact.profile !== null && view.sources.has("READ_SOURCE_TYPE_PROFILE"))
    sources.push({
      type: "PROFILE",
      id: contact.profile.id,
      etag: "#profile=",
      profileMetadata: { objectType: "PERSON", userTypes: ["GOOGLE_USER"] },
    });
  const previousResourceNames = contact.previousNames.map((name) => `people/${name}`);
  return {
    sources,
    ...(view.sync && previousResourceNames.length > 0 ? { previousResourceNames } : {}),
    ...(view.sync && version.deleted ? { deleted: true } : {}),
    objectType: "PERSON",
  };
}

function contactEntries(field: string, contact: Contact, fields: Fields): readonly Json[] {
  const metadata = () => ({ source: { type: "CONTACT", id: contact.sourceId } });
  if (field === "photos")
    return [
      {
        metadata: metadata(),
        url: `https://lh3.googleusercontent.com/cm/${contact.sourceId}=s100`,
        default: true,
      },
    ];
  if (field === "memberships")
    return groupsOf(fields).map((id) => ({
      metadata: metadata(),
      contactGroupMembership: {
        contactGroupId: id,
        contactGroupResourceName: `contactGroups/${id}`,
      },
    }));
  return (fields[field] ?? []).map(({ sourcePrimary, ...entry }) => ({
    metadata: { ...metadata(), ...(sourcePrimary === true ? { sourcePrimary } : {}) },
    ...entry,
    ...computed(field, entry),
  }));
}

function profileEntries(field: string, { profile }: Contact): readonly Json[] {
  if (profile === null || field !== "names") return [];
  const { displayName } = profile;
  return [
    {
      metadata: { source: { type: "PROFILE", id: profile.id } },
      ...splitName(displayName),
      displayName,
      displayNameLastFirst: lastFirst(splitName(displayName), displayName),
      unstructuredName: displayName,
    },
  ];
}

/** Marks the primary entry: the one named so within its source, else the first. Memberships have none. */
function withPrimary(field: string, entries: readonly Json[]): readonly Json[] {
  if (field === "memberships" || field === "photos") return entries;
  const marked = entries.findIndex((entry) => isSourcePrimary(entry));
  const primary = Math.max(0, marked);
  return entries.map((entry, index) => {
    if (index !== primary) return entry;
    const shown = marked !== -1 || personShapes[field]?.sourcePrimary === true;
    return {
      ...entry,
      metadata: {
        primary: true,
        ...toJson(entry["metadata"]),
        ...(shown ? { sourcePrimary: true } : {}),
      },
    };
  });
}

function isSourcePrimary(entry: Json): boolean {
  return toJson(entry["metadata"])["sourcePrimary"] === true;
}

/** What the server adds to an entry on output. */
function computed(field: string, entry: Entry): Json {
  const type = entry["type"];
  const formatted =
    typeof type === "string" && personShapes[field]?.properties["formattedType"] === "output"
      ? { formattedType: formattedType(type) }
      : {};
  if (field === "names") return { ...computedName(entry) };
  if (field === "addresses") return { ...formatted, formattedValue: formattedAddress(entry) };
  if (field === "biographies" && entry["contentType"] === undefined)
    return { contentType: "TEXT_PLAIN" };
  if (field === "phoneNumbers") {
    const canonicalForm = canonicalPhone(text(entry, "value"));
    return { ...formatted, ...(canonicalForm === null ? {} : { canonicalForm }) };
  }
  return formatted;
}

/** Structured parts win over the free form; a free form alone is split by the server. */
function computedName(entry: Entry): Json {
  const free = text(entry, "unstructuredName");
  const isStructured = ["givenName", "familyName", "middleName"].some((part) => entry[part]);
  if (!isStructured && free !== "")
    return {
      ...splitName(free),
      displayName: free,
      displayNameLastFirst: lastFirst(splitName(free), free),
      unstructuredName: free,
    };
  const parts = ["honorificPrefix", "givenName", "middleName", "familyName"];
  const plain = parts.map((part) => text(entry, part)).filter((part) => part !== "");
  const suffix = text(entry, "honorificSuffix");
  const displayName = [plain.join(" "), suffix].filter((part) => part !== "").join(", ");
  return {
    displayName,
    displayNameLastFirst: lastFirst(entry, displayName),
    unstructuredName: displayName,
  };
}

function splitName(free: string): Json {
  const words = free.split(/\s+/);
  const last = words.pop() ?? "";
  return words.length === 0
    ? { givenName: last }
    : { givenName: words.join(" "), familyName: last };
}

function lastFirst(parts: Entry, displayName: string): string {
  const family = text(parts, "familyName");
  const given = [text(parts, "givenName"), text(parts, "middleName")].filter((part) => part !== "");
  return family === "" || given.length === 0 ? displayName : `${family}, ${given.join(" ")}`;
}

function formattedAddress(entry: Entry): string {
  const given = text(entry, "formattedValue");
  if (given !== "") return given;
  const region = [text(entry, "region"), text(entry, "postalCode")].filter(Boolean).join(" ");
  return [
    text(entry, "streetAddress"),
    text(entry, "extendedAddress"),
    text(entry, "poBox"),
    [text(entry, "city"), region].filter(Boolean).join(", "),
    text(entry, "country") || text(entry, "countryCode"),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** E.164 of a number in international form; a national one would need the account's country. */
function canonicalPhone(value: string): string | null {
  if (!/^\+[\d\s().\-/]+$/.test(value)) return null;
  const digits = value.replaceAll(/\D/g, "");
  return digits.length >= 7 && digits.length <= 15 ? `+${digits}` : null;
}

function formattedType(type: string): string {
  const spaced = type.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** With microseconds, as the API shows it. */
export function updateTime(atMs: number): string {
  return new Date(atMs).toISOString().replace("Z", "000Z");
}

function text(entry: Entry, name: string): string {
  const value = entry[name];
  return typeof value === "string" ? value : "";
}

function toJson(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
