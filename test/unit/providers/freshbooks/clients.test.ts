import { afterEach, describe, expect, it } from "vitest";
import type { Fields } from "../../../../src/model/fields.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import type { Access, WriteAnswer } from "../../../../src/providers/provider.ts";
import { rewriting } from "../../../conformance/provider-room.ts";
import { enterFreshbooks, told, type FreshbooksRoom } from "./freshbooks-room.ts";

const rooms: FreshbooksRoom[] = [];

async function enter(clients: number, access: Partial<Access> = {}): Promise<FreshbooksRoom> {
  const room = await enterFreshbooks(clients, access);
  rooms.push(room);
  return room;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

async function create(room: FreshbooksRoom, fields: Fields): Promise<Observation> {
  return done(await room.clients.create({ fields, ownId: "0190", key: "create" }));
}

function update(room: FreshbooksRoom, seen: Observation, changes: Fields): Promise<WriteAnswer> {
  const { externalId, version, fields } = seen;
  return room.clients.update({ externalId, changes, expected: { version, fields }, key: "update" });
}

function done(answer: WriteAnswer): Observation {
  if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
  return answer.observation;
}

const bodies = (room: FreshbooksRoom) =>
  room.sandbox.control
    .ledger()
    .filter(({ method }) => method === "PUT")
    .map(({ body }): unknown => JSON.parse(body));

describe("a client of FreshBooks", () => {
  it("that is archived is still there", async () => {
    const room = await enter(0);
    const { externalId } = await create(room, { name: "Ana" });
    await room.ask("PUT", externalId, { vis_state: 2 });
    const [found] = await room.clients.get([externalId]);
    expect(found).toMatchObject({ kind: "found", observation: { state: "present" } });
  });

  it("that was deleted is gone, though FreshBooks still shows it, and comes back when restored", async () => {
    const room = await enter(0);
    const seen = await create(room, { name: "Ana", email: "ana@example.com" });
    const { externalId } = seen;
    await room.ask("PUT", externalId, { vis_state: 1 });
    expect((await room.ask("GET", externalId))["vis_state"]).toBe(1);
    expect(await room.clients.get([externalId])).toEqual([{ kind: "gone", externalId }]);
    expect((await update(room, seen, { name: "Anna" })).kind).toBe("gone");
    expect(await room.clients.find({ ownId: "", emails: ["ana@example.com"] })).toEqual([]);
    await room.ask("PUT", externalId, { vis_state: 0 });
    expect((await room.clients.get([externalId]))[0]?.kind).toBe("found");
  });

  it("is changed and deleted by requests of their own, which repeat nothing", async () => {
    const room = await enter(0);
    const seen = await create(room, { name: "Ana Berg", email: "ana@example.com", city: "Bern" });
    const changed = done(await update(room, seen, { city: "Basel" }));
    done(await room.clients.remove(changed.externalId));
    expect(bodies(room)).toEqual([{ client: { p_city: "Basel" } }, { client: { vis_state: 1 } }]);
  });

  it("keeps what is not ours", async () => {
    const room = await enter(0);
    const { externalId } = await create(room, { name: "Ana Berg" });
    const beside = { fax: "1", mob_phone: "2", s_city: "Bern", vat_number: "3", language: "de" };
    await room.ask("PUT", externalId, { ...beside, allow_late_fees: false });
    const [found] = await room.clients.get([externalId]);
    if (found?.kind !== "found") throw new Error("it is not found");
    done(await update(room, found.observation, { name: "Ana King", notes: "x", city: "Basel" }));
    expect(await room.ask("GET", externalId)).toMatchObject({ ...beside, allow_late_fees: false });
  });

  it("that has an address and no name is not given a company", async () => {
    const room = await enter(0);
    const seen = await create(room, { email: "ana@example.com" });
    expect((await room.ask("GET", seen.externalId))["organization"]).toBe("ana@example.com");
    expect(seen.fields).toMatchObject({ email: "ana@example.com", company: null, name: null });
  });

  it("shares its address with others, who are all found", async () => {
    const room = await enter(0);
    for (const fname of ["Ana", "Ben", "Cleo"])
      await room.ask("POST", null, { fname, email: "office@example.com" });
    const found = await room.clients.find({ ownId: "", emails: ["office@example.com"] });
    expect(found.map((seen) => seen.fields["name"])).toEqual(["Ana", "Ben", "Cleo"]);
  });

  it("is looked up with others in one request, and by itself where that does not show it", async () => {
    const room = await enter(5);
    const { observations } = await room.clients.pull({ cursor: null, page: null });
    const ids = observations.map((seen) => seen.externalId);
    await room.ask("PUT", ids[1] ?? "", { vis_state: 1 });
    room.sandbox.control.clearLedger();
    const lookups = await room.clients.get([...ids, "999999", "no-number"]);
    expect(lookups.map(({ kind }) => kind)).toEqual([
      "found",
      "gone",
      "found",
      "found",
      "found",
      "gone",
      "gone",
    ]);
    expect(room.served().requests).toBe(3);
  });
});

describe("the time of a change", () => {
  it("is told where New York's clock can be read in one way alone", async () => {
    const room = await enter(0);
    const { externalId } = await create(room, { name: "Ana" });
    const { control } = room.sandbox;
    const readAfterMove = async (now: string) => {
      control.moveClock({ now: Date.parse(now) });
      const [found] = await room.clients.get([externalId]);
      return found?.kind === "found" ? found.observation.modifiedAt : undefined;
    };
    // 01:30 for the first time: for the second time it is still to come.
    control.moveClock({ now: Date.parse("2026-11-01T05:30:00Z") });
    await room.ask("PUT", externalId, { fname: "Anna" });
    expect(await readAfterMove("2026-11-01T05:30:00Z")).toBe(
      new Date(room.clock.now()).toISOString(),
    );
    expect(await readAfterMove("2026-11-01T08:00:00Z")).toBe(null);
    await room.ask("PUT", externalId, { fname: "Anne" });
    expect(await readAfterMove("2026-11-01T08:00:00Z")).toBe(
      new Date(room.clock.now()).toISOString(),
    );
  });
});

describe("an error of FreshBooks", () => {
  it.each([
    { error_shape: "errors", errors_with_status_200: false },
    { error_shape: "errors", errors_with_status_200: true },
    { error_shape: "details", errors_with_status_200: false },
    { error_shape: "details", errors_with_status_200: true },
  ])("is read in the form %j", async (settings) => {
    const room = await enter(0);
    const seen = await create(room, { name: "Ana" });
    room.sandbox.control.changeVendor({ ...settings, longest_text: 10 });
    expect(await room.clients.get(["999999"])).toEqual([{ kind: "gone", externalId: "999999" }]);
    expect(await update(room, seen, { notes: "longer than ten" })).toEqual({
      kind: "refused",
      message: "FreshBooks does not accept the client's note (1017)",
    });
    expect(await update(room, seen, { email: "no address" })).toEqual({
      kind: "refused",
      message: "FreshBooks does not accept the client's email (1004)",
    });
    const nameless = await room.clients.create({ fields: {}, ownId: "0190", key: "create" });
    expect(nameless.kind).toBe("refused");
  });

  it("about something else than the client makes no client one that is gone", async () => {
    const room = await enter(1);
    const unknownAccount = { errno: 1012, message: "Not found.", field: "", object: "account" };
    room.intercept(rewriting(() => ({ response: { errors: [unknownAccount] } })));
    await expect(room.clients.get(["230001"])).rejects.toMatchObject({ code: "provider-refused" });
    const denied = { errno: 1003, message: "Denied." };
    room.intercept(rewriting(() => ({ response: { errors: [denied] } })));
    await expect(room.clients.get(["230001"])).rejects.toMatchObject({
      code: "provider-forbidden",
    });
  });

  it("that passes is told as such, also where the status says that all is well", async () => {
    const room = await enter(1);
    for (const errno of [409, 500]) {
      room.intercept(rewriting(() => ({ response: { errors: [{ errno, message: "x" }] } })));
      await expect(create(room, { name: "Ana" })).rejects.toMatchObject({
        code: "provider-unavailable",
        executed: "unknown",
      });
    }
  });
});

describe("the business", () => {
  it("is the first that keeps books where nothing is known, asked for once", async () => {
    const room = await enter(3, { accountHint: null });
    room.sandbox.control.changeVendor({ other_business: "last", business_without_books: true });
    const session = room.open();
    const { account } = room.sandbox.describe().credentials;
    await session.clients?.pull({ cursor: null, page: null });
    await session.clients?.pull({ cursor: null, page: null });
    expect(room.sandbox.control.totals()).toMatchObject({ "GET /auth/api/v1/users/me": 1 });
    expect(await session.account()).toEqual({ id: account, name: "Lighthouse Studio" });
  });

  it("is the one that is known, wherever it stands in the list", async () => {
    const room = await enter(3);
    room.sandbox.control.changeVendor({ other_business: "first" });
    expect((await room.open().account()).name).toBe("Lighthouse Studio");
    expect((await room.clients.pull({ cursor: null, page: null })).observations.length).toBe(3);
  });

  it("that was left asks for a person, and names those that are reached", async () => {
    const room = await enter(3);
    room.sandbox.control.changeVendor({ other_business: "first", left_business: true });
    const refused = room.open().account();
    await expect(refused).rejects.toMatchObject({ code: "reauth-required" });
    await expect(refused).rejects.toThrow("Harbour Rentals");
  });

  it("is missing where no business keeps books", async () => {
    const room = await enter(0, { accountHint: null });
    room.sandbox.control.changeVendor({ left_business: true, business_without_books: true });
    const refused = room.clients.pull({ cursor: null, page: null });
    await expect(refused).rejects.toMatchObject({ code: "provider-forbidden" });
  });

  it("is not another one all of a sudden: a cursor holds for its own alone", async () => {
    const room = await enter(3, { accountHint: null });
    const page = await room.clients.pull({ cursor: null, page: null });
    const cursor = page.next.kind === "complete" ? page.next.cursor : "";
    room.sandbox.control.changeVendor({ other_business: "first" });
    const session = room.open();
    const refused = session.clients?.pull({ cursor, page: null });
    await expect(refused).rejects.toMatchObject({ code: "reauth-required" });
    expect(page.observations.map(told).length).toBe(3);
  });
});
