import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import { signIn } from "../conformance/provider-salesforce-records.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { isRecord } from "../support/json.ts";
import { createSalesforceChecker } from "../support/salesforce-checker.ts";
import { openSandbox, type SandboxClient } from "../support/sandbox-client.ts";

const folder = contractsOf("salesforce");
const root = "/services/data/v66.0";

const everyField =
  "Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,Salutation,Name,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,MailingAddress,Phone,Fax,MobilePhone,HomePhone,Email,Title,Department,LeadSource,Description,OwnerId,CreatedDate,LastModifiedDate,SystemModstamp";

interface Asked {
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("Salesforce's sandbox and the description of its API", () => {
  let checker: ContractChecker;
  let salesforce: SandboxClient;

  beforeAll(async () => {
    checker = createSalesforceChecker(folder ?? "");
    salesforce = await openSandbox("salesforce", { clients: 2100, autoConsent: true });
  });

  afterAll(() => salesforce.close());

  const call = async (method: string, path: string, { json, headers = {} }: Asked = {}) => {
    const response = await fetch(`${salesforce.sandbox.origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${salesforce.credential("access_token")}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    return { status: response.status, body };
  };

  const served = async (drive: () => Promise<unknown>): Promise<readonly LedgerEntry[]> => {
    const before = salesforce.sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = salesforce.sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries;
  };

  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> =>
    (await served(drive)).flatMap((entry) => checker.check(entry));

  const query = (soql: string, resource = "query") =>
    call("GET", `${root}/${resource}?q=${encodeURIComponent(soql)}`);

  const create = async (values: Readonly<Record<string, unknown>>): Promise<string> => {
    const { status, body } = await call("POST", `${root}/sobjects/Contact`, { json: values });
    expect(status).toBe(201);
    return isRecord(body) ? String(body["id"]) : "";
  };

  it("agree on queries, in pages and with what was deleted", async () => {
    const problems = await problemsOf(async () => {
      const id = await create({ LastName: "Zimmer" });
      expect((await call("DELETE", `${root}/sobjects/Contact/${id}`)).status).toBe(204);
      const select = `SELECT ${everyField} FROM Contact`;
      const all = await query(`${select} ORDER BY SystemModstamp, Id`, "queryAll");
      const next = isRecord(all.body) ? String(all.body["nextRecordsUrl"]) : "";
      expect((await call("GET", next)).body).toMatchObject({ done: true, totalSize: 2101 });
      const gone = await query(`${select} WHERE IsDeleted = true`, "queryAll");
      expect(gone.body).toMatchObject({ totalSize: 1 });
      expect((await query("SELECT Id, Name FROM Organization")).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on creating, reading, changing and deleting a contact", async () => {
    const problems = await problemsOf(async () => {
      const id = await create(rich);
      const path = `${root}/sobjects/Contact/${id}`;
      const headers = { "if-unmodified-since": new Date(Date.now() + 1000).toUTCString() };
      expect((await call("PATCH", path, { json: { Title: null }, headers })).status).toBe(204);
      const past = { "if-unmodified-since": new Date(0).toUTCString() };
      expect((await call("PATCH", path, { json: { Title: "x" }, headers: past })).status).toBe(412);
      const asked = `${root}/composite/sobjects/Contact?ids=${id},003000000000000AAA&fields=${everyField}`;
      expect((await call("GET", asked)).body).toMatchObject([{ Id: id, Title: null }, null]);
      expect((await call("DELETE", path)).status).toBe(204);
      expect((await call("DELETE", path)).status).toBe(404);
    });
    expect(problems).toEqual([]);
  });

  it("agree on collections, of which each record has its own result", async () => {
    const problems = await problemsOf(async () => {
      const attributes = { type: "Contact" };
      const records = [
        { attributes, ...rich },
        { attributes, LastName: "x".repeat(81) },
      ];
      const path = `${root}/composite/sobjects`;
      const made = await call("POST", path, { json: { allOrNone: false, records } });
      expect(made.body).toMatchObject([{ success: true }, { success: false }]);
      const id = Array.isArray(made.body) && isRecord(made.body[0]) ? made.body[0]["id"] : "";
      const changes = [
        { attributes, id, Phone: null },
        { attributes, id: "003000000000000AAA", Phone: "1" },
      ];
      const changed = await call("PATCH", path, { json: { records: changes } });
      expect(changed.body).toMatchObject([{ success: true }, { success: false }]);
    });
    expect(problems).toEqual([]);
  });

  it("agree on tokens", async () => {
    const problems = await problemsOf(async () => {
      expect(await signIn(salesforce.sandbox)).toMatch(/^00D/);
      const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: "none" });
      expect(
        (
          await fetch(`${salesforce.sandbox.origin}/services/oauth2/token`, {
            method: "POST",
            body,
          })
        ).status,
      ).toBe(400);
    });
    expect(problems).toEqual([]);
  });

  it("agree on the form of errors", async () => {
    const problems = await problemsOf(async () => {
      expect((await query("SELECT Id FROM Contact WHERE")).status).toBe(400);
      expect((await call("GET", `${root}/query/none-2000`)).status).toBe(400);
      const wrong = { headers: { authorization: "Bearer x" } };
      expect((await call("GET", `${root}/query/none-2000`, wrong)).status).toBe(401);
      salesforce.sandbox.control.changeVendor({ duplicate_rule: true });
      await create({ LastName: "Twin", Email: "twin@example.com" });
      const twin = { LastName: "Twin", Email: "Twin@example.com" };
      expect((await call("POST", `${root}/sobjects/Contact`, { json: twin })).status).toBe(400);
      for (const status of [400, 401, 403, 404, 429, 500, 502, 503, 504]) {
        salesforce.sandbox.control.addFaults({ match: {}, kind: "status", status });
        expect((await query("SELECT Id FROM Contact")).status).toBe(status);
      }
    });
    expect(problems).toEqual([]);
  });

  describe("the checker", () => {
    const wrong: readonly (readonly [string, string, string, Asked])[] = [
      ["LastName", "POST", "/sobjects/Contact", { json: { FirstName: "A" } }],
      ["additional", "POST", "/sobjects/Contact", { json: { LastName: "A", Name: "A" } }],
      ["must be string", "POST", "/sobjects/Contact", { json: { LastName: 5 } }],
      ["no field Emial", "GET", "/query?q=SELECT%20Emial%20FROM%20Contact", {}],
      [
        "no field Emial",
        "GET",
        "/composite/sobjects/Contact?ids=003000000000000AAA&fields=Emial",
        {},
      ],
      ["attributes", "POST", "/composite/sobjects", { json: { records: [{ LastName: "A" }] } }],
      [
        "is no date",
        "PATCH",
        "/sobjects/Contact/x",
        { json: {}, headers: { "if-unmodified-since": "2026-01-01T00:00:00Z" } },
      ],
      ["is not described", "GET", "/sobjects/Lead/x", {}],
    ];

    it.each(wrong)("tells a request apart that is wrong: %s in %s %s", async (...request) => {
      const [problem, method, path, asked] = request;
      const problems = await problemsOf(() => call(method, `${root}${path}`, asked));
      expect(problems.join("\n")).toContain(problem);
    });

    it("tells an answer apart that is wrong", async () => {
      const [entry] = await served(() => query("SELECT Id, Email FROM Contact LIMIT 1"));
      const check = (record: unknown) =>
        entry === undefined
          ? []
          : checker.check({
              ...entry,
              answer: JSON.stringify({ totalSize: 1, done: true, records: [record] }),
            });
      const attributes = { type: "Contact", url: "/" };
      expect(check({ attributes, Email: "a@b.test" })).toEqual([]);
      expect(check({ attributes, Email: 5 })).not.toEqual([]);
      expect(check({ attributes, Mail: "a@b.test" })).not.toEqual([]);
      expect(check({ attributes, SystemModstamp: "2026-01-01" })).not.toEqual([]);
    });

    it("counts what it checked", () => {
      expect(checker.checked).toBeGreaterThan(30);
    });
  });
});

const rich = {
  FirstName: "Zoë",
  LastName: "Zimmer",
  Salutation: "Dr.",
  Email: "zoe@zimmer.test",
  Phone: "+41 44 668 18 00",
  MobilePhone: "+41 79 000 00 00",
  Title: "Owner",
  Department: "Sales",
  LeadSource: "Web",
  MailingStreet: "Bahnhofstr. 1\n2. OG",
  MailingCity: "Zürich",
  MailingPostalCode: "8001",
  MailingCountry: "CH",
  Description: "Met in spring.",
  DoNotCall: true,
};
