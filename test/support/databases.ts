import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, inject, onTestFinished } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { openStore } from "../../src/store/open.ts";
import type { StoreDeps, StoreOptions } from "../../src/store/open.ts";
import type { Storage, Store } from "../../src/store/ports.ts";
import { askForPostgres, emptyPostgres } from "./postgres.ts";

/** One of the databases that every test of store and engine runs on: `describe.each(eachDatabase)`. */
export interface TestDatabase {
  readonly name: "sqlite" | "postgres";
  /** Where a new, migrated database is; for what opens it itself, such as a command in a process of its own. */
  storage(): Promise<Storage>;
  /** Where a new database without any table is. */
  emptyStorage(): Promise<Storage>;
  /** A store on a new, migrated database, closed when the test ends. */
  open(deps?: Partial<StoreDeps>): Promise<Store>;
}

/** A store on that database, closed when the test ends; several on one database are as several processes. */
export async function openTestStore(
  storage: Storage,
  deps: Partial<StoreDeps> = {},
  options: StoreOptions = {},
): Promise<Store> {
  const store = await openStore(storage, { ...testDeps(deps.clock), ...deps }, options);
  atEnd(() => store.close());
  return store;
}

const atFileEnd: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of atFileEnd.toReversed()) await end();
});

/** When the test ends; what is made outside of one, as in `beforeAll`, stays till the end of its file. */
function atEnd(end: () => unknown): void {
  try {
    onTestFinished(async () => {
      await end();
    });
  } catch {
    atFileEnd.push(end);
  }
}

const sqlite = testDatabase("sqlite", async (migrated) => {
  const folder = newFolder();
  const file = join(folder, "astralis.db");
  if (migrated) copyFileSync(await migratedFile(), file);
  return { kind: "sqlite", file };
});

/** Migrated Postgres databases that no test uses any more: emptying one is faster than making one. */
const free: string[] = [];

const postgres = testDatabase("postgres", async (migrated) => {
  if (!migrated)
    return { kind: "postgres", url: await askForPostgres(inject("postgresDoor"), "empty") };
  const used = free.pop();
  const url = used ?? (await askForPostgres(inject("postgresDoor"), "migrated"));
  if (used !== undefined) await emptyPostgres(used);
  atEnd(() => free.push(url));
  return { kind: "postgres", url };
});

/** All of them, or those that the environment's DATABASES names, for a quick run while working. */
export const eachDatabase: readonly TestDatabase[] = narrowed([sqlite, postgres]);

export { sqlite, postgres };

function testDatabase(
  name: TestDatabase["name"],
  create: (migrated: boolean) => Promise<Storage>,
): TestDatabase {
  return {
    name,
    storage: () => create(true),
    emptyStorage: () => create(false),
    open: async (deps) => await openTestStore(await create(true), deps),
  };
}

function narrowed(all: readonly TestDatabase[]): readonly TestDatabase[] {
  const wanted = process.env["DATABASES"];
  if (wanted === undefined || wanted === "") return all;
  const names = wanted.split(",");
  const known = all.filter(({ name }) => names.includes(name));
  if (known.length !== names.length) throw new Error(`DATABASES=${wanted} names an unknown one`);
  return known;
}

let template: Promise<string> | undefined;

/** Migrated once a test file, copied for each test. */
function migratedFile(): Promise<string> {
  template ??= (async () => {
    const file = join(newFolder(), "template.db");
    const store = await openStore({ kind: "sqlite", file }, testDeps());
    await store.schema.migrate();
    await store.close();
    return file;
  })();
  return template;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "astralis-test-"));
  atFileEnd.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function testDeps(clock = systemClock): StoreDeps {
  return { clock, random: systemRandom, ids: createIds(clock, systemRandom), log: silentLog };
}
