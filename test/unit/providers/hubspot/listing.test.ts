import { describe, expect, it } from "vitest";
import { isRecord } from "../../../../src/lib/json.ts";
import { cursorNow, cursorOf, pullAll, type Room } from "../../../conformance/provider-room.ts";
import type { Page } from "../../../../src/providers/provider.ts";
import { bodiesOf, call, contact, enter, requestsOf } from "./hubspot-room.ts";

const hour = 3_600_000;

/** A quarter of an hour later, somebody else has made so many contacts. */
async function withNew(room: Room, count: number): Promise<readonly string[]> {
  room.clock.advance(900_000);
  const ids: string[] = [];
  for (let done = 0; done < count; done += 100) {
    const inputs = Array.from({ length: Math.min(100, count - done) }, (_, at) => ({
      properties: { firstname: `New${done + at}` },
    }));
    const { results } = await call(room, "POST", "/batch/create", { inputs });
    for (const one of Array.isArray(results) ? results : [])
      if (isRecord(one)) ids.push(String(one["id"]));
  }
  return ids;
}

function idsOf(pages: readonly Page[]): readonly string[] {
  return pages.flatMap((page) => page.observations.map((one) => one.externalId));
}

/** The cursor with that of it changed, as if it had been so. */
function changed(cursor: string, changes: Readonly<Record<string, unknown>>): string {
  const token: unknown = JSON.parse(cursor);
  return JSON.stringify({ ...(isRecord(token) ? token : {}), ...changes });
}

describe("an incremental listing of HubSpot's contacts", () => {
  it("reads many changes in the order of the ids, never by place", async () => {
    const room = await enter({ clients: 5 });
    const cursor = await cursorNow(room.clients);
    const made = await withNew(room, 430);
    room.sandbox.control.clearLedger();
    const pages = await pullAll(room.clients, cursor);
    expect(idsOf(pages).toSorted()).toEqual(made.toSorted());
    expect(requestsOf(room)).toEqual(Array(4).fill("POST /search"));
    expect(bodiesOf(room, "/search").join()).not.toContain('"after"');
  });

  it("goes beyond the 10,000 that one search can show", async () => {
    const clients = 10_050;
    const room = await enter({ clients });
    const since = { fullAt: room.clock.now(), since: 0, archivedSince: 0 };
    const cursor = JSON.stringify({ ...since, seen: {}, gone: {}, total: clients });
    const pages = await pullAll(room.clients, cursor);
    expect(new Set(idsOf(pages)).size).toBe(clients);
    expect(idsOf(pages).length).toBe(clients);
  });

  it("loses no contact that changes while it reads", async () => {
    const room = await enter({ clients: 0 });
    const cursor = await cursorNow(room.clients);
    const [first = ""] = await withNew(room, 300);
    const glance = await room.clients.pull({ cursor, page: null });
    const page = glance.next.kind === "more" ? glance.next.page : null;
    const second = await room.clients.pull({ cursor, page });
    room.clock.advance(1000);
    await call(room, "PATCH", `/${first}`, { properties: { firstname: "Moved" } });
    const third = await room.clients.pull({
      cursor,
      page: second.next.kind === "more" ? second.next.page : null,
    });
    expect(new Set(idsOf([glance, second, third])).size).toBe(300);
    const next = await pullAll(room.clients, cursorOf(third));
    const names = next.flatMap((one) => one.observations.map((seen) => seen.fields["name"]));
    expect(names).toContain("Moved");
  });

  it("finds what search shows late, though passes went by meanwhile", async () => {
    const room = await enter({ clients: 3 });
    room.sandbox.control.change({ listingLagMs: 120_000 });
    let cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    const id = await contact(room, { firstname: "Late" });
    const found: string[][] = [];
    for (let pass = 0; pass < 5; pass += 1) {
      room.clock.advance(45_000);
      const pages = await pullAll(room.clients, cursor);
      cursor = cursorOf(pages.at(-1));
      found.push([...idsOf(pages)]);
    }
    expect(found.flat()).toEqual([id]);
  });

  it("shows a contact of the overlap again when it changed again", async () => {
    const room = await enter({ clients: 0 });
    const id = await contact(room, { firstname: "Ada" });
    const cursor = await cursorNow(room.clients);
    expect(idsOf(await pullAll(room.clients, cursor))).toEqual([]);
    await call(room, "PATCH", `/${id}`, { properties: { firstname: "Ada" } });
    expect(idsOf(await pullAll(room.clients, cursor))).toEqual([id]);
  });

  it("tells of a merge by both old ids, which no list has any more", async () => {
    const room = await enter({ clients: 4 });
    const [one = "", two = ""] = idsOf(await pullAll(room.clients, null));
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    const merge = { primaryObjectId: one, objectIdToMerge: two };
    const into = String((await call(room, "POST", "/merge", merge))["id"]);
    const told = (await pullAll(room.clients, cursor)).flatMap((page) => page.observations);
    expect(
      told.map(({ externalId, state, mergedInto }) => [externalId, state, mergedInto]),
    ).toEqual([
      [one, "deleted", into],
      [two, "deleted", into],
      [into, "present", null],
    ]);
  });
});

