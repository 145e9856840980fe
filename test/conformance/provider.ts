import { afterEach, describe, expect, it } from "vitest";
import { ProviderError } from "../../src/lib/errors.ts";
import { maxFieldCharacters } from "../../src/model/client.ts";
import type { Fields } from "../../src/model/fields.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { CreateRequest, Lookup, WriteAnswer } from "../../src/providers/provider.ts";
import { testFailures } from "./provider-failures.ts";
import { testLens, type LensUnderTest } from "./provider-lens.ts";
import { testMany } from "./provider-many.ts";
import {
  cursorNow,
  cursorOf,
  openRoom,
  pullAll,
  rewriting,
  type Enter,
  type Entrance,
  type Room,
  type RoomOptions,
} from "./provider-room.ts";

/** All that the suite must be told of a provider. */
export interface ProviderUnderTest<Wire, Patch> extends Entrance, LensUnderTest<Wire, Patch> {
  /** Whether its records say when they were edited: a time that moves then, and only then. */
  readonly tellsTimes: boolean;
  /** The most records that one page of a listing holds. */
  readonly pageSize: number;
  /** How many requests an incremental listing takes where nothing is new; one where nothing is said. */
  readonly quietRequests?: number;
  /** The records in the body of a listing, to spoil one of them. */
  listed(body: unknown): readonly Record<string, unknown>[];
  /** Gives the record a text of this length where a field of the lens is read from. */
  spoil(record: Record<string, unknown>, text: string): void;
}

/** What the samples below hold besides what a lens has no place for. */
const full: Fields = {
  email: "ada@example.com",
  name: "Ada Lovelace",
  phone: "+44 20 7946 0018",
  company: "Analytical Engines",
  address_line1: "12 St James's Square",
  address_line2: "2nd floor",
  city: "London",
  state: "Greater London",
  postal_code: "SW1Y 4JH",
  country: "GB",
  notes: "First line\nSecond line 🦊",
};

const other: Fields = {
  email: "ada.king@example.org",
  name: "Ada King",
  phone: "+33 1 70 18 99 00",
  company: "Lovelace & Söhne",
  address_line1: "8 rue de l'Échiquier",
  address_line2: "bâtiment B",
  city: "Paris",
  state: "Île-de-France",
  postal_code: "75010",
  country: "FR",
  notes: "Elle préfère le courrier.",
};

/** The laws of the contract in `src/providers/provider.ts`, on one provider before its sandbox. */
export function testProvider<Wire, Patch>(subject: ProviderUnderTest<Wire, Patch>): void {
  const rooms: Room[] = [];
  const enter = async (options?: RoomOptions) => {
    const room = await openRoom(subject, options);
    rooms.push(room);
    return room;
  };
  afterEach(async () => {
    await Promise.all(rooms.splice(0).map((room) => room.close()));
  });

  describe(`the provider ${subject.provider}`, () => {
    testLens(subject.provider, subject);
    testListing(subject, enter);
    testChanges(subject, enter);
    testWrites(enter);
    testMany(subject.provider, enter);
    testFailures(enter);
    testDeclaration(enter);
  });
}

