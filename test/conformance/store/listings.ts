import { expect, test } from "vitest";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testListings(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    const world = await createStoreWorld(await database.open(deps), deps);
    const { store, connection, lease } = world;
    return {
      ...world,
      cursors: store.cursors,
      stagedRows: store.staged,
      append: (
        listing: ReturnType<typeof world.listing>,
        rows: ReturnType<typeof world.staged>[],
      ) => store.staged.append(connection.id, "clients", listing, rows, lease),
      next: async (limit = 100) =>
        (await store.staged.next(connection.id, "clients", limit)).map((row) => row.externalId),
      tally: (mode: "full" | "changes" = "full", since = "2026-03-01T00:00:00.000Z") =>
        store.staged.tally(connection.id, "clients", { mode, since }),
      absent: async (limit = 100) =>
        (await store.staged.absent(connection.id, "clients", limit)).map((row) => row.externalId),
    };
  };

  test("a listing and its pages are kept together and come back in order", async () => {
    const { append, next, cursors, stagedRows, connection, listing, staged } = await setUp();
    expect(await cursors.get(connection.id, "clients")).toBeNull();
    const first = listing({ page: "p2", pages: 1 });
    const rows = [staged("c"), staged("a")];
    await append(first, rows);
    const second = { ...first, page: null, endCursor: "end", pages: 2 };
    await append(second, [staged("b")]);
    expect(await cursors.get(connection.id, "clients")).toEqual({
      connectionId: connection.id,
      collection: "clients",
      cursor: null,
      cursorAt: null,
      listing: second,
      lastCompleteAt: null,
      settledRules: null,
    });
    expect(await next()).toEqual(["c", "a", "b"]);
    expect(await next(2)).toEqual(["c", "a"]);
    expect(await stagedRows.next(connection.id, "clients", 2)).toEqual(rows);
    expect(await stagedRows.next(connection.id, "events", 2)).toEqual([]);
  });

  test("a later row of a record replaces the earlier one, on another page or the same", async () => {
    const { append, next, stagedRows, connection, listing, staged } = await setUp();
    const under = listing();
    await append(under, [staged("a"), staged("b")]);
    await append({ ...under, pages: 2 }, [staged("a"), staged("c"), staged("a", { version: "3" })]);
    expect(await next()).toEqual(["b", "c", "a"]);
    const rows = await stagedRows.next(connection.id, "clients", 10);
    expect(rows.at(-1)?.observation?.version).toBe("3");
  });

  test("a record that could not be read is staged with its reason", async () => {
    const { append, stagedRows, connection, listing, id } = await setUp();
    const bad = {
      id: id(),
      externalId: "x",
      observation: null,
      bad: { reason: 'name "\u0000\ud800" is no text', fingerprint: "f" },
    };
    await append(listing(), [bad]);
    expect(await stagedRows.next(connection.id, "clients", 10)).toEqual([bad]);
  });

  test("committed rows are not given again, and the cursor's write ends the listing", async () => {
    const { append, next, commit, tally, cursors, stagedRows, connection, listing, staged } =
      await setUp();
    const rows = [staged("a"), staged("b"), staged("c")];
    await append(listing(), rows);
    await commit({ staged: rows.slice(0, 2).map((row) => row.id) });
    expect(await next()).toEqual(["c"]);
    expect((await tally()).staged).toBe(3);
    const cursor = {
      connectionId: connection.id,
      collection: "clients",
      cursor: "end",
      cursorAt: "2026-03-01T12:00:00.000Z",
      lastCompleteAt: "2026-03-01T12:01:00.000Z",
      settledRules: "rules",
    } as const;
    await commit({ staged: rows.map((row) => row.id), cursor });
    expect(await cursors.get(connection.id, "clients")).toEqual({ ...cursor, listing: null });
    expect(await stagedRows.next(connection.id, "clients", 10)).toEqual([]);
    expect((await tally()).staged).toBe(0);
  });

  test("dropping a listing drops what it staged and keeps the cursor", async () => {
    const { append, next, commit, cursors, connection, lease, listing, staged } = await setUp();
    const cursor = {
      connectionId: connection.id,
      collection: "clients",
      cursor: "kept",
      cursorAt: null,
      lastCompleteAt: null,
      settledRules: null,
    } as const;
    await commit({ cursor });
    await append(listing(), [staged("a")]);
    await cursors.setListing(connection.id, "clients", null, lease);
    expect(await next()).toEqual([]);
    expect(await cursors.get(connection.id, "clients")).toEqual({ ...cursor, listing: null });
  });

  test("another listing starts with nothing staged, the same one goes on", async () => {
    const { append, next, cursors, connection, lease, listing, staged } = await setUp();
    const first = listing();
    await cursors.setListing(connection.id, "clients", first, lease);
    await append(first, [staged("a")]);
    await cursors.setListing(connection.id, "clients", { ...first, accepted: ["deletes"] }, lease);
    expect(await next()).toEqual(["a"]);
    await cursors.setListing(connection.id, "clients", listing(), lease);
    expect(await next()).toEqual([]);
  });

  test("a reset forgets cursor and listing of that collection alone", async () => {
    const { append, next, cursors, connection, lease, listing, staged } = await setUp();
    await append(listing(), [staged("a")]);
    await cursors.setListing(connection.id, "events", listing(), lease);
    await cursors.reset(connection.id, "clients");
    expect(await next()).toEqual([]);
    expect(await cursors.get(connection.id, "clients")).toBeNull();
    expect(await cursors.get(connection.id, "events")).not.toBeNull();
  });

  test("the tally counts what the ceilings of law 7 need", async () => {
    const { append, tally, commit, client, mapping, listing, staged, clock } = await setUp();
    const people = Array.from({ length: 8 }, () => client());
    const of = (index: number, externalId: string, state: "linked" | "missing" | "unlinked") =>
      mapping(people[index]?.id ?? "", {
        externalId,
        state,
        stateAt: state === "linked" ? "2026-02-01T00:00:00.000Z" : "2026-03-01T10:00:00.000Z",
      });
    await commit({
      clients: { insert: people },
      mappings: {
        insert: [
          of(0, "same", "linked"),
          of(1, "changed", "linked"),
          of(2, "deleted", "linked"),
          of(3, "absent", "linked"),
          of(4, "merged", "linked"),
          of(5, "unreadable", "linked"),
          of(6, "missing", "missing"),
          of(7, "unlinked", "unlinked"),
        ],
      },
    });
    clock.advance(1_000);
    await append(listing(), [
      staged("same"),
      staged("changed", { fields: { name: "EVA" } }),
      staged("deleted", { state: "deleted", fields: {} }),
      staged("merged", { state: "deleted", mergedInto: "same", fields: {} }),
      { ...staged("unreadable"), observation: null, bad: { reason: "r", fingerprint: "f" } },
      staged("missing", { state: "deleted", fields: {} }),
      staged("unlinked", { fields: { name: "EVA" } }),
      staged("new"),
    ]);
    const counted = { mappings: 8, deleted: 1, changed: 1, staged: 8, recentlyGone: 2 };
    expect(await tally("full")).toEqual({ ...counted, absent: 1 });
    expect(await tally("changes")).toEqual({ ...counted, absent: 0 });
    const later = await tally("full", "2026-03-01T11:00:00.000Z");
    expect(later).toMatchObject({ mappings: 7, recentlyGone: 0 });
  });

  test("absent is what a full listing never showed, also after its rows were committed", async () => {
    const { append, absent, commit, client, mapping, listing, staged, clock } = await setUp();
    const people = Array.from({ length: 4 }, () => client());
    const mappings = people.map(({ id }, i) => mapping(id, { externalId: `e${i}` }));
    await commit({ clients: { insert: people }, mappings: { insert: mappings } });
    clock.advance(1_000);
    expect(await absent()).toEqual([]);
    const rows = [staged("e0")];
    await append(listing(), rows);
    await commit({ staged: rows.map((row) => row.id) });
    expect(await absent()).toEqual(["e1", "e2", "e3"]);
    expect(await absent(2)).toEqual(["e1", "e2"]);
    const gone = mappings.slice(1, 3).map((old) => ({ ...old, state: "missing" as const }));
    await commit({ mappings: { update: gone } });
    expect(await absent(2)).toEqual(["e3"]);
  });

  test("nothing is absent from a listing of changes", async () => {
    const { append, absent, tally, commit, client, mapping, listing, clock } = await setUp();
    const person = client();
    await commit({ clients: { insert: [person] }, mappings: { insert: [mapping(person.id)] } });
    clock.advance(1_000);
    await append(listing({ mode: "changes" }), []);
    expect(await absent()).toEqual([]);
    expect((await tally("changes")).absent).toBe(0);
  });

  test("what was observed after the listing began is not absent from it (law 6)", async () => {
    const { append, absent, tally, commit, client, mapping, listing, clock } = await setUp();
    const under = listing();
    await append(under, []);
    clock.advance(1_000);
    const person = client();
    await commit({ clients: { insert: [person] }, mappings: { insert: [mapping(person.id)] } });
    expect(await absent()).toEqual([]);
    expect((await tally("full")).absent).toBe(0);
  });
}
