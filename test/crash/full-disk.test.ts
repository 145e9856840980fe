import { afterAll, beforeAll, describe, it } from "vitest";
import { sqlite } from "../support/databases.ts";
import { mostBytes, playDiskRound } from "./disk-round.ts";
import { printReport, type ReportRow } from "./report.ts";
import { announce, fewerRounds, numbersBelow, roundRandom } from "./settings.ts";

const rows: ReportRow[] = [];

beforeAll(() => announce("a file that may not grow"));

afterAll(() => printReport("a file that may not grow", rows, ["ended"]));

describe("a file that may not grow any more", () => {
  it.each(numbersBelow(fewerRounds))(
    "ends the sync with an error that says so, and the next one is right, round %i",
    async (round) => {
      // The shell counts in blocks of 512 bytes.
      const blocks = Math.floor((roundRandom(4_000 + round)() * mostBytes) / 512);
      const through = ["sh", "-c", 'ulimit -f "$0" && exec "$@"', String(blocks)];
      const ended = await playDiskRound(await sqlite.storage(), {
        sync: (room) => room.startThrough(through, "sync", "--json"),
      });
      rows.push({ round, "most bytes": blocks * 512, ...ended });
    },
  );
});
