import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import type { Ended, Running } from "../support/command-line.ts";
import { openTestStore, sqlite } from "../support/databases.ts";
import { isRecord } from "../support/json.ts";
import { errorsOf } from "./documents.ts";
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

/** Whether this is the second run of this file, in which a file system can be mounted. */
const isInNamespace = process.env["ASTRALIS_CRASH_DISK"] === "1";

beforeAll(() => announce("a full disk"));

afterAll(() => printReport("a full disk", rows, ["ended"]));

if (!isInNamespace)
  describe("a file that may not grow any more", () => {
    it.each(numbers(rounds))(
      "ends the sync with an error that says so, round %i",
      async (round) => {
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
      },
    );
  });

if (crashSettings.rounds !== null && !isInNamespace)
  describe("a full disk", () => {
    it("is tried where the test may mount one", runInNamespace, 600_000);
  });

if (isInNamespace)
  describe("a full disk", () => {
    it.each(numbers(rounds))(
      "ends the sync with an error that says so, round %i",
      async (round) => {
        const disk = openSmallDisk(8);
        try {
          const storage = await storageIn(disk.path);
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
      },
    );
  });

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
    if (ended.code !== 0) expectClear(ended);
    const nextMs = await syncTillRight(room, edits);
    rows.push({ ...row, ended: `exit ${ended.code}`, "next sync ms": nextMs });
  } finally {
    await room.close();
  }
}

/** Every error that is told names the database and what to look at. */
function expectClear(ended: Ended): void {
  const errors = errorsOf(ended);
  // Failed, or partial where some of the work was done before.
  expect([1, 3]).toContain(ended.code);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toMatchObject({
      code: "store-unwritable",
      message: expect.stringContaining("cannot be written"),
      hint: expect.stringContaining("free space"),
    });
}

async function storageIn(folder: string): Promise<Storage> {
  const storage = { kind: "sqlite", file: join(folder, "database", "astralis.db") } as const;
  const store = await openTestStore(storage);
  await store.schema.migrate();
  await store.close();
  return storage;
}

/** Runs this file again, where mounting is allowed: in a namespace that ends with it and that nobody else sees. */
async function runInNamespace(): Promise<void> {
  const unshare = process.getuid?.() === 0 ? ["--mount"] : ["--map-root-user", "--mount"];
  await promisify(execFile)("unshare", [...unshare, "true"]).catch((error: unknown) => {
    throw new Error(
      "A full disk cannot be tried here: this machine lets neither root nor an ordinary user mount a file system in a namespace of its own (`unshare --map-root-user --mount true` fails).",
      { cause: error },
    );
  });
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const words = [
    vitest,
    "run",
    "--config",
    "vitest.crash.config.ts",
    "test/crash/full-disk.test.ts",
  ];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")),
  );
  const ended: unknown = await promisify(execFile)(
    "unshare",
    [...unshare, process.execPath, ...words],
    {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { ...env, ASTRALIS_CRASH_DISK: "1", NO_COLOR: "1" },
    },
  ).catch((error: unknown) => error);
  const said = isRecord(ended) ? String(ended["stdout"]) : String(ended);
  if (ended instanceof Error) throw new Error(said);
  process.stdout.write(said);
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
