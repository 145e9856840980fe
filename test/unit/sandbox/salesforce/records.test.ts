import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSalesforce, recordsOf, type SalesforceClient } from "./salesforce-client.ts";

let salesforce: SalesforceClient;
let nowMs = Date.parse("2026-11-02T09:00:00.500Z");

beforeEach(async () => {
  nowMs = Date.parse("2026-11-02T09:00:00.500Z");
  salesforce = await openSalesforce({ clients: 3, clock: { now: () => nowMs } });
});
afterEach(() => salesforce.close());

const create = (json: unknown) => salesforce.ask("POST", "/sobjects/Contact", { json });

async function read(id: string, fields: string) {
  const [record] = recordsOf(
    await salesforce.ask("GET", `/composite/sobjects/Contact?ids=${id}&fields=${fields}`),
  );
  return record;
}

describe("a contact", () => {
  it("is made, changed and deleted, with answers that show nothing of it", async () => {
    const made = await create({ FirstName: " Ana ", LastName: "Berg", Email: "" });
    expect([made.status, made.body]).toMatchObject([201, { success: true, errors: [] }]);
    const id = await salesforce.add({ FirstName: " Ana ", LastName: "Berg", Email: "" });
    expect(id).toMatch(/^003[A-Za-z0-9]{15}$/);
    expect(await read(id, "Name,FirstName,Email,SystemModstamp,OwnerId")).toMatchObject({
      Name: "Ana Berg",
      FirstName: "Ana",
      Email: null,
      SystemModstamp: "2026-11-02T09:00:00.000+0000",
    });
    nowMs += 5000;
    const path = `/sobjects/Contact/${id}`;
    const changed = await salesforce.ask("PATCH", path, { json: { Phone: "1" } });
    expect([changed.status, changed.body]).toEqual([204, null]);
    expect(await read(id, "Phone,LastModifiedDate")).toMatchObject({
      Phone: "1",
      LastModifiedDate: "2026-11-02T09:00:05.000+0000",
    });
    expect((await salesforce.ask("DELETE", path)).status).toBe(204);
    expect((await salesforce.ask("DELETE", path)).code).toBe("ENTITY_IS_DELETED");
    expect((await salesforce.ask("PATCH", path, { json: {} })).status).toBe(404);
    expect((await salesforce.ask("PATCH", "/sobjects/Contact/x", { json: {} })).code).toBe(
      "NOT_FOUND",
    );
  });

  it.each([
    [{ FirstName: "Ana" }, "REQUIRED_FIELD_MISSING"],
    [{ LastName: " " }, "REQUIRED_FIELD_MISSING"],
    [{ LastName: "x".repeat(81) }, "STRING_TOO_LONG"],
    [{ LastName: "A", MailingStreet: "x".repeat(256) }, "STRING_TOO_LONG"],
    [{ LastName: "A", Email: "ana" }, "INVALID_EMAIL_ADDRESS"],
    [{ LastName: "A", Name: "A" }, "INVALID_FIELD_FOR_INSERT_UPDATE"],
    [{ LastName: "A", Nmae: "A" }, "INVALID_FIELD"],
    [{ LastName: 5 }, "JSON_PARSER_ERROR"],
    [{ LastName: "A", DoNotCall: "yes" }, "JSON_PARSER_ERROR"],
    [{ LastName: "A", AccountId: "001000000000000AAA" }, "INVALID_CROSS_REFERENCE_KEY"],
    [{ LastName: "A", AccountId: "x" }, "MALFORMED_ID"],
    [[], "JSON_PARSER_ERROR"],
  ])("is refused where it is wrong: %j", async (json, code) => {
    const answer = await create(json);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  it("is written only as long as nobody edited it, by the second", async () => {
    const id = await salesforce.add({ LastName: "Berg" });
    const since = (date: string) =>
      salesforce.ask("PATCH", `/sobjects/Contact/${id}`, {
        json: { Phone: "1" },
        headers: { "if-unmodified-since": date },
      });
    expect((await since("Mon, 02 Nov 2026 08:59:59 GMT")).status).toBe(412);
    expect((await since("Mon, 02 Nov 2026 09:00:00 GMT")).status).toBe(204);
  });

  it("is refused by a duplicate rule, which names the contacts by their ids", async () => {
    const id = await salesforce.add({ LastName: "Berg", Email: "ana@example.com" });
    salesforce.sandbox.control.changeVendor({ duplicate_rule: true });
    const answer = await create({ LastName: "Tal", Email: "Ana@Example.com" });
    expect(answer.code).toBe("DUPLICATES_DETECTED");
    expect(JSON.stringify(answer.body)).toContain(`"Id":"${id}"`);
    const own = await salesforce.ask("PATCH", `/sobjects/Contact/${id}`, { json: { Phone: "1" } });
    expect(own.status).toBe(204);
  });

  it("needs JSON that says so", async () => {
    const answer = await salesforce.ask("POST", "/sobjects/Contact", {
      json: { LastName: "A" },
      headers: { "content-type": "text/plain" },
    });
    expect(answer.status).toBe(415);
  });
});

describe("a collection", () => {
  const attributes = { type: "Contact" };
  const post = (records: unknown, others: object = {}) =>
    salesforce.ask("POST", "/composite/sobjects", { json: { records, ...others } });

  it("writes each by itself, and codes have another name there", async () => {
    const answer = await post([
      { attributes, LastName: "A" },
      { attributes, FirstName: "B" },
    ]);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      [
        { success: true, errors: [] },
        {
          success: false,
          errors: [{ statusCode: "REQUIRED_FIELD_MISSING", fields: ["LastName"] }],
        },
      ],
    ]);
  });

  it.each([
    [[], "JSON_PARSER_ERROR"],
    [[{ LastName: "A" }], "INVALID_TYPE"],
    [[{ attributes: { type: "Lead" }, LastName: "A" }], "INVALID_TYPE"],
    [
      [
        { attributes, LastName: "A" },
        { attributes, Nmae: "B" },
      ],
      "INVALID_FIELD",
    ],
    [Array.from({ length: 201 }, () => ({ attributes, LastName: "A" })), "EXCEEDED_ID_LIMIT"],
  ])("is turned away as a whole where it cannot be read", async (records, code) => {
    expect((await post(records)).code).toBe(code);
    expect(recordsOf(await salesforce.query("SELECT Id FROM Contact")).length).toBe(3);
  });

  it("takes no members that it does not know", async () => {
    expect((await post([{ attributes, LastName: "A" }], { allOrNil: true })).status).toBe(400);
  });

  it("updates by id, and reads by ids with null for those that are not there", async () => {
    const id = await salesforce.add({ LastName: "Berg" });
    const records = [
      { attributes, id, Phone: "1" },
      { attributes, Phone: "2" },
    ];
    const answer = await salesforce.ask("PATCH", "/composite/sobjects", { json: { records } });
    expect(answer.body).toMatchObject([
      { success: true, id },
      { success: false, errors: [{ statusCode: "MISSING_ARGUMENT" }] },
    ]);
    const path = "/composite/sobjects/Contact?fields=Id,Phone&ids=";
    expect((await salesforce.ask("GET", `${path}${id},003000000000000AAA`)).body).toMatchObject([
      { Id: id, Phone: "1" },
      null,
    ]);
    expect((await salesforce.ask("GET", `${path}x`)).code).toBe("MALFORMED_ID");
  });
});

