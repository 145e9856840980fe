import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import { openTestStore, postgres } from "../support/databases.ts";
import { startPostgresServer, type PostgresServer } from "../support/postgres-server.ts";
import { runRaw } from "../support/raw-database.ts";
import { errorsOf } from "./documents.ts";
import { createEdits } from "./edits.ts";
import { momentText, strikeAt } from "./moments.ts";
import { planRounds, type Round } from "./plan.ts";
import { prepareFirstSync, prepareLaterSync, syncTillRight } from "./recovery.ts";
import { printReport, type ReportRow } from "./report.ts";
import { openCrashRoom, requestTimeoutMs } from "./room.ts";
import { announce, fewerRounds } from "./settings.ts";
import { owedWrites } from "./verdict.ts";

const rows: ReportRow[] = [];

beforeAll(() => announce("Postgres restarted under a sync"));

afterAll(() => printReport("Postgres restarted under a sync", rows, ["how", "ended"]));

describe("a Postgres that cuts every connection", () => {
  it.each(planRounds(50, fewerRounds))(
    "ends the sync clearly if at all, and the next one is right, round $number",
    async (round) => {
      const storage = await postgres.storage();
      await playRound(storage, round, { how: "connections cut", strike: () => cut(storage) });
    },
  );
});

describe("a Postgres that is restarted", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgresServer();
  });

  afterAll(() => server.stop());

  it.each(planRounds(100, fewerRounds))(
    "ends the sync clearly if at all, and the next one is right, round $number",
    async (round) => {
      const storage = await databaseOn(server, `round_${round.number}`);
      const signal = round.number % 2 === 0 ? "SIGINT" : "SIGQUIT";
      const how = signal === "SIGINT" ? "restarted" : "crashed and came back";
      await playRound(storage, round, { how, strike: () => server.restart(signal) });
    },
  );
});

interface Strike {
  readonly how: string;
  readonly strike: () => Promise<void>;
}

async function playRound(storage: Storage, round: Round, { how, strike }: Strike): Promise<void> {
  const room = await openCrashRoom(storage);
  try {
    const edits = createEdits(room);
    const prepare = round.scenario === "first sync" ? prepareFirstSync : prepareLaterSync;
    await prepare(room, edits);
    const startedAt = performance.now();
    const { ended } = await strikeAt(
      round.moment,
      // Progress is told on stderr only where no document is asked for, and a step is such a moment.
      {
        room,
        start: () =>
          round.moment.kind === "step" ? room.start("sync") : room.start("sync", "--json"),
        usualMs: () => Promise.resolve(3_000),
      },
      strike,
    );
    const durationMs = Math.round(performance.now() - startedAt);
    const { unprovenCreates } = await owedWrites(room);
    if (unprovenCreates > 0) await sleep(requestTimeoutMs);
    const nextMs = await syncTillRight(room, edits);
    rows.push({
      round: round.number,
      how,
      moment: momentText(round.moment),
      ended: `exit ${ended.code}`,
      "after ms": durationMs,
      "next sync ms": nextMs,
    });
    expect([0, 1, 3]).toContain(ended.code);
    expect(ended.stdout + ended.stderr).not.toContain("defect of astralis");
    if (round.moment.kind === "step" || ended.code === 0) return;
    for (const error of errorsOf(ended))
      expect(error).toMatchObject({
        code: "store-unavailable",
        hint: expect.stringContaining("Check that the database is running"),
      });
  } finally {
    await room.close();
  }
}

async function cut(storage: Storage): Promise<void> {
  await runRaw(
    storage,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

async function databaseOn(server: PostgresServer, name: string): Promise<Storage> {
  await runRaw({ kind: "postgres", url: server.url }, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const storage = { kind: "postgres", url: url.href } as const;
  const store = await openTestStore(storage);
  await store.schema.migrate();
  await store.close();
  return storage;
}
