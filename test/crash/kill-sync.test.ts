import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eachDatabase, type TestDatabase } from "../support/databases.ts";
import { addFirstClients, createEdits, workADay, type Edits } from "./edits.ts";
import { killAt, momentText } from "./moments.ts";
import { planRounds, type Round, type Scenario } from "./plan.ts";
import { countsText, tableText, type ReportRow } from "./report.ts";
import { connectBoth, openCrashRoom, requestTimeoutMs, type CrashRoom } from "./room.ts";
import { announce, crashSettings } from "./settings.ts";
import { findWrongs, owedWrites, writesServed } from "./verdict.ts";

const rows: ReportRow[] = [];
/** Of a sync that nobody kills, from its process's start; the full suite measures it. */
const usualMs: Record<Scenario, number> = { "first sync": 2_000, "later sync": 3_500 };

beforeAll(() => announce("kill -9 of a sync"));

afterAll(() => {
  if (!crashSettings.isFull || rows.length === 0) return;
  const phases = `kills by phase: ${countsText(rows, "phase")}\n`;
  process.stdout.write(`\n${tableText(rows)}${phases}results: ${countsText(rows, "result")}\n`);
});

describe.each(eachDatabase)("a sync that is killed, on $name", (database) => {
  const first = eachDatabase.indexOf(database) * crashSettings.rounds;

  it.each(planRounds(crashSettings.rounds, { first, usualMs }))(
    "is made good by the next one, round $number",
    async (round) => {
      const row: Record<string, string | number> = {
        round: round.number,
        database: database.name,
        scenario: round.scenario,
        moment: momentText(round.moment),
      };
      rows.push(row);
      row["result"] = "failed";
      await playRound(database, round, row);
      row["result"] = "right";
    },
    60_000,
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
    await prepare(round, room, edits);
    const { running, livedMs } = await killAt(round.moment, room, () => room.start("sync"));
    const left = await owedWrites(room);
    const { stderr } = await running.ended;
    row["lived ms"] = livedMs ?? "ended";
    row["phase"] = livedMs === null ? "over" : phaseOf(stderr);
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

async function prepare(round: Round, room: CrashRoom, edits: Edits): Promise<void> {
  await connectBoth(room);
  await addFirstClients(edits);
  if (round.scenario === "first sync") return;
  await syncInside(room);
  edits.settled();
  await workADay(edits);
}

/** People do not wait for a sync: what they edit now meets what the killed one left half done. */
async function editOn(edits: Edits): Promise<void> {
  const [changed, other] = edits.deeds.filter(
    (deed) => !deed.removed && deed.fields.has("phone"),
  );
  if (changed !== undefined) await edits.change("stripe", changed.email, "phone");
  if (other !== undefined) await edits.change("google", other.email, "name");
}

async function syncTillRight(room: CrashRoom, edits: Edits): Promise<number> {
  const startedAt = performance.now();
  const ended = await room.start("sync", "--json").ended;
  const durationMs = Math.round(performance.now() - startedAt);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.json()).toMatchObject({ outcome: "complete" });
  expect(await owedWrites(room)).toMatchObject({ due: 0, unanswered: 0 });
  // What a provider deleted is gone once a second pass agrees (law 7).
  await syncInside(room);
  const before = writesServed(room);
  await syncInside(room);
  expect(writesServed(room)).toBe(before);
  expect(await findWrongs(room, edits.deeds)).toEqual([]);
  return durationMs;
}

async function syncInside(room: CrashRoom): Promise<void> {
  const document = await room.withApp((app) => app.engine.sync(app.org(undefined)));
  expect(document.connections.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(document.outcome).toBe("complete");
}

/** What the process said last that it does. */
function phaseOf(stderr: string): string {
  const steps = stderr.match(/(?<=clients, )\w+/g);
  return steps?.at(-1) ?? "starting";
}
