import { expect, test } from "vitest";
import type { OutboxState } from "../../../src/model/outbox.ts";
import { noCounts } from "../../../src/model/run.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testOutboxAndRuns(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    return await createStoreWorld(await database.open(deps), deps);
  };
  const withEntries = async (states: readonly OutboxState[]) => {
    const world = await setUp();
    const people = states.map(() => world.client());
    const mappings = people.map(({ id }) => world.mapping(id));
    const entries = mappings.map((mapping, i) => {
      const state = states[i] ?? "due";
      world.clock.advance(1_000);
      return world.entry(mapping, {
        state,
        attempts: 2,
        reason: state === "parked" ? "refused" : null,
        action: i === 0 ? "create" : "update",
        frozen:
          state === "due" ? null : { fields: {}, key: "k", sentAt: world.at(), externalId: null },
      });
    });
    await world.commit({
      clients: { insert: people },
      mappings: { insert: mappings },
      outbox: { insert: entries },
    });
    return { ...world, entries, outbox: world.store.outbox };
  };

  test("due entries come in the order they were made, a stretch at a time, when their time has come", async () => {
    const { outbox, connection, entries, at } = await withEntries([
      "due",
      "sending",
      "due",
      "parked",
      "due",
    ]);
    const due = entries.filter(({ state }) => state === "due");
    expect(await outbox.due(connection.id, at(), 10)).toEqual(due);
    expect(await outbox.due(connection.id, at(), 2)).toEqual(due.slice(0, 2));
    expect(await outbox.due(connection.id, at(), 2, due[1]?.id)).toEqual(due.slice(2));
    expect(await outbox.due(connection.id, due[1]?.nextAttemptAt ?? "", 10)).toEqual(
      due.slice(0, 2),
    );
    expect(await outbox.due("none", at(), 10)).toEqual([]);
  });

  test("unanswered are those that were being sent and those without a known answer", async () => {
    const { outbox, connection, entries } = await withEntries([
      "due",
      "sending",
      "unknown",
      "held",
    ]);
    expect(await outbox.unanswered(connection.id)).toEqual(entries.slice(1, 3));
  });

  test("the tally counts by state and tells the oldest and the next", async () => {
    const { outbox, connection, entries } = await withEntries([
      "due",
      "parked",
      "held",
      "unknown",
      "due",
    ]);
    expect(await outbox.tally(connection.id)).toEqual({
      open: 5,
      creates: 1,
      parked: 1,
      held: 1,
      unknown: 1,
      oldestAt: entries[0]?.createdAt,
      nextAttemptAt: entries[0]?.nextAttemptAt,
    });
    expect(await outbox.tally("none")).toEqual({
      open: 0,
      creates: 0,
      parked: 0,
      held: 0,
      unknown: 0,
      oldestAt: null,
      nextAttemptAt: null,
    });
  });

  test("a retry makes parked and held entries due, with all their attempts before them", async () => {
    const { outbox, connection, entries, clock, at } = await withEntries([
      "due",
      "parked",
      "held",
      "unknown",
    ]);
    clock.advance(5_000);
    expect(await outbox.retry(connection.id, at())).toBe(2);
    expect(await outbox.retry(connection.id, at())).toBe(0);
    const due = await outbox.due(connection.id, at(), 10);
    expect(due).toEqual([
      entries[0],
      ...entries.slice(1, 3).map((entry) => ({
        ...entry,
        state: "due",
        attempts: 0,
        reason: null,
        frozen: null,
        nextAttemptAt: at(),
        revision: 2,
      })),
    ]);
  });

  test("runs are kept with their end, the newest first", async () => {
    const { store, org, at, clock } = await setUp();
    for (const id of ["run-1", "run-2", "run-3"])
      await store.runs.start({ id, orgId: org.id, startedAt: at() });
    const startedAt = at();
    clock.advance(1_000);
    const connections = [
      {
        name: "billing",
        provider: "stripe",
        outcome: "failed",
        collections: { clients: { ...noCounts, pulled: 3 } },
        error: { code: "provider-unavailable", message: "m", hint: "h" },
      },
    ] as const;
    await store.runs.finish("run-2", { endedAt: at(), outcome: "partial", connections });
    const open = { orgId: org.id, startedAt, endedAt: null, outcome: null, connections: [] };
    expect(await store.runs.get(org.id, "run-1")).toEqual({ id: "run-1", ...open });
    expect(await store.runs.get(org.id, "none")).toBeNull();
    const first = await store.runs.list(org.id, { limit: 2 });
    expect(first.items).toEqual([
      { id: "run-3", ...open },
      { id: "run-2", orgId: org.id, startedAt, endedAt: at(), outcome: "partial", connections },
    ]);
    const rest = await store.runs.list(org.id, { limit: 2, after: first.next ?? "" });
    expect(rest).toEqual({ items: [{ id: "run-1", ...open }], next: null });
  });

  test("a run's changes come in the order they were made, in stretches", async () => {
    const { store, org, at, commit, change } = await setUp();
    await store.runs.start({ id: "run", orgId: org.id, startedAt: at() });
    await store.runs.start({ id: "later", orgId: org.id, startedAt: at() });
    const changes = Array.from({ length: 5 }, () => change({ runId: "run" }));
    await commit({ changes: [...changes, change({ runId: "later" }), change()] });
    const first = await store.runs.changes(org.id, "run", { limit: 3 });
    const rest = await store.runs.changes(org.id, "run", { limit: 3, after: first.next ?? "" });
    expect([...first.items, ...rest.items]).toEqual(changes);
    expect(rest.next).toBeNull();
  });
}
