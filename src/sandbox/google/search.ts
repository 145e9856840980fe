import { versionAt, type Version } from "./address-book.ts";
import { refuse, refuseInput } from "./errors.ts";
import { readablePaths, requireMask } from "./masks.ts";
import { readSources, sourcesParameter, type Call, type Operation } from "./operation.ts";
import { toPerson } from "./person-output.ts";
import { contactsReadonlyScope, contactsScope } from "./scopes.ts";

/** Searches what its cache holds: an empty query fills the cache, any other one reads it as it is. */
export function createSearch(): { readonly search: Operation; clear(): void } {
  /** Per account the last write that its cache holds. */
  const warmedTo = new Map<string, number>();

  const run = (call: Call): unknown => {
    const { query } = call.request;
    const mask = requireMask(query.get("readMask"), {
      name: "readMask",
      valid: readablePaths,
      page: "people/searchContacts",
    });
    const sources = readSources(query.getAll(sourcesParameter), ["READ_SOURCE_TYPE_CONTACT"]);
    const size = readPageSize(query.get("pageSize"));
    const text = query.get("query");
    if (text === null) refuse("INVALID_ARGUMENT", "Request must specify query.");
    if (text === "") {
      warmedTo.set(call.account.id, call.book.visibleSequence());
      return {};
    }
    const sequence = warmedTo.get(call.account.id) ?? 0;
    const wanted = text.trim().toLowerCase();
    const results: object[] = [];
    for (const contact of call.book.contacts()) {
      if (results.length === size) break;
      const version = versionAt(contact, sequence);
      if (version === null || version.deleted || !matches(version, wanted)) continue;
      results.push({ person: toPerson(contact, version, { mask, sources }) });
    }
    return results.length > 0 ? { results } : {};
  };

  return {
    search: {
      method: "GET",
      template: "/v1/people:searchContacts",
      rpc: "google.people.v1.PeopleService.SearchContacts",
      scopes: [contactsScope, contactsReadonlyScope],
      parameters: ["pageSize", "query", "readMask", sourcesParameter],
      run,
    },
    clear: () => warmedTo.clear(),
  };
}

function readPageSize(value: string | null): number {
  if (value === null || value === "" || value === "0") return 10;
  if (!/^\d+$/.test(value))
    refuseInput("page_size", `Invalid value at 'page_size' (TYPE_INT32), "${value}"`);
  return Math.min(30, Number(value));
}

const searched: readonly (readonly [string, readonly string[]])[] = [
  ["names", ["unstructuredName", "givenName", "middleName", "familyName"]],
  ["nicknames", ["value"]],
  ["emailAddresses", ["value"]],
  ["phoneNumbers", ["value"]],
  ["organizations", ["name", "title"]],
];

/** Whether the phrase starts at the beginning of a word of one of the searched fields. */
function matches(version: Version, wanted: string): boolean {
  const phrases = searched.flatMap(([field, parts]) =>
    (version.fields[field] ?? []).flatMap((entry) => {
      const values = parts.map((part) => entry[part]).filter((value) => typeof value === "string");
      const full = field === "names" ? [values.join(" ")] : [];
      const digits = field === "phoneNumbers" ? values.map((v) => v.replaceAll(/[^\d+]/g, "")) : [];
      return [...values, ...full, ...digits];
    }),
  );
  return phrases.some((phrase) => startsAtAWord(phrase.toLowerCase(), wanted));
}

function startsAtAWord(phrase: string, wanted: string): boolean {
  for (let at = phrase.indexOf(wanted); at !== -1; at = phrase.indexOf(wanted, at + 1))
    if (at === 0 || !/[\p{L}\p{N}]/u.test(phrase.charAt(at - 1))) return true;
  return false;
}