function testListing<Wire, Patch>(subject: ProviderUnderTest<Wire, Patch>, enter: Enter): void {
  const pages = 3;
  const clients = subject.pageSize * (pages - 1) + 5;

  describe("a full listing", () => {
    it("has every record once, on several pages", async () => {
      const room = await enter({ clients });
      const listing = await pullAll(room.clients, null);
      const ids = listing.flatMap((page) => page.observations.map((seen) => seen.externalId));
      expect(listing.length).toBe(pages);
      expect(new Set(ids).size).toBe(clients);
      expect(ids.length).toBe(clients);
      expect(listing.flatMap((page) => page.bad)).toEqual([]);
      expect(room.served().requests).toBe(pages);
    });

    it("shows a page again to whoever asks again, and goes on in another process", async () => {
      const room = await enter({ clients });
      const first = await room.clients.pull({ cursor: null, page: null });
      if (first.next.kind !== "more") throw new Error("there is one page only");
      const { page } = first.next;
      const second = await room.clients.pull({ cursor: null, page });
      const elsewhere = await room.open().clients?.pull({ cursor: null, page });
      expect(idsOf(elsewhere?.observations ?? [])).toEqual(idsOf(second.observations));
      expect(elsewhere?.next).toEqual(second.next);
      expect(idsOf(second.observations)).not.toEqual(idsOf(first.observations));
    });

    it("reads records as a look-up by id does", async () => {
      const room = await enter({ clients: 12 });
      const seen = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
      const found = (await room.clients.get(idsOf(seen))).map(observationOf);
      expect(found.map(timeless)).toEqual(seen.map(timeless));
      expect(seen.every((record) => record.state === "present")).toBe(true);
      expect(seen.every((record) => record.emails.length === 1)).toBe(true);
    });

    it("sets a record aside that is no record, or too large, and goes on with the rest", async () => {
      const room = await enter({ clients: 5 });
      const all = (await pullAll(room.clients, null)).flatMap((page) => idsOf(page.observations));
      const spoilTwo = rewriting((body) => {
        const [large, wrong] = subject.listed(body);
        if (large !== undefined) subject.spoil(large, "x".repeat(10_000_000));
        if (wrong !== undefined) for (const key of Object.keys(wrong)) wrong[key] = 42;
        return body;
      });
      room.intercept(spoilTwo);
      const [page] = await pullAll(room.clients, null);
      expect(page?.bad.length).toBe(2);
      expect(page?.bad[0]?.externalId).toBe(all[0]);
      expect(page?.bad[0]?.reason).toContain(`longer than ${maxFieldCharacters}`);
      // Where ids are numbers, 42 is one.
      expect([null, "42"]).toContain(page?.bad[1]?.externalId);
      expect(idsOf(page?.observations ?? [])).toEqual(all.slice(2));
      expect((await pullAll(room.clients, null))[0]?.bad).toEqual(page?.bad);
      expect(cursorOf(page)).not.toBe("");
    });
  });
}

function testChanges(
  subject: { readonly tellsTimes: boolean; readonly quietRequests?: number },
  enter: Enter,
): void {
  describe("an incremental listing", () => {
    it("costs as little as it can when there is nothing new", async () => {
      const room = await enter({ clients: 10 });
      const cursor = await cursorNow(room.clients);
      room.clock.advance(1_800_000);
      room.sandbox.control.clearLedger();
      const pages = await pullAll(room.clients, cursor);
      expect(pages.map((page) => page.observations)).toEqual([[]]);
      expect(room.served().requests).toBe(subject.quietRequests ?? 1);
    });

    it("names what was created, changed and deleted, once", async () => {
      const room = await enter({ clients: 4 });
      const before = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
      const cursor = await cursorNow(room.clients);
      room.clock.advance(600_000);
      const created = observed(await create(room, full));
      const [changed, deleted] = before;
      if (changed === undefined || deleted === undefined) throw new Error("nothing is seeded");
      await change(room, changed, { name: "Somebody Else" });
      observed(await room.clients.remove(deleted.externalId));
      const pages = await pullAll(room.clients, cursor);
      const seen = pages.flatMap((page) => page.observations);
      expect(seen.map((record) => `${record.externalId} ${record.state}`).toSorted()).toEqual(
        [
          `${created.externalId} present`,
          `${changed.externalId} present`,
          `${deleted.externalId} deleted`,
        ].toSorted(),
      );
      const edited = seen.find((record) => record.externalId === changed.externalId);
      expect(edited?.fields["name"]).toBe("Somebody Else");
      expect(seen.find((record) => record.state === "deleted")?.fields).toEqual({});
      expect(isDated(subject, room, edited)).toBe(true);
      const next = await pullAll(room.clients, cursorOf(pages.at(-1)));
      expect(next.flatMap((page) => page.observations)).toEqual([]);
    });

    it("dates changes by our clock where the provider's is ahead", async () => {
      const room = await enter({ clients: 2 });
      room.sandbox.control.moveClock({ advanceMs: 7_200_000 });
      const cursor = await cursorNow(room.clients);
      room.clock.advance(600_000);
      const [record] = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
      if (record === undefined) throw new Error("nothing is seeded");
      await change(room, record, { name: "Somebody Else" });
      const seen = (await pullAll(room.clients, cursor)).flatMap((page) => page.observations);
      expect(seen.map((one) => one.fields["name"])).toEqual(["Somebody Else"]);
      expect(isDated(subject, room, seen[0])).toBe(true);
    });

    it("says that a cursor has expired, and never that nothing is there", async () => {
      const room = await enter({ clients: 4 });
      const cursor = await cursorNow(room.clients);
      room.clock.advance((room.capabilities.cursorSeconds + 86_400) * 1000);
      room.sandbox.control.expireCursors();
      const page = await room.clients.pull({ cursor, page: null });
      expect(page.next).toEqual({ kind: "expired" });
      for (const unknown of ["", "{}", "not a cursor", '{"since":"x"}'])
        expect((await room.clients.pull({ cursor: unknown, page: null })).next.kind).toBe(
          "expired",
        );
      expect((await room.clients.pull({ cursor: null, page: "{}" })).next.kind).toBe("expired");
    });
  });
}