describe("the org", () => {
  it("counts requests over a day, and tells so in each answer", async () => {
    salesforce.sandbox.control.changeVendor({ daily_limit: 3 });
    const ask = () => salesforce.query("SELECT Id FROM Organization");
    expect((await ask()).headers.get("sforce-limit-info")).toBe("api-usage=1/3");
    await ask();
    expect((await ask()).headers.get("sforce-limit-info")).toBe("api-usage=3/3");
    const spent = await ask();
    expect([spent.status, spent.code]).toEqual([403, "REQUEST_LIMIT_EXCEEDED"]);
    nowMs += 24 * 3600 * 1000;
    expect((await ask()).status).toBe(200);
  });

  it("answers no other version, object or path", async () => {
    for (const path of ["/sobjects/Lead", "/limits", "/sobjects/Contact/a/b"])
      expect((await salesforce.ask("POST", path, { json: {} })).code).toBe("NOT_FOUND");
  });

  it("merges at most two contacts into one, of which each names it", async () => {
    const [a, b, c] = [
      await salesforce.add({ LastName: "A" }),
      await salesforce.add({ LastName: "B" }),
      await salesforce.add({ LastName: "C" }),
    ];
    const { control } = salesforce.sandbox;
    control.changeVendor({ merge_contacts: { winner: a, losers: [b, c] } });
    const soql = "SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true ORDER BY Id";
    const merged = recordsOf(await salesforce.query(soql, "queryAll"));
    expect(new Set(merged.map((record) => record["MasterRecordId"]))).toEqual(new Set([a]));
    expect(() => control.changeVendor({ undelete_contact: b })).toThrow("recycle bin");
    expect(() => control.changeVendor({ merge_contacts: { winner: a, losers: [b] } })).toThrow(
      "There is no contact",
    );
    expect(() => control.changeVendor({ merge_contacts: 5 })).toThrow("winner");
    expect(() => control.changeVendor({ duplicates: true })).toThrow("is not known");
    expect(() => control.changeVendor({ duplicate_rule: 1 })).toThrow("cannot be");
  });

  it("has people of its own beside those that all sandboxes share", async () => {
    salesforce.sandbox.control.reset({ clients: 30, seed: 4 });
    const soql = "SELECT Id, Name, Email, AccountId FROM Contact";
    const records = recordsOf(await salesforce.query(soql));
    expect(new Set(records.map((record) => record["Email"])).size).toBe(30);
    expect(records.some((record) => record["AccountId"] !== null)).toBe(true);
    expect(records.every((record) => record["Name"] !== "")).toBe(true);
  });
});
