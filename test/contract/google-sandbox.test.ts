import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { createGoogleChecker } from "../support/google-contract.ts";
import { isRecord, type JsonRecord } from "../support/json.ts";
import { openSandbox, type SandboxClient } from "../support/sandbox-client.ts";

const folder = contractsOf("google");
const allFields =
  "addresses,ageRanges,biographies,birthdays,calendarUrls,clientData,coverPhotos,emailAddresses,events,externalIds,genders,imClients,interests,locales,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,organizations,phoneNumbers,photos,relations,sipAddresses,skills,urls,userDefined";

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("Google's sandbox and Google's own descriptions", () => {
  let checker: ContractChecker;
  let google: SandboxClient;

  beforeAll(async () => {
    checker = createGoogleChecker(folder ?? "");
    google = await openSandbox("google", { clients: 40 });
  });

  afterAll(() => google.close());

  const call = async (
    method: string,
    path: string,
    options: { readonly json?: unknown; readonly token?: string | null } = {},
  ): Promise<{ readonly status: number; readonly body: JsonRecord }> => {
    const token = options.token === undefined ? google.credential("access_token") : options.token;
    const response = await fetch(`${google.sandbox.origin}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(options.json === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
    });
    const text = await response.text();
    const body: unknown = text.startsWith("{") ? JSON.parse(text) : {};
    return { status: response.status, body: isRecord(body) ? body : {} };
  };

  /** Does it, and returns the requests with what the checker says of each. */
  const served = async (drive: () => Promise<unknown>): Promise<readonly LedgerEntry[]> => {
    const before = google.sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = google.sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries;
  };

  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> =>
    (await served(drive)).flatMap((entry) => checker.check(entry));

  const fine = async (...request: Parameters<typeof call>): Promise<JsonRecord> => {
    const answer = await call(...request);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  };

  it("agree on listing contacts, in pages and by sync token", async () => {
    const problems = await problemsOf(async () => {
      const path = `/v1/people/me/connections?personFields=${allFields}&requestSyncToken=true&pageSize=25`;
      const first = await fine("GET", path);
      const page = String(first["nextPageToken"]);
      const last = await fine("GET", `${path}&pageToken=${page}`);
      const [person] = peopleOf(last["connections"]);
      await fine("DELETE", `/v1/${String(person?.["resourceName"])}:deleteContact`);
      const token = encodeURIComponent(String(last["nextSyncToken"]));
      const changed = await fine("GET", `${path}&syncToken=${token}`);
      expect(peopleOf(changed["connections"])).toHaveLength(1);
      for (const query of [
        "sortOrder=LAST_NAME_ASCENDING",
        "sources=READ_SOURCE_TYPE_CONTACT&sources=READ_SOURCE_TYPE_PROFILE",
        "sources=READ_SOURCE_TYPE_CONTACT&pageSize=0",
      ])
        await fine("GET", `/v1/people/me/connections?personFields=names,photos&${query}`);
    });
    expect(problems).toEqual([]);
  });

  it("agree on creating, reading, changing and deleting a contact", async () => {
    const problems = await problemsOf(async () => {
      const made = await fine(
        "POST",
        `/v1/people:createContact?personFields=${allFields}&sources=READ_SOURCE_TYPE_CONTACT`,
        { json: richContact },
      );
      const path = `/v1/${String(made["resourceName"])}`;
      const read = await fine("GET", `${path}?personFields=${allFields}`);
      await fine("PATCH", `${path}:updateContact?updatePersonFields=names,emailAddresses`, {
        json: { ...read, names: [{ givenName: "Zoé" }] },
      });
      const names = `resourceNames=${path.slice(4)}&resourceNames=people/c1`;
      await fine("GET", `/v1/people:batchGet?${names}&personFields=names,metadata`);
      await fine("DELETE", `${path}:deleteContact`);
      await fine("GET", "/v1/people/me?personFields=names,emailAddresses,metadata");
    });
    expect(problems).toEqual([]);
  });

  it("agree on batches", async () => {
    const problems = await problemsOf(async () => {
      const made = await fine("POST", "/v1/people:batchCreateContacts", {
        json: {
          contacts: [{ contactPerson: richContact }, { contactPerson: { names: [] } }],
          readMask: "names,metadata",
          sources: ["READ_SOURCE_TYPE_CONTACT"],
        },
      });
      const people = peopleOf(made["createdPeople"]).map((item) => toRecord(item["person"]));
      const names = people.map((person) => String(person["resourceName"]));
      const contacts = Object.fromEntries(
        people.map((person, index) => [names[index], { ...person, nicknames: [{ value: "Z" }] }]),
      );
      await fine("POST", "/v1/people:batchUpdateContacts", {
        json: { contacts, updateMask: "nicknames", readMask: "nicknames" },
      });
      await fine("POST", "/v1/people:batchDeleteContacts", { json: { resourceNames: names } });
      expect(
        await fine("POST", "/v1/people:batchCreateContacts", {
          json: { contacts: [{ contactPerson: {} }], readMask: "" },
        }),
      ).toEqual({});
    });
    expect(problems).toEqual([]);
  });

  it("agree on search", async () => {
    const problems = await problemsOf(async () => {
      await fine("POST", "/v1/people:createContact?personFields=names", {
        json: { names: [{ givenName: "Quirin" }] },
      });
      await fine("GET", "/v1/people:searchContacts?query=&readMask=names");
      const path = "/v1/people:searchContacts?query=quir&readMask=names,emailAddresses&pageSize=30";
      const found = await fine("GET", `${path}&sources=READ_SOURCE_TYPE_CONTACT`);
      expect(peopleOf(found["results"])).toHaveLength(1);
    });
    expect(problems).toEqual([]);
  });

  it("agree on contact groups", async () => {
    const problems = await problemsOf(async () => {
      const made = await fine("POST", "/v1/contactGroups", {
        json: {
          contactGroup: { name: "Regulars", clientData: [{ key: "k", value: "v" }] },
          readGroupFields: "name,clientData,metadata,groupType",
        },
      });
      const path = `/v1/${String(made["resourceName"])}`;
      const listed = await fine("GET", "/v1/people/me/connections?personFields=names&pageSize=2");
      const names = peopleOf(listed["connections"]).map((person) => String(person["resourceName"]));
      await fine("POST", `${path}/members:modify`, {
        json: { resourceNamesToAdd: [...names, "people/c1"] },
      });
      const fields = "groupFields=name,memberCount,metadata,groupType,clientData";
      const group = await fine("GET", `${path}?${fields}&maxMembers=10`);
      expect(group["memberResourceNames"]).toEqual(names);
      await fine("POST", `${path}/members:modify`, { json: { resourceNamesToRemove: names } });
      const page = await fine("GET", "/v1/contactGroups?pageSize=4");
      await fine("GET", `/v1/contactGroups?pageSize=4&pageToken=${String(page["nextPageToken"])}`);
    });
    expect(problems).toEqual([]);
  });

  it("agree on userinfo and tokeninfo", async () => {
    const problems = await problemsOf(async () => {
      await fine("GET", "/oauth2/v2/userinfo");
      await fine("GET", "/userinfo/v2/me");
      await fine("POST", `/oauth2/v2/tokeninfo?access_token=${google.credential("access_token")}`);
    });
    expect(problems).toEqual([]);
  });

  it("agree on the form of errors", async () => {
    const people = "/v1/people/me/connections?personFields=names";
    const problems = await problemsOf(async () => {
      expect((await call("GET", `${people}&syncToken=unknown`)).status).toBe(400);
      expect((await call("GET", `${people}&requestSyncToken=true`, { token: "x" })).status).toBe(
        401,
      );
      expect((await call("GET", "/v1/people/c1?personFields=names")).status).toBe(404);
      expect((await call("GET", "/oauth2/v2/userinfo", { token: "x" })).status).toBe(401);
      for (const status of [400, 401, 403, 404, 409, 429, 500, 502, 503, 504]) {
        google.sandbox.control.addFaults({ match: {}, kind: "status", status });
        expect((await call("GET", people)).status).toBe(status);
      }
      for (const kind of ["html", "empty-page", "lost-answer"] as const) {
        google.sandbox.control.addFaults({ match: {}, kind });
        await call("GET", people).catch(() => null);
      }
    });
    expect(problems).toEqual([]);
  });

  describe("the checker", () => {
    const wrong: readonly (readonly [string, Parameters<typeof call>])[] = [
      ["personFields: is required", ["GET", "/v1/people/c1"]],
      ['has no path "name"', ["GET", "/v1/people/c1?personFields=name"]],
      ["foo: is not in the description", ["GET", "/v1/people/c1?personFields=names&foo=1"]],
      ["is no integer", ["GET", "/v1/people/me/connections?personFields=names&pageSize=x"]],
      ["may stand once", ["GET", "/v1/people/c1?personFields=names&personFields=photos"]],
      ["no bearer token", ["GET", "/v1/people/c1?personFields=names", { token: null }]],
      ["is in no description", ["GET", "/v1/otherContacts?readMask=names"]],
      ["email: is not in the description", createOf({ emailAddresses: [{ email: "a@b.test" }] })],
      ["value: is no string", createOf({ emailAddresses: [{ value: 1 }] })],
      ["displayName: is read-only", createOf({ names: [{ displayName: "A" }] })],
      ["emailAddresses: is no array", createOf({ emailAddresses: {} })],
      ["type: is no one of DEFAULT", createOf({ nicknames: [{ value: "a", type: "X" }] })],
      ["has no contact source", updateOf({ etag: "e", names: [] })],
      ["has no etag", updateOf({ metadata: { sources: [{ type: "CONTACT" }] } })],
      ["body: none is expected", ["DELETE", "/v1/people/c1:deleteContact", { json: {} }]],
      [
        "updateMask: is required",
        ["POST", "/v1/people:batchUpdateContacts", { json: { contacts: {} } }],
      ],
    ];

    it.each(wrong)("tells a request apart that is wrong: %s", async (problem, request) => {
      const problems = await problemsOf(() => call(...request));
      expect(problems.join("\n")).toContain(problem);
    });

    it("tells an answer apart that is wrong", async () => {
      const [entry] = await served(() => fine("GET", "/v1/people/me?personFields=names"));
      const check = (answer: unknown) =>
        entry === undefined ? [] : checker.check({ ...entry, answer: JSON.stringify(answer) });
      expect(check({ resourceName: "people/1" })).toEqual([]);
      expect(check({ resourceName: 1 })).toHaveLength(1);
      expect(check({ name: "people/1" })).toHaveLength(1);
      expect(check({ metadata: { sources: [{ updateTime: "today" }] } })).toHaveLength(1);
      expect(check([])).toHaveLength(1);
    });

    it("counts what it checked", () => {
      expect(checker.checked).toBeGreaterThan(60);
    });
  });
});

function createOf(person: JsonRecord): [string, string, { json: JsonRecord }] {
  return ["POST", "/v1/people:createContact", { json: person }];
}

function updateOf(person: JsonRecord): [string, string, { json: JsonRecord }] {
  return ["PATCH", "/v1/people/c1:updateContact?updatePersonFields=names", { json: person }];
}

const richContact = {
  names: [{ givenName: "Zoë", familyName: "Zimmer", honorificPrefix: "Dr." }],
  emailAddresses: [{ value: "zoe@zimmer.test", type: "work" }, { value: "zoe@home.test" }],
  phoneNumbers: [{ value: "+41 44 668 18 00", type: "mobile" }],
  organizations: [{ name: "Zimmer AG", title: "Owner", current: true, startDate: { year: 2020 } }],
  addresses: [
    { streetAddress: "Bahnhofstr. 1", city: "Zürich", postalCode: "8001", country: "CH" },
  ],
  biographies: [{ value: "Met in spring.", contentType: "TEXT_PLAIN" }],
  birthdays: [{ date: { month: 2, day: 29 } }],
  events: [{ type: "anniversary", date: { year: 2001, month: 5, day: 1 } }],
  memberships: [
    { contactGroupMembership: { contactGroupResourceName: "contactGroups/myContacts" } },
  ],
  urls: [{ value: "https://zimmer.test", type: "homePage" }],
  relations: [{ person: "Uli", type: "partner" }],
  imClients: [{ username: "zoe", protocol: "jabber", type: "home" }],
  externalIds: [{ value: "42", type: "customer" }],
  clientData: [{ key: "astralis", value: "0198" }],
  userDefined: [{ key: "tier", value: "gold" }],
  nicknames: [{ value: "Zo", type: "DEFAULT" }],
  genders: [{ value: "female", addressMeAs: "she/her" }],
  locations: [{ value: "Desk", current: true }],
  miscKeywords: [{ value: "k", type: "WORK" }],
  calendarUrls: [{ url: "https://cal.test", type: "work" }],
  sipAddresses: [{ value: "sip:zoe@zimmer.test" }],
  occupations: [{ value: "Architect" }],
  interests: [{ value: "Hiking" }],
  locales: [{ value: "de-CH" }],
};

function peopleOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function toRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}
