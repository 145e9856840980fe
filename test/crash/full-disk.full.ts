import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import { openTestStore } from "../support/databases.ts";
import { isRecord } from "../support/json.ts";
import { mostBytes, playDiskRound } from "./disk-round.ts";
import { printReport, type ReportRow } from "./report.ts";
import { fewerRounds, numbersBelow, roundRandom } from "./settings.ts";
import { openSmallDisk } from "./small-disk.ts";

const rows: ReportRow[] = [];

/** Whether this is the second run of this file, in which a file system can be mounted. */
const isInNamespace = process.env["ASTRALIS_CRASH_DISK"] === "1";

afterAll(() => printReport("a full disk", rows, ["ended"]));

if (!isInNamespace)
  describe("a full disk", () => {
    it("is tried where the test may mount one", runInNamespace, 900_000);
  });

if (isInNamespace)
  describe("a full disk", () => {
    it.each(numbersBelow(fewerRounds))(
      "ends the sync with an error that says so, and the next one is right, round %i",
      async (round) => {
        const disk = openSmallDisk(8);
        const freeBytes = Math.floor(roundRandom(5_000 + round)() * mostBytes);
        try {
          const ended = await playDiskRound(await storageIn(disk.path), {
            sync: (room) => {
              disk.fill(freeBytes);
              return room.start("sync", "--json");
            },
            after: () => disk.free(),
          });
          rows.push({ round, "free bytes": freeBytes, ...ended });
        } finally {
          disk.close();
        }
      },
    );
  });

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
    "test/crash/full-disk.full.ts",
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
