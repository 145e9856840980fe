import { describe, expect, it } from "vitest";
import type { Client } from "../../../src/model/client.ts";
import type { Fields } from "../../../src/model/fields.ts";
import { must } from "../../../src/lib/assert.ts";
import { exactLens, narrowLens } from "../../support/toy-lens.ts";
import { at, createRoom } from "./room.ts";
import type { PartySpec, Room } from "./room.ts";

const email = "ana@example.com";

/** One client and its record, agreed on these fields at minute 0; tests go on from minute 10. */
function agreed(fields: Fields, spec: Partial<PartySpec> = {}, others: readonly PartySpec[] = []) {
  const room = createRoom([{ name: "crm", create: { there: false }, ...spec }, ...others]);
  const client = room.add({ email, ...fields });
  room.see("crm", "r", { fields: { email, ...fields } });
  room.minute = 10;
  return { room, client };
}

/** The record is edited at that minute and seen at once. */
function editThere(room: Room, fields: Fields, minute: number): void {
  room.minute = minute;
  const before = room.mapping("crm", "r").seen?.fields ?? {};
  room.see("crm", "r", { fields: { ...before, ...fields } });
}

function editHere(room: Room, client: Client, fields: Fields, minute: number): void {
  room.minute = minute;
  room.edit(client, fields);
}

const valueOf = (room: Room, client: Client, field: string) =>
  room.client(client).fields[field] ?? null;

describe("a field that one side changed (law 1)", () => {
  it("is taken where the record changed it, and is owed to every other connection", () => {
    const { room, client } = agreed({ name: "Ana" }, {}, [{ name: "mail" }]);
    room.deliver("mail", client);
    editThere(room, { name: "Ana B" }, 10);
    expect(valueOf(room, client, "name")).toBe("Ana B");
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.send("mail", client)?.fields).toEqual({ name: "Ana B" });
  });

  it("is sent where the hub changed it, and nothing else with it", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1" });
    room.edit(client, { name: "Ana B" });
    expect(room.send("crm", client)?.fields).toEqual({ name: "Ana B" });
  });

  it("is left alone where both changed it to the same", () => {
    const { room, client } = agreed({ name: "Ana" });
    editHere(room, client, { name: "Ana B" }, 10);
    editThere(room, { name: "Ana B" }, 11);
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "r").base?.fields["name"]).toEqual({
      local: "Ana B",
      remote: "Ana B",
    });
  });

  it("does not stop the other fields where it is a conflict", () => {
    const { room, client } = agreed(
      { name: "Ana", phone: "1" },
      { strategies: { name: "manual" } },
    );
    editHere(room, client, { name: "here" }, 10);
    editThere(room, { name: "there", phone: "2" }, 11);
    expect(valueOf(room, client, "phone")).toBe("2");
    expect(room.conflicts()).toMatchObject([{ field: "name", local: "here", remote: "there" }]);
  });
});

