import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { must } from "../../src/lib/assert.ts";
import { holderOf } from "../../src/lib/holder.ts";
import type { Storage } from "../../src/store/ports.ts";
import { eachDatabase } from "../support/databases.ts";
import { errorsOf } from "./documents.ts";
import { createEdits } from "./edits.ts";
import { prepareLaterSync, syncTillRight } from "./recovery.ts";
import { openCrashRoom, requestTimeoutMs, type CrashRoom } from "./room.ts";
import { connectionsOf } from "./verdict.ts";

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe.each(eachDatabase)("syncs beside a process that stands still, on $name", (database) => {
  it("end as busy, with the holder's name, where the other does not end", async () => {
    const { room, edits } = await openRoom(await database.storage());
    const holder = holderOf(process.pid);
    const release = await holdLeases(room, holder);
    const ended = await room.start("sync", "--json").ended;
    expect(ended).toMatchObject({ code: 1, stderr: "" });
    const busy = { error: { code: "busy", message: expect.stringContaining(holder) } };
    expect(ended.json()).toMatchObject({ connections: [busy, busy] });
    await release();
    await syncTillRight(room, edits);
  });

  it("end with a clear error where another transaction stands still", async () => {
    const storage = await database.storage();
    const { room, edits } = await openRoom(storage);
    const release = await holdTransaction(storage);
    const ended = await room.start("sync", "--json").ended;
    await release();
    expect(ended.code).toBe(1);
    expect(errorsOf(ended).length).toBeGreaterThan(0);
    const held = { code: "store-unavailable", hint: expect.stringContaining("Another process") };
    for (const error of errorsOf(ended)) expect(error).toMatchObject(held);
    await syncTillRight(room, edits);
  });

  it("take over from one that stood still for longer than its lease, which then writes no more", async () => {
    const { room, edits } = await openRoom(await database.storage());
    const { control } = room.stripe.sandbox;
    const creates = { method: "POST", path: "^/v1/customers$" };
    control.addFaults({ match: creates, kind: "delay", delayMs: 1_000, after: 1 });
    const still = room.start("sync", "--connection", "stripe", "--json");
    // It waits for an answer then, and has no transaction open.
    await served(room, 2);
    await sleep(200);
    still.child.kill("SIGSTOP");
    // Its process is there, so nobody takes it for dead: the lease must lapse.
    await sleep(2 * requestTimeoutMs + 31_000);
    const next = await room.start("sync", "--json").ended;
    still.child.kill("SIGCONT");
    const late = await still.ended;
    expect(next).toMatchObject({ code: 0, stderr: "" });
    expect(next.json()).toMatchObject({ outcome: "complete" });
    expect(late.code).toBe(3);
    expect(late.json()).toMatchObject({ connections: [{ error: { code: "lease-lost" } }] });
    await syncTillRight(room, edits);
  });
});

async function openRoom(storage: Storage) {
  const room = await openCrashRoom(storage);
  ends.push(() => room.close());
  const edits = createEdits(room);
  await prepareLaterSync(room, edits);
  return { room, edits };
}

/** Returns how to let go of them. */
async function holdLeases(room: CrashRoom, holder: string): Promise<() => Promise<void>> {
  return room.withApp(async (app) => {
    const rows = await connectionsOf(app);
    const answers = await Promise.all(
      rows.map(({ id }) => app.store.leases.acquire(`connection:${id}`, holder, 300_000)),
    );
    const leases = answers.map((answer) => must("lease" in answer ? answer.lease : null, "free"));
    return () =>
      room.withApp(async (later) => {
        for (const lease of leases) await later.store.leases.release(lease);
      });
  });
}

/** Resolves once the program has sent so many creates to Stripe. */
async function served(room: CrashRoom, count: number): Promise<void> {
  const { control } = room.stripe.sandbox;
  const creates = () =>
    control
      .ledger()
      .filter(({ method, path }) => method === "POST" && path === "/v1/customers")
      .filter(({ headers }) => headers["user-agent"] !== "node").length;
  const before = creates();
  while (creates() < before + count) await sleep(1);
}

/** Another program's transaction that every sync has to wait for; returns how to end it. */
async function holdTransaction(storage: Storage): Promise<() => Promise<void>> {
  if (storage.kind === "sqlite") {
    const connection = new Sqlite(storage.file);
    connection.exec("begin immediate");
    return async () => void connection.close();
  }
  const client = new Client({ connectionString: storage.url });
  await client.connect();
  await client.query("begin; lock table leases");
  return () => client.end();
}
