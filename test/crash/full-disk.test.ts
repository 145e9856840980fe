import { execFile } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import type { Ended, Running } from "../support/command-line.ts";
import { openTestStore, sqlite } from "../support/databases.ts";
import { createEdits } from "./edits.ts";
import { prepareLaterSync, syncTillRight } from "./recovery.ts";
import { printReport, type ReportRow } from "./report.ts";
import { openCrashRoom, type CrashRoom } from "./room.ts";
import { announce, crashSettings, roundRandom } from "./settings.ts";
import { openSmallDisk } from "./small-disk.ts";

const rows: ReportRow[] = [];
const rounds = crashSettings.rounds ?? 1;
/** What a day's sync adds to the database's files, and a little more. */
const mostBytes = 400_000;

beforeAll(() => announce("a full disk"));

afterAll(() => printReport("a full disk", rows, ["ended"]));

describe("a file that may not grow any more", () => {
  it.each(numbers(rounds))("ends the sync with an error that says so, round %i", async (round) => {
    const storage = await sqlite.storage();
    const blocks = Math.floor((roundRandom(4_000 + round)() * mostBytes) / 1024);
    await playRound(storage, {
      sync: (room) => {
        const through = ["sh", "-c", 'ulimit -f "$0" && exec "$@"', String(blocks)];
        return room.startThrough(through, "sync", "--json");
      },
      after: () => {},
      row: { what: "no file may grow", round, "free bytes": blocks * 1024 },
    });
  });
});

if (crashSettings.rounds !== null && process.env["ASTRALIS_CRASH_DISK"] === undefined) {
  describe("a full disk", () => {
    it("is tried in a mount namespace of its own", async () => {
      await runInNamespace();
    }, 600_000);
  });
}

if (process.env["ASTRALIS_CRASH_DISK"] !== undefined) {
  describe("a full disk", () => {
    it.each(numbers(rounds))("ends the sync with an error that says so, round %i", async (round) => {
      const disk = openSmallDisk(8);
      try {
        const folder = join(disk.path, "database");
        mkdirSync(folder);
        const storage = { kind: "sqlite", file: join(folder, "astralis.db") } as const;
        const store = await openTestStore(storage);
        await store.schema.migrate();
        await store.close();
        const freeBytes = Math.floor(roundRandom(5_000 + round)() * mostBytes);
        await playRound(storage, {
          sync: (room) => {
            disk.fill(freeBytes);
            return room.start("sync", "--json");
          },
          after: () => disk.free(),
          row: { what: "the disk is full", round, "free bytes": freeBytes },
        });
      } finally {
        disk.close();
      }
    });
  });
}

interface Play {
  readonly sync: (room: CrashRoom) => Running;
  /** There is space again. */
  readonly after: () => void;
  readonly row: ReportRow;
}

async function playRound(storage: Storage, { sync, after, row }: Play): Promise<void> {
  const room = await openCrashRoom(storage);
  try {
    const edits = createEdits(room);
    await prepareLaterSync(room, edits);
    const ended = await sync(room).ended;
    after();
    rows.push({ ...row, ended: endingOf(ended) });
    const nextMs = await syncTillRight(room, edits);
    rows.splice(-1, 1, { ...row, ended: endingOf(ended), "next sync ms": nextMs });
    if (ended.code !== 0) expectClear(ended);
  } finally {
    await room.close();
  }
}
