import { expect, test } from "vitest";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testText(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    return await createStoreWorld(await database.open(deps), deps);
  };

  test("names in any script, emoji, quotes and line ends come back as they are", async () => {
    const { store, commit, client, mapping } = await setUp();
    const texts = [
      "李雷",
      "محمد بن سلمان",
      "Zoë 👩‍👩‍👧‍👦 Ñandú",
      'O\'Brien "The" `Boss` \\ ; -- drop table clients',
      "line\nend\ttab",
      "? :name $1 {{x}} %s",
      "\ufeffbom\u200bzero",
      '{"json": [1]}',
      "12345",
      "null",
      "true",
    ];
    const people = texts.map((text) =>
      client({ name: text, notes: text, tags: [text], "custom.field": text }),
    );
    const mappings = people.map(({ id }, i) =>
      mapping(id, {
        externalId: texts[i] ?? "",
        seen: {
          fields: { name: texts[i] ?? "" },
          emails: [],
          requestedAt: "2026-03-01T12:00:00.000Z",
          modifiedAt: null,
        },
      }),
    );
    await commit({ clients: { insert: people }, mappings: { insert: mappings } });
    await store.work.read(async (reader) => {
      expect(await reader.clients(people.map(({ id }) => id))).toEqual(people);
      expect(
        await reader.mappingsByExternalId(mappings[0]?.connectionId ?? "", "clients", texts),
      ).toEqual(mappings);
    });
  });

  test("what a database cannot hold in a text is left out of it, and JSON keeps it", async () => {
    const { store, org, commit, client, mapping, parked, conflict, connection } = await setUp();
    const person = client({ "custom.odd": "a\u0000b\ud800c" });
    const linked = mapping(person.id);
    const set = parked({ message: "bad \u0000 byte and \udfff half", externalId: "x\u0000y" });
    const open = conflict(linked, { remote: "nul \u0000", note: "nul \u0000" });
    await commit({
      clients: { insert: [person] },
      mappings: { insert: [linked] },
      parked: { put: [set] },
      conflicts: { put: [open] },
    });
    await store.work.read(async (reader) => {
      const [read] = await reader.clients([person.id]);
      expect(read?.fields["custom.odd"]).toBe("a\u0000b\ud800c");
      expect(await reader.conflictsOf([linked.id])).toEqual([{ ...open, note: "nul " }]);
      expect(await reader.parked(connection.id, "clients", ["x\u0000y"])).toEqual([
        { ...set, message: "bad  byte and \ufffd half", externalId: "xy" },
      ]);
    });
    await store.connections.setStatus(
      connection.id,
      { status: "error", reason: "malformed", lastError: "odd \u0000 \ud800" },
      "2026-03-01T12:00:00.000Z",
    );
    expect((await store.connections.list(org.id))[0]?.lastError).toBe("odd  \ufffd");
  });

  test("a field of ten megabytes passes through", async () => {
    const { store, commit, client } = await setUp();
    const notes = "ü".repeat(5_000_000);
    const person = client({ notes });
    await commit({ clients: { insert: [person] } });
    const [read] = await store.work.read((reader) => reader.clients([person.id]));
    expect(read?.fields["notes"]).toBe(notes);
  });
}