describe("a field that both sides changed differently", () => {
  it.each([
    { strategy: "astralis-wins", first: "here", wins: "here" },
    { strategy: "astralis-wins", first: "there", wins: "here" },
    { strategy: "external-wins", first: "here", wins: "there" },
    { strategy: "external-wins", first: "there", wins: "there" },
    { strategy: "last-write-wins", first: "here", wins: "there" },
    { strategy: "last-write-wins", first: "there", wins: "here" },
  ] as const)(
    "goes to $wins under $strategy where the edit $first was first, and the loser is journalled",
    ({ strategy, first, wins }) => {
      const { room, client } = agreed({ name: "Ana" }, { strategy });
      editHere(room, client, { name: "here" }, first === "here" ? 10 : 20);
      room.minute = 30;
      room.see("crm", "r", {
        fields: { email, name: "there" },
        modifiedAt: at(first === "here" ? 20 : 10),
      });
      expect(valueOf(room, client, "name")).toBe(wins);
      const sent = room.send("crm", client);
      expect(sent?.fields ?? null).toEqual(wins === "here" ? { name: "here" } : null);
      const loser = wins === "here" ? "there" : "here";
      expect(room.journal().filter((change) => change.lost === loser)).toMatchObject([
        { field: "name", rule: strategy },
      ]);
    },
  );

  it("asks the field's strategy before the connection's", () => {
    const { room, client } = agreed(
      { name: "Ana", phone: "1" },
      { strategy: "external-wins", strategies: { phone: "astralis-wins" } },
    );
    editHere(room, client, { name: "here", phone: "2" }, 10);
    editThere(room, { name: "there", phone: "3" }, 11);
    expect(room.client(client).fields).toMatchObject({ name: "there", phone: "2" });
  });

  it("goes to the hub where both were changed at the same time", () => {
    const { room, client } = agreed({ name: "Ana" });
    editHere(room, client, { name: "here" }, 10);
    editThere(room, { name: "there" }, 10);
    expect(valueOf(room, client, "name")).toBe("here");
  });

  it.each([
    { order: ["crm", "mail"], wins: "at crm" },
    { order: ["mail", "crm"], wins: "at mail" },
  ])(
    "goes between connections to the first of $order where the time is the same",
    ({ order, wins }) => {
      const room = createRoom(order.map((name) => ({ name })));
      room.see("crm", "r", { fields: { email, name: "Ana" } });
      room.see("mail", "m", { fields: { email, name: "Ana" } });
      const client = must(room.clients()[0], "the client");
      room.minute = 20;
      room.see("crm", "r", { fields: { email, name: "at crm" }, modifiedAt: at(15) });
      room.see("mail", "m", { fields: { email, name: "at mail" }, modifiedAt: at(15) });
      expect(valueOf(room, client, "name")).toBe(wins);
    },
  );

  it("keeps the origin's time of a value that was taken, so that a later one elsewhere still wins", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.see("crm", "r", { fields: { email, name: "Ana" } });
    room.see("mail", "m", { fields: { email, name: "Ana" } });
    const client = must(room.clients()[0], "the client");
    room.minute = 30;
    room.see("crm", "r", { fields: { email, name: "earlier" }, modifiedAt: at(15) });
    expect(room.client(client).fieldTimes["name"]).toEqual({ at: at(15), source: "crm" });
    room.see("mail", "m", { fields: { email, name: "later" }, modifiedAt: at(16) });
    expect(valueOf(room, client, "name")).toBe("later");
  });
});

describe("the time of a remote change", () => {
  it("is never later than its observation", () => {
    const { room, client } = agreed({ name: "Ana" });
    room.minute = 20;
    room.see("crm", "r", { fields: { email, name: "there" }, modifiedAt: at(5000) });
    expect(room.client(client).fieldTimes["name"]).toEqual({ at: at(20), source: "crm" });
  });

  it("is never later than the observation for a new client either", () => {
    const room = createRoom([{ name: "crm" }]);
    room.see("crm", "r", { fields: { email, name: "Ana" }, modifiedAt: at(5000) });
    expect(room.clients()[0]?.fieldTimes["name"]?.at).toBe(at(0));
  });

  it("is the start of the previous pass where the record does not tell it", () => {
    const { room, client } = agreed({ name: "Ana" }, { previousPassAt: at(12) });
    editHere(room, client, { name: "here" }, 11);
    room.minute = 20;
    room.see("crm", "r", { fields: { email, name: "there" }, modifiedAt: null });
    expect(valueOf(room, client, "name")).toBe("there");
    expect(room.client(client).fieldTimes["name"]?.at).toBe(at(12));
  });

  it("is the start of the previous pass for a new client of an undated record", () => {
    const room = createRoom([{ name: "crm", previousPassAt: at(-5) }]);
    room.see("crm", "r", { fields: { email, name: "Ana" }, modifiedAt: null });
    expect(room.clients()[0]?.fieldTimes["name"]?.at).toBe(at(-5));
  });

  it("does not move when the next pass has begun: what was decided stays decided", () => {
    const { room, client } = agreed({ name: "Ana" }, { previousPassAt: at(5) });
    editHere(room, client, { name: "here" }, 11);
    room.minute = 20;
    room.see("crm", "r", { fields: { email, name: "there" }, modifiedAt: null });
    expect(room.entry("crm", client)?.state).toBe("due");
    room.configure({ name: "crm", previousPassAt: at(20) });
    expect(room.send("crm", client)?.fields).toEqual({ name: "here" });
  });

  it("does not move when the same undated record is listed again", () => {
    const { room, client } = agreed({ name: "Ana" }, { previousPassAt: at(5) });
    editHere(room, client, { name: "here" }, 11);
    room.minute = 20;
    room.see("crm", "r", { fields: { email, name: "there" }, modifiedAt: null });
    room.configure({ name: "crm", previousPassAt: at(20) });
    room.minute = 30;
    room.see("crm", "r", { fields: { email, name: "there" }, modifiedAt: null });
    expect(valueOf(room, client, "name")).toBe("here");
    expect(room.send("crm", client)?.fields).toEqual({ name: "here" });
  });
});

