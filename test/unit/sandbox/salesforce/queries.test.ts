import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRecord } from "../../../support/json.ts";
import { openSalesforce, recordsOf, type SalesforceClient } from "./salesforce-client.ts";

let salesforce: SalesforceClient;
let nowMs = Date.parse("2026-11-02T09:00:00.500Z");

beforeEach(async () => {
  nowMs = Date.parse("2026-11-02T09:00:00.500Z");
  salesforce = await openSalesforce({ clients: 5, clock: { now: () => nowMs } });
});
afterEach(() => salesforce.close());

async function idsOf(soql: string, resource?: "query" | "queryAll") {
  const answer = await salesforce.query(soql, resource);
  expect(answer.status).toBe(200);
  return recordsOf(answer).map((record) => record["Id"]);
}

describe("a query", () => {
  it("shows the fields that it names, and what kind of record it is", async () => {
    const [first] = recordsOf(await salesforce.query("SELECT Id, lastname FROM contact LIMIT 1"));
    const url = `/services/data/v66.0/sobjects/Contact/${String(first?.["Id"])}`;
    expect(first).toMatchObject({ attributes: { type: "Contact", url } });
    expect(Object.keys(first ?? {})).toEqual(["attributes", "Id", "LastName"]);
  });

  it("compares texts in any case, ids letter by letter, and times", async () => {
    const id = await salesforce.add({ LastName: "O'Neil", Email: "Ana@Example.com" });
    const escaped = "SELECT Id FROM Contact WHERE LastName = 'o\\'neil'";
    expect(await idsOf(escaped)).toEqual([id]);
    expect(await idsOf("SELECT Id FROM Contact WHERE Email IN ('x', 'ana@example.COM')")).toEqual([
      id,
    ]);
    expect(await idsOf(`SELECT Id FROM Contact WHERE Id = '${id.slice(0, 15)}'`)).toEqual([id]);
    const since = "WHERE SystemModstamp >= 2026-11-02T09:00:00Z AND Email != null";
    expect(await idsOf(`SELECT Id FROM Contact ${since}`)).toEqual([id]);
    const ordered = "SELECT Id FROM Contact ORDER BY SystemModstamp DESC, Id LIMIT 1";
    expect(await idsOf(ordered)).toEqual([id]);
  });

  it.each([
    ["SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"],
    ["SELECT Id FROM Contact WHERE LastName = 'a", "MALFORMED_QUERY"],
    ["SELECT Id FROM Contact WHERE LastName = 'a' OR Id = null", "MALFORMED_QUERY"],
    ["SELECT Id, FROM Contact", "MALFORMED_QUERY"],
    ["SELECT * FROM Contact", "MALFORMED_QUERY"],
    ["SELECT Id, Id FROM Contact", "INVALID_FIELD"],
    ["SELECT Emial FROM Contact", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE SystemModstamp >= '2026-11-02T09:00:00Z'", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE Email = 2026-11-02T09:00:00Z", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR"],
    ["SELECT Id FROM Contact WHERE MailingAddress = 'x'", "INVALID_FIELD"],
    ["SELECT Id FROM Kontakt", "INVALID_TYPE"],
  ])("is refused where it is wrong: %s", async (soql, code) => {
    const answer = await salesforce.query(soql);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  it("needs its text, and takes nothing else", async () => {
    expect((await salesforce.ask("GET", "/query")).code).toBe("MISSING_ARGUMENT");
    expect((await salesforce.ask("GET", "/query?q=x&limit=5")).status).toBe(400);
  });

  it("sees the recycle bin only where it asks for it, and for fifteen days", async () => {
    const id = await salesforce.add({ LastName: "Berg" });
    await salesforce.ask("DELETE", `/sobjects/Contact/${id}`);
    const deleted = "SELECT Id FROM Contact WHERE IsDeleted = true";
    expect(await idsOf(deleted)).toEqual([]);
    expect(await idsOf(deleted, "queryAll")).toEqual([id]);
    nowMs += 15 * 24 * 3600 * 1000;
    expect(await idsOf(deleted, "queryAll")).toEqual([]);
  });

  it("reads on in pages of two thousand, as the results were when they were asked for", async () => {
    salesforce.sandbox.control.reset({ clients: 4001 });
    const first = await salesforce.query("SELECT Id, LastName FROM Contact ORDER BY Id");
    expect(first.body).toMatchObject({ totalSize: 4001, done: false });
    expect(recordsOf(first).length).toBe(2000);
    const next = isRecord(first.body) ? String(first.body["nextRecordsUrl"]) : "";
    expect(next).toMatch(/^\/services\/data\/v66\.0\/query\/01g\w{15}-2000$/);
    const path = next.replace("/services/data/v66.0", "");
    const second = await salesforce.ask("GET", path);
    const [seen] = recordsOf(second);
    await salesforce.ask("PATCH", `/sobjects/Contact/${String(seen?.["Id"])}`, {
      json: { LastName: "New" },
    });
    expect((await salesforce.ask("GET", path)).body).toEqual(second.body);
    nowMs += 2 * 24 * 3600 * 1000;
    expect((await salesforce.ask("GET", path)).code).toBe("INVALID_QUERY_LOCATOR");
  });
});
