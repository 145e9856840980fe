import { expect, test } from "vitest";
import { migrations } from "../../../migrations/index.ts";
import { openTestStore } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { addNewerMigration } from "../../support/raw-database.ts";
import { createStepDeps } from "../../support/store-world.ts";

export function testSchema(database: TestDatabase): void {
  const names = migrations.map(({ name }) => name);

  test("an empty database owes every migration", async () => {
    const store = await openTestStore(await database.emptyStorage());
    expect(await store.schema.status()).toEqual({
      migrations: names.map((name) => ({ name, applied: null })),
      newer: [],
    });
    await expect(store.schema.check()).rejects.toMatchObject({
      code: "store-outdated",
      hint: expect.stringContaining("astralis db migrate"),
    });
  });

  test("migrating applies what is owed, once, and tells when", async () => {
    const deps = createStepDeps();
    const store = await openTestStore(await database.emptyStorage(), deps);
    expect(await store.schema.migrate()).toEqual(names);
    expect(await store.schema.migrate()).toEqual([]);
    await store.schema.check();
    const { migrations: known } = await store.schema.status();
    expect(known.map(({ applied }) => applied)).toEqual(
      names.map(() => "2026-03-01T12:00:00.000Z"),
    );
  });

  test("several processes may migrate at once, and each migration runs once", async () => {
    const storage = await database.emptyStorage();
    const stores = await Promise.all([1, 2, 3].map(() => openTestStore(storage)));
    const applied = await Promise.all(stores.map((store) => store.schema.migrate()));
    expect(applied.flat().toSorted()).toEqual(names);
    for (const store of stores) await store.schema.check();
  });

  test("a database of a newer version is refused and left as it is", async () => {
    const storage = await database.emptyStorage();
    const store = await openTestStore(storage);
    await store.schema.migrate();
    await addNewerMigration(storage, "9999-from-the-future");
    expect((await store.schema.status()).newer).toEqual(["9999-from-the-future"]);
    const refused = {
      code: "store-newer",
      message: expect.stringContaining("9999-from-the-future"),
    };
    await expect(store.schema.check()).rejects.toMatchObject(refused);
    await expect(store.schema.migrate()).rejects.toMatchObject(refused);
  });
}