describe("a pair without a base", () => {
  const first = (
    strategy: PartySpec["strategy"],
    local: Fields,
    remote: Fields,
    minutes: number[],
  ) => {
    const room = createRoom([
      { name: "crm", ...(strategy ? { strategy } : {}), create: { there: false } },
    ]);
    room.minute = minutes[0] ?? 0;
    const client = room.add({ email, ...local });
    room.minute = 100;
    room.see("crm", "r", { fields: { email, ...remote }, modifiedAt: at(minutes[1] ?? 0) });
    return { room, client };
  };

  it("agrees on equal values, and writes nothing", () => {
    const { room, client } = first("manual", { name: "Ana" }, { name: "Ana" }, [0, 1]);
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "r").base?.fields["name"]).toEqual({ local: "Ana", remote: "Ana" });
  });

  it("lets a value beat none, whichever side has it and however old it is", () => {
    const { room, client } = first(
      "manual",
      { name: "Ana", phone: null },
      { name: null, phone: "1" },
      [50, 0],
    );
    expect(valueOf(room, client, "phone")).toBe("1");
    expect(room.send("crm", client)?.fields).toEqual({ name: "Ana" });
  });

  it("leaves two different values to the rule", () => {
    expect(valueOf(...pairOf(first("external-wins", { name: "a" }, { name: "b" }, [9, 1])))).toBe(
      "b",
    );
    expect(valueOf(...pairOf(first("astralis-wins", { name: "a" }, { name: "b" }, [1, 9])))).toBe(
      "a",
    );
    expect(valueOf(...pairOf(first("last-write-wins", { name: "a" }, { name: "b" }, [9, 1])))).toBe(
      "a",
    );
    expect(valueOf(...pairOf(first("last-write-wins", { name: "a" }, { name: "b" }, [1, 9])))).toBe(
      "b",
    );
    expect(first("manual", { name: "a" }, { name: "b" }, [1, 9]).room.conflicts()).toHaveLength(1);
  });

  it("is what a lens of another version makes of it: nothing is sent or taken for what is equal", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1" });
    room.configure({ name: "crm", lens: { ...exactLens, version: "exact-2" }, strategy: "manual" });
    editThere(room, { phone: "2" }, 11);
    expect(room.mapping("crm", "r").base?.lens).toBe("exact-2");
    expect(room.conflicts()).toMatchObject([{ field: "phone", local: "1", remote: "2" }]);
    expect(room.entry("crm", client)).toBeUndefined();
  });
});

describe("directions", () => {
  it("under pull never send, and take the next remote change over any local one", () => {
    const { room, client } = agreed(
      { name: "Ana" },
      { direction: "pull", strategy: "astralis-wins" },
    );
    editHere(room, client, { name: "here" }, 20);
    expect(room.entry("crm", client)).toBeUndefined();
    room.see("crm", "r", { fields: { email, name: "Ana" } });
    expect(valueOf(room, client, "name")).toBe("here");
    editThere(room, { name: "there" }, 21);
    expect(valueOf(room, client, "name")).toBe("there");
    expect(room.journal().some((change) => change.lost === "here")).toBe(true);
  });

  it("under push never take, and do not send again what drifts there", () => {
    const { room, client } = agreed({ name: "Ana" }, { direction: "push" });
    editThere(room, { name: "there" }, 11);
    expect(valueOf(room, client, "name")).toBe("Ana");
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "r").base?.fields["name"]).toEqual({
      local: "Ana",
      remote: "there",
    });
    expect(room.journal().some((change) => change.lost === "there")).toBe(true);
    room.edit(client, { name: "here" });
    expect(room.deliver("crm", client)).toEqual({ name: "here" });
  });

  it("under push send a local change over a remote one", () => {
    const { room, client } = agreed(
      { name: "Ana" },
      { direction: "push", strategy: "external-wins" },
    );
    editHere(room, client, { name: "here" }, 10);
    editThere(room, { name: "there" }, 11);
    expect(valueOf(room, client, "name")).toBe("here");
    expect(room.send("crm", client)?.fields).toEqual({ name: "here" });
  });

  it("are a field's own before they are the connection's", () => {
    const { room, client } = agreed(
      { name: "Ana", phone: "1" },
      { directions: { name: "pull", phone: "push" } },
    );
    room.edit(client, { name: "here", phone: "2" });
    expect(room.deliver("crm", client)).toEqual({ phone: "2" });
    editThere(room, { name: "there", phone: "3" }, 12);
    expect(room.client(client).fields).toMatchObject({ name: "there", phone: "2" });
  });

  it("keep a field that is only pulled out of a create", () => {
    const room = createRoom([{ name: "crm", directions: { phone: "pull" } }]);
    const client = room.add({ email, name: "Ana", phone: "1" });
    expect(room.send("crm", client)?.fields).toEqual({ email, name: "Ana" });
  });

  it("under pull create nothing there, and under push nothing here", () => {
    const room = createRoom([
      { name: "crm", direction: "pull" },
      { name: "mail", direction: "push" },
    ]);
    const client = room.add({ email, name: "Ana" });
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.entry("mail", client)).toBeDefined();
    room.see("mail", "m", { fields: { email: "eve@example.com" } });
    expect(room.clients()).toHaveLength(1);
  });
});

