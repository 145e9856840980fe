import { describe, expect, it } from "vitest";
import { isRecord, type JsonRecord } from "../../../support/json.ts";
import { codeOf, createRoom, type QuickBooksRoom } from "./quickbooks-room.ts";

const save = (room: QuickBooksRoom, json: unknown, query: Readonly<Record<string, string>> = {}) =>
  room.call("POST", `${room.company}/customer`, { json, query });

function saved(room: QuickBooksRoom, json: unknown): JsonRecord {
  const { body } = save(room, json);
  if (!isRecord(body["Customer"])) throw new Error(`not saved: ${JSON.stringify(body)}`);
  return body["Customer"];
}

function ask(room: QuickBooksRoom, query: string) {
  return room.call("GET", `${room.company}/query`, { query: { query } });
}

function idsOf(room: QuickBooksRoom, query: string): readonly string[] {
  const { QueryResponse: response } = ask(room, query).body;
  const list = isRecord(response) ? (response["Customer"] ?? []) : null;
  if (!Array.isArray(list)) throw new Error(`no list: ${query}`);
  return list.filter(isRecord).map((customer) => String(customer["Id"]));
}

describe("a customer in the sandbox", () => {
  it.each([
    [{ Notes: "x" }, "2020"],
    [{ DisplayName: "A:B" }, "2040"],
    [{ DisplayName: "A\tB" }, "2040"],
    [{ DisplayName: "x".repeat(501) }, "2050"],
    [{ DisplayName: "A", PrimaryPhone: { FreeFormNumber: "1".repeat(31) } }, "2050"],
    [{ DisplayName: "A", PrimaryEmailAddr: { Address: "ada@localhost" } }, "2210"],
    [{ DisplayName: "A", Nickname: "B" }, "2010"],
    [{ DisplayName: 5 }, "2010"],
    [{ DisplayName: "A", BillAddr: { Street: "B" } }, "2010"],
    [{ DisplayName: "A", ParentRef: { value: "99" } }, "2500"],
    [{ Id: "99", SyncToken: "0", DisplayName: "A" }, "610"],
  ])("is refused as %j with %s", (customer, code) => {
    const answer = save(createRoom(), customer);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  });

  it("is called by its parts where it has no other name, once among all", () => {
    const room = createRoom();
    expect(saved(room, { GivenName: "Ada", FamilyName: "King" })["DisplayName"]).toBe("Ada King");
    expect(codeOf(save(room, { DisplayName: "ADA KING" }))).toBe("6240");
    room.vendor.changeSettings?.({ add_vendor: "Bob" });
    expect(codeOf(save(room, { DisplayName: "bob" }))).toBe("6240");
  });

  it("keeps in a sparse update what is not sent, loses it in a full one", () => {
    const room = createRoom();
    saved(room, { DisplayName: "Ada", Notes: "x", CompanyName: "Engines" });
    const sparse = { Id: "1", SyncToken: "0", sparse: true, CompanyName: "" };
    const kept = saved(room, sparse);
    expect([kept["Notes"], "CompanyName" in kept, kept["SyncToken"]]).toEqual(["x", false, "1"]);
    expect("Notes" in saved(room, { Id: "1", SyncToken: "1", DisplayName: "Ada" })).toBe(false);
    expect(codeOf(save(room, sparse))).toBe("5010");
    expect(codeOf(save(room, { Id: "1", SyncToken: "2", sparse: true, DisplayName: "" }))).toBe(
      "2020",
    );
  });

  it("is made once under one request id, for a while", () => {
    const room = createRoom();
    const query = { requestid: "r-1" };
    const first = save(room, { DisplayName: "Ada" }, query);
    room.world.nowMs += 60_000;
    expect(save(room, { DisplayName: "Bob" }, query).body).toEqual(first.body);
    room.world.nowMs += 900_000;
    expect(codeOf(save(room, { DisplayName: "Ada" }, query))).toBe("6240");
    expect(codeOf(save(room, { DisplayName: "Eve" }, { requestid: "r".repeat(51) }))).toBe("2010");
  });

  it("cannot be deleted, only made inactive, which frees its name", () => {
    const room = createRoom();
    saved(room, { DisplayName: "Ada" });
    expect(codeOf(save(room, { Id: "1", SyncToken: "0" }, { operation: "delete" }))).toBe("2010");
    const gone = saved(room, { Id: "1", SyncToken: "0", sparse: true, Active: false });
    expect([gone["Active"], gone["DisplayName"]]).toEqual([false, "Ada (deleted)"]);
    saved(room, { DisplayName: "Ada" });
    const back = { Id: "1", SyncToken: "1", sparse: true, Active: true };
    expect(codeOf(save(room, back))).toBe("6240");
  });
});

