import { afterEach, describe, expect, it } from "vitest";
import { isRecord } from "../../../support/json.ts";
import { cursorNow, cursorOf, pullAll, rewriting } from "../../../conformance/provider-room.ts";
import { enterFreshbooks, told, type FreshbooksRoom } from "./freshbooks-room.ts";

const rooms: FreshbooksRoom[] = [];

async function enter(clients: number): Promise<FreshbooksRoom> {
  const room = await enterFreshbooks(clients);
  rooms.push(room);
  return room;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

const seenIn = async (room: FreshbooksRoom, cursor: string) =>
  (await pullAll(room.clients, cursor)).flatMap(({ observations }) => observations).map(told);

const idOf = (client: Readonly<Record<string, unknown>>) => String(client["id"]);

async function moreOf(room: FreshbooksRoom, cursor: string | null): Promise<string> {
  const { next } = await room.clients.pull({ cursor, page: null });
  if (next.kind !== "more") throw new Error(`the first page ends as ${next.kind}`);
  return next.page;
}

describe("an incremental listing of FreshBooks' clients", () => {
  it("asks for the day before in New York, and for the deleted ones apart", async () => {
    const room = await enter(2);
    const cursor = await cursorNow(room.clients);
    room.sandbox.control.clearLedger();
    await pullAll(room.clients, cursor);
    const queries = room.sandbox.control.ledger().map(({ query }) => decodeURIComponent(query));
    // The room's clock stands at 04:00 in New York, on the second of November.
    expect(queries).toEqual([
      "page=1&per_page=100&search[updated_min]=2026-11-01",
      "page=1&per_page=100&search[updated_min]=2026-11-01&search[vis_state]=1",
    ]);
  });

  it("shows a row of that day only if it changed since the last pass", async () => {
    const room = await enter(2);
    const early = idOf(await room.ask("POST", null, { fname: "Early" }));
    room.clock.advance(600_000);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    expect(await seenIn(room, cursor)).toEqual([]);
    await room.ask("PUT", early, { fname: "Late" });
    expect(await seenIn(room, cursor)).toEqual([`${early} present Late`]);
  });

  it("shows a second change within one second", async () => {
    const room = await enter(0);
    const id = idOf(await room.ask("POST", null, { fname: "One" }));
    const cursor = await cursorNow(room.clients);
    await room.ask("PUT", id, { fname: "Two" });
    const [page] = await pullAll(room.clients, cursor);
    expect(page?.observations.map(told)).toEqual([`${id} present Two`]);
    await room.ask("PUT", id, { fname: "Three" });
    expect(await seenIn(room, cursorOf(page))).toEqual([`${id} present Three`]);
  });

  it("tells of what was archived, deleted and restored", async () => {
    const room = await enter(0);
    const id = idOf(await room.ask("POST", null, { fname: "Ana" }));
    let cursor = await cursorNow(room.clients);
    for (const [visState, seen] of [
      [2, `${id} present Ana`],
      [1, `${id} deleted`],
      [0, `${id} present Ana`],
    ] as const) {
      room.clock.advance(600_000);
      await room.ask("PUT", id, { vis_state: visState });
      const pages = await pullAll(room.clients, cursor);
      expect(pages.flatMap(({ observations }) => observations).map(told)).toEqual([seen]);
      cursor = cursorOf(pages.at(-1));
    }
  });

  it("loses nothing in the hour that autumn has twice", async () => {
    const room = await enter(0);
    const { control } = room.sandbox;
    const id = idOf(await room.ask("POST", null, { fname: "Ana" }));
    // 01:50 for the first time, then 01:10 for the second: the clock on the wall went back.
    control.moveClock({ now: Date.parse("2026-11-01T05:50:00Z") });
    const cursor = await cursorNow(room.clients);
    control.moveClock({ now: Date.parse("2026-11-01T06:10:00Z") });
    await room.ask("PUT", id, { fname: "Anna" });
    expect(await seenIn(room, cursor)).toEqual([`${id} present Anna`]);
  });

  it("says once that a client is deleted which was still listed a moment before", async () => {
    const room = await enter(0);
    const cursor = await cursorNow(room.clients);
    const id = idOf(await room.ask("POST", null, { fname: "Ana" }));
    let lists = 0;
    room.intercept(async (_path, send) => {
      const response = await send();
      lists += 1;
      if (lists === 1) await room.ask("PUT", id, { vis_state: 1 });
      return response;
    });
    expect(await seenIn(room, cursor)).toEqual([`${id} deleted`]);
  });

  it("finds at the next pass what slipped past it where pages moved up", async () => {
    const room = await enter(0);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    const ids: string[] = [];
    for (let index = 0; index < 101; index += 1)
      ids.push(idOf(await room.ask("POST", null, { fname: `C${index}` })));
    room.clock.advance(600_000);
    const more = await moreOf(room, cursor);
    await room.ask("PUT", ids[0] ?? "", { vis_state: 1 });
    const last = await room.clients.pull({ cursor, page: more });
    // The one hundred and first moved to the page that was read.
    expect(last.observations.map(told)).toEqual([`${ids[0]} deleted`]);
    room.clock.advance(600_000);
    expect(await seenIn(room, cursorOf(last))).toEqual([`${ids[100]} present C100`]);
  });
});

describe("a full listing of FreshBooks' clients", () => {
  it("is repeated where something was deleted while it lasted", async () => {
    const room = await enter(150);
    const first = await room.clients.pull({ cursor: null, page: null });
    const page = first.next.kind === "more" ? first.next.page : null;
    await room.ask("PUT", first.observations[0]?.externalId ?? "", { vis_state: 1 });
    const second = await room.clients.pull({ cursor: null, page });
    expect(second.observations.length).toBe(49);
    room.clock.advance(600_000);
    const again = await room.clients.pull({ cursor: cursorOf(second), page: null });
    expect(again.next.kind).toBe("expired");
    const whole = await pullAll(room.clients, null);
    expect(whole.flatMap(({ observations }) => observations).length).toBe(149);
    room.clock.advance(600_000);
    const [quiet] = await pullAll(room.clients, cursorOf(whole.at(-1)));
    expect(quiet?.next.kind).toBe("complete");
  });

  it("ends where it says so, and takes no other page for the one it asked for", async () => {
    const room = await enter(3);
    room.intercept(
      rewriting((body) => {
        const response = isRecord(body) && isRecord(body["response"]) ? body["response"] : {};
        const result = isRecord(response["result"]) ? response["result"] : {};
        return { response: { result: { ...result, page: 7 } } };
      }),
    );
    const refused = room.clients.pull({ cursor: null, page: null });
    await expect(refused).rejects.toMatchObject({ code: "provider-malformed" });
  });
});
