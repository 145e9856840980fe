import { afterEach, describe, expect, it } from "vitest";
import type { Room } from "../../../conformance/provider-room.ts";
import {
  addContact,
  call,
  contactOf,
  createOf,
  enterSalesforce,
  many,
  observed,
  see,
  updateOf,
} from "./salesforce-room.ts";

const rooms: Room[] = [];

async function enter(clients = 0): Promise<Room> {
  const room = await enterSalesforce({ clients });
  rooms.push(room);
  return room;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

const people = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    createOf({ name: `Ana ${at}`, email: `ana${at}@example.com` }),
  );

describe("many creates in Salesforce", () => {
  it("take two requests, and are answered in their order", async () => {
    const room = await enter();
    const requests = people(200);
    const answers = await many(room).createMany(requests);
    expect(room.served().requests).toBe(2);
    expect(answers.map((answer) => observed(answer).fields["email"])).toEqual(
      requests.map(({ fields }) => fields["email"]),
    );
  });

  it("are refused one by one, with the code of collections", async () => {
    const room = await enter();
    const [first, second] = people(2);
    if (first === undefined || second === undefined) throw new Error("there are no people");
    const bad = createOf({ name: "Bad", email: "not an address" });
    const answers = await many(room).createMany([first, bad, second]);
    expect(answers.map(({ kind }) => kind)).toEqual(["done", "refused", "done"]);
    expect(answers[1]).toMatchObject({
      message: "Salesforce does not accept the address (Email; INVALID_EMAIL_ADDRESS)",
    });
  });

  it("ask alone for one that a duplicate rule forbids, since only then its twin is named", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Ana", Email: "ana1@example.com" });
    room.sandbox.control.changeVendor({ duplicate_rule: true });
    const answers = await many(room).createMany(people(3));
    expect(answers.map(({ kind }) => kind)).toEqual(["done", "exists", "done"]);
    expect(answers[1]).toEqual({ kind: "exists", externalId: id });
  });

  it("are halved where Salesforce turns all of them away because of one", async () => {
    const room = await enter();
    room.sandbox.control.addFaults(
      // All of eight, the first four, the first two, and the first one.
      ...[1, 2, 3, 4].map(() => ({
        match: { method: "POST", path: "/composite/sobjects$" },
        kind: "status" as const,
        status: 400,
      })),
    );
    const answers = await many(room).createMany(people(8));
    expect(answers.map(({ kind }) => kind)).toEqual(["refused", ...Array(7).fill("done")]);
  });

  it("tell of those that were written before a half was lost", async () => {
    const room = await enter();
    const match = { method: "POST", path: "/composite/sobjects$" };
    room.sandbox.control.addFaults(
      { match, kind: "status", status: 400 },
      { match, kind: "lost-answer", after: 1 },
    );
    const answers = await many(room).createMany(people(4));
    expect(answers.map(({ kind }) => kind)).toEqual(["done", "done", "failed", "failed"]);
    expect(answers[2]).toMatchObject({ error: { executed: "unknown" } });
  });

  it("throw where nothing is known of any, and leave open what is not read back", async () => {
    const room = await enter();
    room.sandbox.control.addFaults({ match: { method: "POST" }, kind: "lost-answer" });
    await expect(many(room).createMany(people(2))).rejects.toMatchObject({
      code: "provider-unavailable",
      executed: "unknown",
    });
    room.sandbox.control.addFaults({ match: { method: "GET" }, kind: "status", status: 503 });
    const answers = await many(room).createMany(people(2));
    expect(answers).toMatchObject([
      { kind: "failed", error: { executed: "unknown" } },
      { kind: "failed", error: { executed: "unknown" } },
    ]);
  });

  it("wait for a locked row without a word of refusal", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ locked_writes: 1 });
    const answers = await many(room).createMany(people(2));
    expect(answers).toMatchObject([
      { kind: "failed", error: { code: "provider-unavailable", executed: "no" } },
      { kind: "done" },
    ]);
  });
});

describe("many updates in Salesforce", () => {
  it("take three requests, and each has the answer that it would have alone", async () => {
    const room = await enter();
    const ids: string[] = [];
    for (const name of ["done", "stale", "same", "deleted", "merged", "winner", "refused"])
      ids.push(await addContact(room, { LastName: name }));
    const seen = [];
    for (const id of ids) seen.push(await see(room, id));
    const [, stale = "", , deleted = "", merged = "", winner = ""] = ids;
    await call(room, "PATCH", `/sobjects/Contact/${stale}`, { LastName: "Edited" });
    await call(room, "DELETE", `/sobjects/Contact/${deleted}`);
    room.sandbox.control.changeVendor({ merge_contacts: { winner, losers: [merged] } });
    const changes = [
      { name: "Ana" },
      { name: "Ana" },
      { name: "same" },
      { name: "Ana" },
      { name: "Ana" },
      { name: "Berta" },
      { email: "not an address" },
    ];
    room.sandbox.control.clearLedger();
    const answers = await many(room).updateMany(
      seen.map((one, at) => updateOf(one, changes[at] ?? {})),
    );
    expect(answers).toMatchObject([
      { kind: "done", observation: { fields: { name: "Ana" } } },
      { kind: "stale", observation: { fields: { name: "Edited" } } },
      { kind: "done", observation: { fields: { name: "same" } } },
      { kind: "gone", mergedInto: null },
      { kind: "gone", mergedInto: winner },
      { kind: "done", observation: { fields: { name: "Berta" } } },
      { kind: "refused" },
    ]);
    // One more asks the recycle bin for those that are gone.
    expect(room.served().requests).toBe(4);
    expect(contactOf(room, stale)).toMatchObject({ LastName: "Edited" });
  });

  it("know of a contact that went away between the read and the write", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg" });
    const winner = await addContact(room, { LastName: "Winner" });
    const seen = [await see(room, id), await see(room, winner)];
    room.intercept(async (path, send) => {
      const merges = path.endsWith("/composite/sobjects");
      if (merges) room.sandbox.control.changeVendor({ merge_contacts: { winner, losers: [id] } });
      return send();
    });
    const answers = await many(room).updateMany(
      seen.map((one) => updateOf(one, { phone: "+49 30 1" })),
    );
    expect(answers).toMatchObject([{ kind: "gone", mergedInto: winner }, { kind: "done" }]);
  });

  it("send nothing where nothing is to be written", async () => {
    const room = await enter();
    const seen = await see(room, await addContact(room, { LastName: "Berg" }));
    room.sandbox.control.clearLedger();
    const answers = await many(room).updateMany([updateOf(seen, { name: "Berg" })]);
    expect(answers.map(({ kind }) => kind)).toEqual(["done"]);
    expect(room.served()).toEqual({ requests: 1, writes: 0 });
    expect(await many(room).createMany([])).toEqual([]);
    expect(await many(room).updateMany([])).toEqual([]);
  });
});