function testWrites(enter: Enter): void {
  describe("writes", () => {
    it("round every field, change each, and clear each", async () => {
      const room = await enter();
      const { lens } = room.capabilities;
      let record = observed(await create(room, full));
      expect(record.fields).toEqual(lens.normal(full));
      expect(record.emails).toEqual([full["email"]]);
      for (const field of lens.fields) {
        record = await change(room, record, { [field]: other[field] ?? null });
        expect([field, record.fields[field]]).toEqual([field, lens.normal(other)[field]]);
      }
      expect(record.fields).toEqual(lens.normal(other));
      for (const field of lens.fields) {
        record = await change(room, record, { [field]: null });
        expect([field, record.fields[field]]).toEqual([field, null]);
      }
      record = await change(room, record, full);
      expect(record.fields).toEqual(lens.normal(full));
      expect(
        (await room.clients.get([record.externalId])).map(observationOf).map(timeless),
      ).toEqual([timeless(record)]);
    });

    it("takes names of any shape and addresses of any script, or refuses them without repeating them", async () => {
      const room = await enter();
      for (const name of ["Madonna", "🦊🦊", "李小龍", "Anna  Maria  von  Berg", "O'Neil, Jr."]) {
        const record = observed(await create(room, { email: null, name }));
        expect(record.fields["name"]).toBe(name);
      }
      const address = "użytkownik@例え.jp";
      const answer = await create(room, { email: address });
      expect(["done", "refused"]).toContain(answer.kind);
      const told = answer.kind === "done" ? answer.observation.emails : JSON.stringify(answer);
      expect(told.includes(address)).toBe(answer.kind === "done");
    });

    it("sends nothing when the record has the values already", async () => {
      const room = await enter();
      const record = observed(await create(room, full));
      room.sandbox.control.clearLedger();
      expect(timeless(await change(room, record, full))).toEqual(timeless(record));
      expect(room.served().writes).toBe(0);
    });

    it("writes nothing over a record that is another than expected", async () => {
      const room = await enter();
      const before = observed(await create(room, full));
      const after = await change(room, before, { phone: "+49 30 901820" });
      room.sandbox.control.clearLedger();
      const answer = await update(room, before, { name: "Ada King" });
      expect(answer.kind).toBe("stale");
      expect("observation" in answer ? answer.observation.fields : null).toEqual(after.fields);
      expect(room.served().writes).toBe(0);
    });

    it("carries our id, and finds by it and by address", async () => {
      const room = await enter();
      const record = observed(await create(room, full, "0190-own"));
      expect(record.ownId).toBe(room.capabilities.ownId ? "0190-own" : null);
      await create(room, other, "0190-other");
      room.clock.advance(room.capabilities.searchLagSeconds * 1000);
      const find = async (ownId: string, emails: readonly string[]) =>
        idsOf(await room.clients.find({ ownId, emails }));
      const byOwnId = room.capabilities.ownId ? [record.externalId] : [];
      expect(await find("0190-own", [])).toEqual(byOwnId);
      expect(await find("0190-none", ["ada@example.com"])).toEqual([record.externalId]);
      expect(await find("0190-none", ["nobody@example.com"])).toEqual([]);
      const [listed] = (await pullAll(room.clients, null))
        .flatMap((page) => page.observations)
        .filter((seen) => seen.externalId === record.externalId);
      expect(listed?.ownId).toBe(record.ownId);
    });

    it("creates once when the answer to a create is lost", async () => {
      const room = await enter({ clients: 0 });
      room.sandbox.control.addFaults({ match: { method: "POST" }, kind: "lost-answer" });
      const request = { fields: full, ownId: "0190-own", key: "create-1" };
      const error = await failure(room.clients.create(request));
      expect(error.executed).toBe("unknown");
      room.clock.advance(room.capabilities.searchLagSeconds * 1000);
      if (room.capabilities.createKeySeconds !== null) await replay(room, request);
      const found = await room.clients.find({ ownId: "0190-own", emails: ["ada@example.com"] });
      expect(found.length).toBe(1);
      expect((await pullAll(room.clients, null)).flatMap((page) => page.observations).length).toBe(
        1,
      );
    });

    it("removes, and knows afterwards that the record is gone", async () => {
      const room = await enter();
      const record = observed(await create(room, full));
      const removed = observed(await room.clients.remove(record.externalId));
      await checkGone(room, record, removed);
      const ids = (await pullAll(room.clients, null)).flatMap((page) => idsOf(page.observations));
      expect(ids).not.toContain(record.externalId);
    });
  });
}