describe("the query language of the sandbox", () => {
  it("finds, sorts and pages", () => {
    const room = createRoom({ clients: 120 });
    saved(room, { Id: "7", SyncToken: "0", sparse: true, Active: false });
    expect(idsOf(room, "select * from Customer").length).toBe(100);
    expect(idsOf(room, "SELECT * FROM Customer MAXRESULTS 1000").length).toBe(119);
    const all = "select * from Customer where Active in (true, false)";
    expect(idsOf(room, `${all} orderby Id startposition 6 maxresults 3`)).toEqual(["6", "7", "8"]);
    expect(idsOf(room, `${all} orderby Id desc maxresults 1`)).toEqual(["120"]);
    expect(idsOf(room, `${all} and Id IN ('7','9') orderby Id asc`)).toEqual(["7", "9"]);
    expect(ask(room, "select count(*) from Customer").body["QueryResponse"]).toEqual({
      totalCount: 119,
    });
    expect(ask(room, `${all} and Id = '999'`).body["QueryResponse"]).toEqual({});
  });

  it("knows times, patterns and apostrophes", () => {
    const room = createRoom();
    saved(room, { DisplayName: "O'Neill", PrimaryEmailAddr: { Address: "o'neill@example.com" } });
    room.world.nowMs += 60_000;
    saved(room, { DisplayName: "Later" });
    const from = "select * from Customer where";
    expect(idsOf(room, `${from} DisplayName = 'o\\'neill'`)).toEqual(["1"]);
    expect(idsOf(room, `${from} PrimaryEmailAddr LIKE '%neill@%'`)).toEqual(["1"]);
    expect(idsOf(room, `${from} MetaData.LastUpdatedTime > '2026-11-02T01:00:30-08:00'`)).toEqual([
      "2",
    ]);
  });

  it.each([
    ["", "4000"],
    ["delete from Customer", "4000"],
    ["select * from Customer where Id = '1' or Id = '2'", "4000"],
    ["select * from Customer maxresults 1001", "4000"],
    ["select * from Customer where Colour = 'red'", "4001"],
    ["select * from Unicorn", "4001"],
  ])("refuses %j with %s", (query, code) => {
    expect(codeOf(ask(createRoom(), query))).toBe(code);
  });
});

describe("the capture of changes in the sandbox", () => {
  const changes = (room: QuickBooksRoom, changedSince: string, entities = "Customer") =>
    room.call("GET", `${room.company}/cdc`, { query: { entities, changedSince } });

  it("holds a thousand objects of thirty days, and no more", () => {
    const room = createRoom({ clients: 1100 });
    const since = new Date(room.world.nowMs).toISOString();
    expect(changes(room, since).body["CDCResponse"]).toEqual([{ QueryResponse: [{}] }]);
    for (let id = 1; id <= 1100; id += 1)
      room.vendor.changeSettings?.({ pay_customer: String(id) });
    expect(JSON.stringify(changes(room, since).body)).toContain('"maxResults":1000');
    room.world.nowMs += 31 * 24 * 3_600_000;
    expect(codeOf(changes(room, since))).toBe("4001");
    expect(codeOf(changes(room, "yesterday"))).toBe("2020");
    expect(codeOf(changes(room, since, ""))).toBe("2020");
  });
});

describe("requests to the sandbox", () => {
  it("are refused for another company, with unknown parameters, and when there are too many", () => {
    const room = createRoom({ clients: 1 });
    const path = `${room.company}/customer/1`;
    expect(codeOf(room.call("GET", "/v3/company/1/customer/1"))).toBe("3100");
    expect(codeOf(room.call("GET", path, { query: { fields: "Id" } }))).toBe("2010");
    room.world.rateLimit = 1;
    expect(codeOf(room.call("GET", path))).toBe(null);
    const late = room.call("GET", path);
    expect([late.status, codeOf(late)]).toEqual([429, "3001"]);
  });

  it("tell settings that they do not have", () => {
    const room = createRoom();
    expect(() => room.vendor.changeSettings?.({ unknown: true })).toThrow("not known");
    expect(() => room.vendor.changeSettings?.({ pay_customer: "9" })).toThrow("pay_customer");
    expect(() => room.vendor.changeSettings?.({ merge_customers: ["1"] })).toThrow(
      "merge_customers",
    );
  });
});
