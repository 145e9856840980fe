import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import { eachDatabase, openTestStore } from "../support/databases.ts";
import { runRaw } from "../support/raw-database.ts";
import { createEdits } from "./edits.ts";
import { expectRight, prepareFirstSync, syncInside } from "./recovery.ts";
import { printReport, type ReportRow } from "./report.ts";
import { openCrashRoom } from "./room.ts";
import { announce, fewerRounds, numbersBelow, roundRandom } from "./settings.ts";

const rows: ReportRow[] = [];

/** From when the program touches the database to when it is done with it, and a while. */
const longestMs = 250;

beforeAll(() => announce("kill -9 of db migrate"));

afterAll(() => printReport("kill -9 of db migrate", rows, ["found", "killed"]));

describe.each(eachDatabase)("db migrate that is killed, on $name", (database) => {
  it.each(numbersBelow(fewerRounds))(
    "leaves every migration whole or not begun, and the next one goes on, round %i",
    async (round) => {
      const random = roundRandom(3_000 + round);
      const storage = await database.emptyStorage();
      const room = await openCrashRoom(storage);
      try {
        const running = room.start("db", "migrate");
        await Promise.race([touched(storage), running.ended]);
        const afterMs = Math.floor(((round + random()) / fewerRounds) * longestMs);
        await sleep(afterMs);
        const killed = running.child.exitCode === null;
        running.child.kill("SIGKILL");
        await running.ended;
        const found = await appliedCount(storage);
        expect(found.isWhole).toBe(true);
        rows.push({
          round,
          database: database.name,
          "ms after the database was touched": afterMs,
          killed: killed ? "killed" : "over before",
          found: `${found.applied} of ${found.all} migrations`,
        });
        expect((await room.start("db", "migrate", "--json").ended).code).toBe(0);
        const { applied, all } = await appliedCount(storage);
        expect(applied).toBe(all);
        const edits = createEdits(room);
        await prepareFirstSync(room, edits);
        await syncInside(room);
        await expectRight(room, edits);
      } finally {
        await room.close();
      }
    },
    120_000,
  );
});

/** How many migrations there are and were applied, and whether none left anything without being written down. */
async function appliedCount(storage: Storage) {
  const store = await openTestStore(storage);
  const { migrations } = await store.schema.status();
  const applied = migrations.filter((migration) => migration.applied !== null).length;
  const tables = await runRaw(
    storage,
    storage.kind === "sqlite"
      ? "select name from sqlite_schema where type = 'table'"
      : "select tablename from pg_tables where schemaname = 'public'",
  );
  return { applied, all: migrations.length, isWhole: applied > 0 === tables.length > 1 };
}

/** When the program began to work on the database. */
async function touched(storage: Storage): Promise<void> {
  if (storage.kind === "sqlite") {
    while (!existsSync(storage.file)) await sleep(1);
    return;
  }
  const client = new Client({ connectionString: storage.url });
  await client.connect();
  try {
    for (;;) {
      const { rowCount } = await client.query(
        "select 1 from pg_stat_activity where datname = current_database() and application_name = 'astralis'",
      );
      if (rowCount !== 0) return;
      await sleep(1);
    }
  } finally {
    await client.end();
  }
}
