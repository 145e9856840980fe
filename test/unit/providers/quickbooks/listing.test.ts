import { afterEach, describe, expect, it } from "vitest";
import { cursorNow, cursorOf, pullAll, type Room } from "../../../conformance/provider-room.ts";
import { create, enter, leave, observed, requests, save } from "./quickbooks-room.ts";

afterEach(leave);

async function changes(room: Room, cursor: string) {
  const pages = await pullAll(room.clients, cursor);
  const seen = pages.flatMap((page) => page.observations);
  return {
    seen: seen.map(({ externalId, state }) => `${externalId} ${state}`).toSorted(),
    cursor: cursorOf(pages.at(-1)),
  };
}

describe("a listing of QuickBooks' customers", () => {
  it("leaves out jobs, sub-customers and projects, which are found by id all the same", async () => {
    const room = await enter();
    const { Id } = await save(room, { DisplayName: "Ada" });
    const ParentRef = { value: String(Id) };
    await save(room, { DisplayName: "Job", Job: true, ParentRef });
    await save(room, { DisplayName: "Project", Job: true, IsProject: true, ParentRef });
    const pages = await pullAll(room.clients, null);
    expect(pages.flatMap((page) => page.observations.map((one) => one.externalId))).toEqual([Id]);
    expect((await room.clients.get(["2"]))[0]?.kind).toBe("found");
  });

  it("misses nobody where customers become inactive between its pages", async () => {
    const room = await enter({ clients: 1500 });
    const first = await room.clients.pull({ cursor: null, page: null });
    for (const Id of ["1", "2", "3"])
      await save(room, { Id, SyncToken: "0", sparse: true, Active: false });
    const page = first.next.kind === "more" ? first.next.page : null;
    const second = await room.clients.pull({ cursor: null, page });
    const ids = [first, second].flatMap((one) => one.observations.map((o) => o.externalId));
    expect(new Set(ids).size).toBe(1500);
    const later = await changes(room, cursorOf(second));
    expect(later.seen).toEqual(["1 deleted", "2 deleted", "3 deleted"]);
  });

  it("passes over payments, which move the time and not the version", async () => {
    const room = await enter({ clients: 3 });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    room.sandbox.control.changeVendor({ pay_customer: "2" });
    const first = await changes(room, cursor);
    expect(first.seen).toEqual(["2 present"]);
    room.sandbox.control.changeVendor({ pay_customer: "2" });
    expect((await changes(room, first.cursor)).seen).toEqual([]);
  });

  it("shows what changed within the overlap once, and an edit of it again", async () => {
    const room = await enter();
    const record = observed(await create(room, { name: "Ada" }));
    const id = record.externalId;
    const cursor = await cursorNow(room.clients);
    room.clock.advance(1000);
    const same = await changes(room, cursor);
    expect(same.seen).toEqual([]);
    await save(room, { Id: id, SyncToken: "0", sparse: true, Notes: "x" });
    expect((await changes(room, same.cursor)).seen).toEqual([`${id} present`]);
  });

  it("takes its time from QuickBooks, whose clock may be behind", async () => {
    const room = await enter({ clients: 2 });
    room.sandbox.control.moveClock({ advanceMs: -7_200_000 });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(60_000);
    await save(room, { DisplayName: "New" });
    expect((await changes(room, cursor)).seen).toEqual(["3 present"]);
  });

  it("tells of a customer that was merged into another", async () => {
    const room = await enter({ clients: 3 });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    room.sandbox.control.changeVendor({ merge_customers: ["1", "2"] });
    expect((await changes(room, cursor)).seen).toEqual(["1 deleted", "2 present"]);
    expect((await room.clients.get(["1"]))[0]?.kind).toBe("gone");
  });

  it("asks page by page where more changed than one answer holds", async () => {
    const room = await enter({ clients: 1200 });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    room.sandbox.control.changeVendor({ merge_customers: ["1200", "1"] });
    room.clock.advance(2000);
    for (let id = 2; id <= 1150; id += 1)
      room.sandbox.control.changeVendor({ pay_customer: String(id) });
    requests(room);
    const all = await changes(room, cursor);
    expect(requests(room)).toEqual(["GET cdc", "GET query", "GET query"]);
    expect(all.seen.length).toBe(1151);
    expect(all.seen).toContain("1200 deleted");
    expect(new Set(all.seen).size).toBe(1151);
  });

  it("starts anew where QuickBooks does not look back so far", async () => {
    const room = await enter({ clients: 3 });
    const cursor = await cursorNow(room.clients);
    room.clock.advance(10 * 24 * 3600 * 1000);
    room.sandbox.control.expireCursors();
    expect((await room.clients.pull({ cursor, page: null })).next).toEqual({ kind: "expired" });
  });
});
