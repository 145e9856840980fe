import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTestStore, sqlite } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("opening a SQLite database", () => {
  test("makes its folder and file for their owner alone, beside files too", async () => {
    const folder = join(temporaryFolder(), "deep", ".astralis");
    const file = join(folder, "astralis.db");
    const store = await openTestStore({ kind: "sqlite", file });
    await store.schema.migrate();
    expect(modeOf(folder)).toBe("700");
    for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(modeOf(path)).toBe("600");
  });

  test("leaves an existing folder as it is", async () => {
    const folder = join(temporaryFolder(), "shared");
    mkdirSync(folder, { mode: 0o750 });
    await openTestStore({ kind: "sqlite", file: join(folder, "astralis.db") });
    expect(modeOf(folder)).toBe("750");
  });

  test("a folder that cannot be made or a file that cannot be written says which one", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder.db"));
    for (const file of [join(folder, "file", "astralis.db"), join(folder, "folder.db")])
      await expect(openTestStore({ kind: "sqlite", file })).rejects.toMatchObject({
        code: "store-unwritable",
        message: expect.stringContaining(file),
        hint: expect.stringContaining("permissions"),
      });
  });

  test("a file that is no database is refused and left as it is", async () => {
    const file = join(temporaryFolder(), "notes.txt");
    writeFileSync(file, "These are notes and no database at all.\n".repeat(100));
    await expect(openTestStore({ kind: "sqlite", file })).rejects.toMatchObject({
      code: "store-unavailable",
      hint: expect.stringContaining("not an astralis database"),
    });
    expect(statSync(file).size).toBe(4_000);
  });

  test("a transaction waits for another process's without stopping this one", async () => {
    const deps = createStepDeps();
    const storage = await sqlite.storage();
    const world = await createStoreWorld(await openTestStore(storage, deps), deps);
    const there = await openTestStore(storage, deps);
    const order: string[] = [];
    const { waiting } = await world.store.work.commit(null, async (reader) => {
      const waiting = there.organizations
        .ensure("late", { id: "late", at: world.at() })
        .then(() => order.push("second"));
      for (let turn = 0; turn < 20; turn += 1) await reader.clients([String(turn)]);
      order.push("first");
      return { writes: {}, result: { waiting } };
    });
    await waiting;
    expect(order).toEqual(["first", "second"]);
  });
});

describe("opening a Postgres database", () => {
  test("a server that is not there is named without its password", async () => {
    const url = "postgres://ada:s3cret@127.0.0.1:1/astralis";
    const error: unknown = await openTestStore({ kind: "postgres", url }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "store-unavailable",
      message: "The database 127.0.0.1:1/astralis cannot be used (ECONNREFUSED).",
      hint: expect.stringContaining("running"),
    });
    expect(String(error) + JSON.stringify(error)).not.toContain("s3cret");
  });

  test("an address that is none is told without it", async () => {
    const url = "postgres://ada:s3cret@:::/x y";
    const error: unknown = await openTestStore({ kind: "postgres", url }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).not.toContain("s3cret");
    expect(error).toMatchObject({ code: "store-unavailable" });
  });
});

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