describe("HubSpot's archived contacts", () => {
  it("are listed when there are fewer contacts than there should be", async () => {
    const room = await enter({ clients: 6 });
    const [gone = ""] = idsOf(await pullAll(room.clients, null));
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    // As many as before: one is new, one is archived.
    const made = await contact(room, { firstname: "New" });
    await call(room, "DELETE", `/${gone}`);
    room.sandbox.control.clearLedger();
    const pages = await pullAll(room.clients, cursor);
    const told = pages.flatMap((page) => page.observations);
    expect(told.map(({ externalId, state }) => `${externalId} ${state}`)).toEqual([
      `${made} present`,
      `${gone} deleted`,
    ]);
    expect(requestsOf(room)).toEqual(["POST /search", "GET "]);
    room.clock.advance(600_000);
    room.sandbox.control.clearLedger();
    expect(idsOf(await pullAll(room.clients, cursorOf(pages.at(-1))))).toEqual([]);
    expect(requestsOf(room)).toEqual(["POST /search"]);
  });

  it("are left alone while contacts come and change", async () => {
    const room = await enter({ clients: 6 });
    let cursor = await cursorNow(room.clients);
    const [first = ""] = idsOf(await pullAll(room.clients, null));
    for (let pass = 0; pass < 4; pass += 1) {
      room.clock.advance(60_000);
      await contact(room, { firstname: `New${pass}` });
      await call(room, "PATCH", `/${first}`, { properties: { firstname: `Ada${pass}` } });
      room.sandbox.control.clearLedger();
      const pages = await pullAll(room.clients, cursor);
      expect(idsOf(pages).length).toBe(2);
      expect(requestsOf(room)).toEqual(["POST /search"]);
      cursor = cursorOf(pages.at(-1));
    }
  });

  it("are listed each hour in any case, on all their pages, and told once", async () => {
    const room = await enter({ clients: 0 });
    const ids = await withNew(room, 130);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(2 * hour);
    for (const id of ids) await call(room, "DELETE", `/${id}`);
    room.sandbox.control.clearLedger();
    // As many as are archived could have been restored: then the count says nothing.
    const pages = await pullAll(room.clients, changed(cursor, { total: 0 }));
    expect(idsOf(pages).toSorted()).toEqual(ids.toSorted());
    expect(requestsOf(room)).toEqual(["POST /search", "GET ", "GET "]);
    const next = changed(cursorOf(pages.at(-1)), { total: null });
    expect(idsOf(await pullAll(room.clients, next))).toEqual([]);
  });

  it("of long ago are not told again", async () => {
    const room = await enter({ clients: 3 });
    const [old = "", fresh = ""] = idsOf(await pullAll(room.clients, null));
    await call(room, "DELETE", `/${old}`);
    room.clock.advance(hour);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    await call(room, "DELETE", `/${fresh}`);
    expect(idsOf(await pullAll(room.clients, cursor))).toEqual([fresh]);
  });

  it("do not hold what was deleted for good: the full listing alone misses it", async () => {
    const room = await enter({ clients: 3 });
    const all = idsOf(await pullAll(room.clients, null));
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    await call(room, "POST", "/gdpr-delete", { objectId: all[0] });
    expect(idsOf(await pullAll(room.clients, cursor))).toEqual([]);
    expect(idsOf(await pullAll(room.clients, null))).toEqual(all.slice(1));
    room.clock.advance(8 * 24 * hour);
    const page = await room.clients.pull({ cursor, page: null });
    expect(page.next.kind).toBe("expired");
  });

  it("are listed where too much is new to remember it", async () => {
    const room = await enter({ clients: 0 });
    await withNew(room, 320);
    const cursor = await cursorNow(room.clients);
    expect(cursor.length).toBeLessThan(12_000);
    room.sandbox.control.clearLedger();
    const pages = await pullAll(room.clients, cursor);
    expect(requestsOf(room).at(-1)).toBe("GET ");
    expect(pages.at(-1)?.next.kind).toBe("complete");
  });
});
