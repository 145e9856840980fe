import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eachDatabase, type TestDatabase } from "../support/databases.ts";
import { createEdits, type Edits } from "./edits.ts";
import { killAt, momentText, slowDown } from "./moments.ts";
import { planRounds, type Round, type Scenario } from "./plan.ts";
import { printReport, type ReportRow } from "./report.ts";
import { prepareFirstSync, prepareLaterSync, syncTillRight } from "./recovery.ts";
import { openCrashRoom, requestTimeoutMs } from "./room.ts";
import { announce, crashSettings } from "./settings.ts";
import { owedWrites } from "./verdict.ts";

const rows: ReportRow[] = [];

beforeAll(() => announce("kill -9 of a sync"));

afterAll(() => printReport("kill -9 of a sync", rows, ["phase", "result"]));

/** Two and one where the rounds are few. */
const plans = new Map(
  eachDatabase.map((database, index) => {
    const rounds = crashSettings.rounds ?? 2 - index;
    return [database, planRounds(index * (crashSettings.rounds ?? 2), rounds)] as const;
  }),
);

describe.each(eachDatabase)("a sync that is killed, on $name", (database) => {
  it.each(plans.get(database) ?? [])(
    "is made good by the next one, round $number",
    async (round) => {
      const row: Record<string, string | number> = {
        round: round.number,
        database: database.name,
        scenario: round.scenario,
        moment: momentText(round.moment),
        "lived ms": "",
        phase: "",
        owed: "",
        unanswered: "",
        "next sync ms": "",
        result: "failed",
      };
      rows.push(row);
      await playRound(database, round, row);
      row["result"] = "right";
    },
    120_000,
  );
});

async function playRound(
  database: TestDatabase,
  round: Round,
  row: Record<string, string | number>,
): Promise<void> {
  const room = await openCrashRoom(await database.storage());
  try {
    const edits = createEdits(room);
    await prepare[round.scenario](room, edits);
    const { ended, livedMs } = await killAt(round.moment, {
      room,
      start: () => room.start("sync"),
      usualMs: () => usualMs(database, round.scenario),
    });
    const left = await owedWrites(room);
    row["lived ms"] = livedMs ?? "ended";
    row["phase"] = livedMs === null ? "over" : phaseOf(ended.stderr);
    row["owed"] = left.due;
    row["unanswered"] = left.unanswered;
    if (round.editsBetween) await editOn(edits);
    // A create whose record is nowhere is sent again once it cannot be on its way any more (law 5).
    if (left.unprovenCreates > 0) await sleep(requestTimeoutMs);
    row["next sync ms"] = await syncTillRight(room, edits);
  } finally {
    await room.close();
  }
}

/** People do not wait for a sync: what they edit now meets what the killed one left half done. */
async function editOn(edits: Edits): Promise<void> {
  const [changed, other] = edits.deeds.filter((deed) => !deed.removed && deed.fields.has("phone"));
  if (changed !== undefined) await edits.change("stripe", changed.email, "phone");
  if (other !== undefined) await edits.change("google", other.email, "name");
}

const prepare = { "first sync": prepareFirstSync, "later sync": prepareLaterSync };

const measured = new Map<string, Promise<number>>();

/** From the start of its process to its end, measured once, on the machine as it is. */
function usualMs(database: TestDatabase, scenario: Scenario): Promise<number> {
  const key = `${database.name} ${scenario}`;
  const known = measured.get(key) ?? measure(database, scenario);
  measured.set(key, known);
  return known;
}

async function measure(database: TestDatabase, scenario: Scenario): Promise<number> {
  const room = await openCrashRoom(await database.storage());
  try {
    await prepare[scenario](room, createEdits(room));
    slowDown(room);
    const startedAt = performance.now();
    const { code } = await room.start("sync").ended;
    expect(code).toBe(0);
    return performance.now() - startedAt;
  } finally {
    await room.close();
  }
}

/** What the process said last that it does. */
function phaseOf(stderr: string): string {
  const steps = stderr.match(/(?<=clients, )\w+/g);
  return steps?.at(-1) ?? "starting";
}