describe("absent, null and empty (law 2)", () => {
  it("lets a field that the record does not show change nothing", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1" });
    room.minute = 11;
    room.see("crm", "r", { fields: { email, name: "Ana B" } });
    expect(room.client(client).fields).toMatchObject({ name: "Ana B", phone: "1" });
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "r").base?.fields["phone"]).toEqual({ local: "1", remote: "1" });
  });

  it("carries a clear to the other side, both ways", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1" });
    editThere(room, { phone: null }, 11);
    expect(valueOf(room, client, "phone")).toBeNull();
    room.edit(client, { name: null });
    expect(room.send("crm", client)?.fields).toEqual({ name: null });
  });

  it("takes nothing for a clear where there is no base: the value comes back", () => {
    const room = createRoom([{ name: "crm", create: { there: false } }]);
    const client = room.add({ email, name: "Ana" });
    room.edit(client, { name: null });
    room.minute = 5;
    room.see("crm", "r", { fields: { email, name: "Ana" }, modifiedAt: at(0) });
    expect(valueOf(room, client, "name")).toBe("Ana");
  });

  it("ignores a clear where it is told to, on either side, and hears the next value", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1" }, { clear: "ignore" });
    editThere(room, { phone: null }, 11);
    expect(valueOf(room, client, "phone")).toBe("1");
    expect(room.entry("crm", client)).toBeUndefined();
    room.edit(client, { name: null });
    expect(room.entry("crm", client)).toBeUndefined();
    editThere(room, { phone: "2", name: "Ana B" }, 12);
    expect(room.client(client).fields).toMatchObject({ phone: "2", name: "Ana B" });
  });

  it("counts an ignored clear as no change: the other side's edit wins, whatever the times", () => {
    const { room, client } = agreed(
      { name: "Ana", phone: "1" },
      { clears: { phone: "ignore", name: "ignore" } },
    );
    room.minute = 12;
    room.see("crm", "r", { fields: { email, name: "there", phone: "1" }, modifiedAt: at(11) });
    expect(valueOf(room, client, "name")).toBe("there");
    editHere(room, client, { phone: null }, 20);
    room.minute = 21;
    room.see("crm", "r", { fields: { email, name: "there", phone: "2" }, modifiedAt: at(15) });
    expect(valueOf(room, client, "phone")).toBe("2");
    editHere(room, client, { name: "here" }, 22);
    room.minute = 24;
    room.see("crm", "r", { fields: { email, name: null, phone: "2" }, modifiedAt: at(23) });
    expect(valueOf(room, client, "name")).toBe("here");
    expect(room.send("crm", client)?.fields).toEqual({ name: "here" });
    expect(room.conflicts()).toEqual([]);
  });
});

