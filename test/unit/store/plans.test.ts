import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import type { Mapping } from "../../../src/model/mapping.ts";
import { openTestStore, sqlite } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

/** Tables that grow with the accounts; a statement that walks one of them whole is slow at a million clients. */
const longTables =
  /^SCAN (clients|identities|mappings|staged|outbox|conflicts|parked|changes|runs)\b/;

test("no statement walks a long table from end to end, but for a search by text", async () => {
  const storage = await sqlite.storage();
  if (storage.kind !== "sqlite") throw new Error("this is about SQLite");
  const texts = new Set<string>();
  const deps = createStepDeps();
  const store = await openTestStore(storage, deps, { onStatement: (text) => texts.add(text) });
  const world = await createStoreWorld(store, deps);
  const { connection, lease, org, commit, at } = world;
  const person = world.client({ email: "a@example.com" });
  const mapping = world.mapping(person.id);
  const identity = { orgId: org.id, kind: "email", value: "a", clientId: person.id } as const;
  const entry = world.entry(mapping);
  const rows = [world.staged("a")];
  await store.runs.start({ id: "run", orgId: org.id, startedAt: at() });
  await store.staged.append(connection.id, "clients", world.listing(), rows, lease);
  await commit({
    clients: { insert: [person] },
    identities: { insert: [identity] },
    mappings: { insert: [mapping] },
    outbox: { insert: [entry] },
    conflicts: { put: [world.conflict(mapping)] },
    parked: { put: [world.parked()] },
    changes: [world.change({ runId: "run" })],
    staged: rows.map(({ id }) => id),
  });
  const other = world.client();
  await commit({ clients: { insert: [other] } });
  await commit({
    clients: { update: [person, other] },
    identities: { delete: [identity] },
    mappings: { update: [{ ...mapping, state: "missing" } satisfies Mapping] },
    outbox: { delete: [entry] },
    conflicts: { close: [{ mappingId: mapping.id, field: "name" }] },
    parked: { clear: [world.parked()] },
  });
  await store.work.read(async (reader) => {
    const ids = [person.id];
    await reader.clients(ids);
    await reader.identities(org.id, [identity]);
    await reader.identitiesOf(ids);
    await reader.mappings(ids);
    await reader.mappingsByExternalId(connection.id, "clients", ids);
    await reader.mappingsOf(ids);
    await reader.mappingsInState(connection.id, "clients", "linked", 9, "a");
    await reader.outboxOf(ids);
    await reader.conflictsOf(ids);
    await reader.parked(connection.id, "clients", ids);
    await reader.clientsAfter(org.id, "a", 9);
  });
  await store.staged.next(connection.id, "clients", 9);
  await store.staged.tally(connection.id, "clients", { mode: "full", since: at() });
  await store.staged.absent(connection.id, "clients", 9);
  await store.outbox.due(connection.id, at(), 9);
  await store.outbox.unanswered(connection.id);
  await store.outbox.tally(connection.id);
  await store.outbox.retry(connection.id, at());
  const page = { limit: 9, after: "a" };
  await store.runs.list(org.id, page);
  await store.runs.changes(org.id, "run", page);
  await store.reads.clients(org.id, {}, page);
  await store.reads.client(org.id, "a@example.com");
  await store.reads.conflicts(org.id, page);
  await store.reads.missing(org.id, page);
  await store.reads.parked(org.id, page);
  await store.reads.health(org.id);
  await store.cursors.setListing(connection.id, "clients", null, lease);
  await store.cursors.reset(connection.id, "clients");

  const connectionBeside = new Sqlite(storage.file);
  const walks = [...texts]
    .filter((text) => /^\s*(select|insert|update|delete)\b/i.test(text))
    .flatMap((text) => {
      const blanks = Array.from({ length: text.split("?").length - 1 }, () => null);
      const steps = connectionBeside.prepare(`explain query plan ${text}`).all(...blanks);
      return steps
        .map((step) => `${String(Object(step).detail)} | ${text}`)
        .filter((step) => longTables.test(step));
    });
  connectionBeside.close();
  expect(texts.size).toBeGreaterThan(50);
  expect(walks).toEqual([]);
});