function testDeclaration(enter: Enter): void {
  describe("the declaration", () => {
    it("is what the session offers, and nothing else is offered", async () => {
      const room = await enter();
      const offered = Object.keys(room.open()).filter((verb) => verb !== "account");
      const declared = ["clients", "events", "activities"].filter((name) => name in room.provider);
      expect(offered).toEqual(declared);
      expect(room.provider.signIn.length).toBeGreaterThan(0);
      expect(
        room.capabilities.lens.fields.every((field) => room.capabilities.lens.holds(field)),
      ).toBe(true);
    });

    it("names the account that is signed in to, always by the same id", async () => {
      const room = await enter();
      const account = await room.open().account();
      expect(account.id).not.toBe("");
      expect(account.name).not.toBe("");
      expect(await room.open().account()).toEqual(account);
      expect(JSON.stringify(account)).not.toContain(await secretOf(room));
    });
  });
}

/** The same create again is the same record, as it is by then. */
async function replay(room: Room, request: CreateRequest): Promise<void> {
  const replayed = observed(await room.clients.create(request));
  expect(replayed.fields).toEqual(room.capabilities.lens.normal(full));
  const edited = await change(room, replayed, { name: "Ada King" });
  expect(timeless(observed(await room.clients.create(request)))).toEqual(timeless(edited));
}

async function checkGone(room: Room, record: Observation, removed: Observation): Promise<void> {
  const { externalId } = record;
  expect(removed.state).toBe("deleted");
  expect(await room.clients.get([externalId])).toEqual([{ kind: "gone", externalId }]);
  expect((await update(room, record, { name: "x" })).kind).toBe("gone");
  expect((await room.clients.remove(externalId)).kind).toBe("gone");
}

/** Dated to now by our clock, within some seconds; where the provider tells no time that can be trusted, not at all. */
function isDated(
  { tellsTimes }: { readonly tellsTimes: boolean },
  room: Room,
  seen: Observation | undefined,
): boolean {
  if (!tellsTimes) return seen?.modifiedAt === null;
  return Math.abs(Date.parse(seen?.modifiedAt ?? "") - room.clock.now()) < 5000;
}

async function secretOf(room: Room): Promise<string> {
  const { credentials } = room.sandbox.describe();
  return credentials["api_key"] ?? credentials["access_token"] ?? "no token";
}

let keys = 0;

function create(room: Room, fields: Fields, ownId = `0190-${(keys += 1)}`): Promise<WriteAnswer> {
  return room.clients.create({ fields, ownId, key: `create-${(keys += 1)}` });
}

function update(room: Room, seen: Observation, changes: Fields): Promise<WriteAnswer> {
  return room.clients.update({
    externalId: seen.externalId,
    changes,
    expected: { version: seen.version, fields: seen.fields },
    key: `update-${(keys += 1)}`,
  });
}

async function change(room: Room, seen: Observation, changes: Fields): Promise<Observation> {
  return observed(await update(room, seen, changes));
}

function observed(answer: WriteAnswer): Observation {
  if (answer.kind !== "done") throw new Error(`the write ended as ${JSON.stringify(answer)}`);
  return answer.observation;
}

function observationOf(found: Lookup): Observation {
  if (found.kind !== "found") throw new Error(`the look-up ended as ${JSON.stringify(found)}`);
  return found.observation;
}

function idsOf(observations: readonly Observation[]): readonly string[] {
  return observations.map((seen) => seen.externalId);
}

/** What two reads of one state have in common. */
function timeless(seen: Observation): Partial<Observation> {
  const { requestedAt: _requested, modifiedAt: _modified, ...rest } = seen;
  return rest;
}

async function failure(work: Promise<unknown>): Promise<ProviderError> {
  const outcome = await work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (outcome instanceof ProviderError) return outcome;
  throw outcome;
}