describe("a value that the provider holds only in part (law 3)", () => {
  it("is no change there, and no reason to write", () => {
    const { room, client } = agreed({ name: "Adam" }, { lens: narrowLens });
    room.edit(client, { name: "Adamant" });
    expect(room.entry("crm", client)).toBeUndefined();
    room.see("crm", "r", { fields: { email, name: "Adam" } });
    expect(valueOf(room, client, "name")).toBe("Adamant");
  });

  it("has a remote edit lifted onto it", () => {
    const { room, client } = agreed({ name: "Adam" }, { lens: narrowLens });
    room.edit(client, { name: "Adamant" });
    editThere(room, { name: "Edam" }, 12);
    expect(valueOf(room, client, "name")).toBe("Edamant");
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("is not sent, and not blanked there, where the provider cannot hold it at all", () => {
    const { room, client } = agreed({ notes: "fine" }, { lens: narrowLens });
    room.edit(client, { notes: "no!", tags: ["a"] });
    expect(room.entry("crm", client)).toBeUndefined();
    room.see("crm", "r", { fields: { email, notes: "fine" } });
    expect(valueOf(room, client, "notes")).toBe("no!");
  });

  it("is a conflict, not lost, where it cannot be held there and the record changed too", () => {
    const { room, client } = agreed(
      { notes: "fine" },
      { lens: narrowLens, strategy: "astralis-wins" },
    );
    room.edit(client, { notes: "no!" });
    editThere(room, { notes: "so so" }, 12);
    expect(valueOf(room, client, "notes")).toBe("no!");
    expect(room.journal().some((change) => change.lost === "so so")).toBe(true);
  });
});

describe("an answer (law 4)", () => {
  it("makes what the provider rewrote the remote half of the base, and never the hub's value", () => {
    const { room, client } = agreed({ name: "Ana" });
    room.edit(client, { name: "ana b" });
    const sent = must(room.send("crm", client), "a write");
    room.settle("crm", sent, {
      kind: "done",
      observation: room.observation("r", { fields: { email, name: "Ana B." } }),
    });
    expect(valueOf(room, client, "name")).toBe("ana b");
    expect(room.entry("crm", client)).toBeUndefined();
    room.see("crm", "r", { fields: { email, name: "Ana B." } });
    expect(valueOf(room, client, "name")).toBe("ana b");
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("advances the base for what was sent alone; the rest is reconciled like any observation", () => {
    const { room, client } = agreed({ name: "Ana", phone: "1", notes: "n" });
    room.edit(client, { name: "Ana B" });
    const sent = must(room.send("crm", client), "a write");
    room.minute = 12;
    room.settle("crm", sent, {
      kind: "done",
      observation: room.observation("r", {
        fields: { email, name: "Ana B", phone: "2", notes: "n" },
      }),
    });
    expect(room.client(client).fields).toMatchObject({ name: "Ana B", phone: "2" });
  });

  it("moves the base to what was sent, never to what was edited meanwhile (law 5)", () => {
    const { room, client } = agreed({ name: "Ana" });
    room.edit(client, { name: "first" });
    const sent = must(room.send("crm", client), "a write");
    room.edit(client, { name: "second" });
    room.settle("crm", sent, {
      kind: "done",
      observation: room.observation("r", { fields: { email, name: "first" } }),
    });
    expect(room.mapping("crm", "r").base?.fields["name"]).toEqual({
      local: "first",
      remote: "first",
    });
    expect(room.deliver("crm", client)).toEqual({ name: "second" });
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("freezes a field that was turned back three times, until a person edits it here", () => {
    const { room, client } = agreed({ name: "Ana" }, {}, [{ name: "mail" }]);
    room.deliver("mail", client);
    for (const minute of [20, 30, 40]) {
      room.minute = minute;
      room.see("mail", "mail-0001", { fields: { email, name: "Anna" } });
      expect(valueOf(room, client, "name")).toBe("Anna");
      expect(room.deliver("crm", client)).toEqual({ name: "Anna" });
      editThere(room, { name: "Ana" }, minute + 1);
      room.deliver("mail", client);
    }
    expect(valueOf(room, client, "name")).toBe("Anna");
    expect(room.conflicts()).toMatchObject([
      { connectionId: "crm", field: "name", kind: "frozen" },
    ]);
    expect(room.entry("crm", client)).toBeUndefined();
    editHere(room, client, { name: "Annie" }, 50);
    expect(room.conflicts()).toEqual([]);
    expect(room.deliver("crm", client)).toEqual({ name: "Annie" });
  });
});

function pairOf(one: { readonly room: Room; readonly client: Client }): [Room, Client, string] {
  return [one.room, one.client, "name"];
}
