import { afterEach, describe, expect, it } from "vitest";
import { cursorNow, cursorOf, pullAll, type Room } from "../../../conformance/provider-room.ts";
import { addContact, call, enterSalesforce, seeAll } from "./salesforce-room.ts";

const rooms: Room[] = [];

async function enter(clients: number): Promise<Room> {
  const room = await enterSalesforce({ clients });
  rooms.push(room);
  return room;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "it succeeded",
    (error: unknown) => error,
  );
}

describe("a listing of Salesforce's contacts", () => {
  it("goes on from the last record's time where Salesforce no longer has the pages", async () => {
    const room = await enter(4100);
    const first = await room.clients.pull({ cursor: null, page: null });
    room.sandbox.control.expireCursors();
    const ids = first.observations.map((seen) => seen.externalId);
    let page = first.next.kind === "more" ? first.next.page : null;
    while (page !== null) {
      const next = await room.clients.pull({ cursor: null, page });
      ids.push(...next.observations.map((seen) => seen.externalId));
      page = next.next.kind === "more" ? next.next.page : null;
    }
    expect(new Set(ids).size).toBe(4100);
  });

  it("dates a later page to when its results were asked for", async () => {
    const room = await enter(2100);
    const first = await room.clients.pull({ cursor: null, page: null });
    const askedAt = new Date(room.clock.now()).toISOString();
    room.clock.advance(3_600_000);
    const page = first.next.kind === "more" ? first.next.page : null;
    const second = await room.clients.pull({ cursor: null, page });
    expect(new Set(second.observations.map((seen) => seen.requestedAt))).toEqual(
      new Set([askedAt]),
    );
  });

  it("follows no address but the one of more results", async () => {
    const room = await enter(1);
    room.intercept(async (_path, send) => {
      const response = await send();
      const body = { totalSize: 9, done: false, records: [], nextRecordsUrl: "https://evil.test/" };
      return new Response(JSON.stringify(body), { status: 200, headers: response.headers });
    });
    expect(await failureOf(pullAll(room.clients, null))).toMatchObject({
      code: "provider-malformed",
    });
  });

  it("shows a contact again that changed in the same second as before", async () => {
    const room = await enter(0);
    const cursor = await cursorNow(room.clients);
    const id = await addContact(room, { LastName: "Berg" });
    const [first] = await pullAll(room.clients, cursor);
    await call(room, "PATCH", `/sobjects/Contact/${id}`, { LastName: "Tal" });
    const [second] = await pullAll(room.clients, cursorOf(first));
    expect(second?.observations.map((seen) => seen.fields["name"])).toEqual(["Tal"]);
    const [third] = await pullAll(room.clients, cursorOf(second));
    expect(third?.observations).toEqual([]);
  });

  it("finds what a long transaction wrote, though it is dated before the last pass", async () => {
    const room = await enter(3);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(60_000);
    room.sandbox.control.changeVendor({ commit_delay_ms: 9 * 60_000 });
    const id = await addContact(room, { LastName: "Late" });
    expect((await seeAll(room, cursor)).map((seen) => seen.externalId)).toEqual([id]);
  });

  it("tells of deletions and merges from the recycle bin", async () => {
    const room = await enter(0);
    const winner = await addContact(room, { LastName: "Winner" });
    const loser = await addContact(room, { LastName: "Loser" });
    const deleted = await addContact(room, { LastName: "Deleted" });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(3_600_000);
    room.sandbox.control.changeVendor({ merge_contacts: { winner, losers: [loser] } });
    await call(room, "DELETE", `/sobjects/Contact/${deleted}`);
    const seen = new Map((await seeAll(room, cursor)).map((one) => [one.externalId, one]));
    expect(seen.get(loser)).toMatchObject({ state: "deleted", mergedInto: winner, fields: {} });
    expect(seen.get(deleted)).toMatchObject({ state: "deleted", mergedInto: null });
    expect(seen.get(winner)).toMatchObject({ state: "present", mergedInto: null });
    expect((await seeAll(room, null)).map((one) => one.externalId)).toEqual([winner]);
  });

  it("shows a contact that was undeleted, and its look-up finds it", async () => {
    const room = await enter(0);
    const id = await addContact(room, { LastName: "Berg" });
    await call(room, "DELETE", `/sobjects/Contact/${id}`);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(60_000);
    room.sandbox.control.changeVendor({ undelete_contact: id });
    const seen = await seeAll(room, cursor);
    expect(seen.map((one) => [one.externalId, one.state])).toEqual([[id, "present"]]);
    expect((await room.clients.get([id]))[0]?.kind).toBe("found");
  });

  it("dates edits by LastModifiedDate and versions by SystemModstamp", async () => {
    const room = await enter(1);
    const [seen] = await seeAll(room, null);
    const [found] = await room.clients.get([seen?.externalId ?? ""]);
    expect(found).toMatchObject({ observation: { version: seen?.version } });
    expect(seen?.version).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
    expect(seen?.modifiedAt).toMatch(/Z$/);
  });
});

describe("the org's daily limit", () => {
  it("stops reads below five percent, with the reason, until a while has passed", async () => {
    const room = await enter(3);
    room.sandbox.control.changeVendor({ daily_limit: 1000, daily_used: 960 });
    await room.clients.pull({ cursor: null, page: null });
    room.sandbox.control.clearLedger();
    const error = await failureOf(room.clients.pull({ cursor: null, page: null }));
    expect(error).toMatchObject({ code: "rate-limited", retry: { afterSeconds: 900 } });
    expect(String(error)).toContain("5 % of the 1000 API requests");
    expect(await failureOf(room.clients.get(["003000000000000AAA"]))).toMatchObject({
      code: "rate-limited",
    });
    expect(room.served().requests).toBe(0);
    room.sandbox.control.changeVendor({ daily_used: 0 });
    room.clock.advance(900_000);
    expect((await room.clients.pull({ cursor: null, page: null })).observations.length).toBe(3);
    expect((await room.clients.pull({ cursor: null, page: null })).observations.length).toBe(3);
  });

  it("leaves writes their share", async () => {
    const room = await enter(0);
    room.sandbox.control.changeVendor({ daily_limit: 1000, daily_used: 960 });
    await room.clients.pull({ cursor: null, page: null });
    const answer = await room.clients.create({ fields: { name: "Ana" }, ownId: "1", key: "k" });
    expect(answer.kind).toBe("done");
  });

  it("is a plea to wait where nothing is left, though its status is 403", async () => {
    const room = await enter(0);
    room.sandbox.control.changeVendor({ daily_limit: 1000, daily_used: 1000 });
    expect(await failureOf(room.clients.pull({ cursor: null, page: null }))).toMatchObject({
      code: "rate-limited",
      retry: { afterSeconds: 900 },
    });
  });
});
