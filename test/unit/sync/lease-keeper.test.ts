import { describe, expect, it } from "vitest";
import { createStepClock } from "../../../src/lib/clock.ts";
import { AstralisError } from "../../../src/lib/errors.ts";
import { keepLease } from "../../../src/sync/lease-keeper.ts";
import { eachDatabase } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";

const requestTimeoutMs = 30_000;
const ttlMs = 90_000;

async function setUp(database: TestDatabase) {
  const clock = createStepClock(Date.UTC(2026, 0, 1));
  const { leases } = await database.open({ clock });
  const waited: string[] = [];
  const keep = (holder: string, isGone: (holder: string) => boolean = () => false) =>
    keepLease("c", {
      leases,
      clock,
      holder,
      isGone,
      requestTimeoutMs,
      onWait: (heldBy) => waited.push(heldBy),
    });
  return { clock, leases, keep, waited };
}

describe.each(eachDatabase)("keepLease on $name (law 10)", (database) => {
  it("waits 30 seconds for a busy lease, then tells who has it", async () => {
    const { clock, keep, waited } = await setUp(database);
    await keep("the other one");
    const startMs = clock.now();
    await expect(keep("me")).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining("the other one"),
    });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - startMs).toBeLessThan(32_000);
    expect(new Set(waited)).toEqual(new Set(["the other one"]));
  });

  it("gets it as soon as it is given back", async () => {
    const { keep, leases, clock } = await setUp(database);
    const held = await keep("the other one");
    let polls = 0;
    const mine = await keepLease("c", {
      leases,
      clock,
      holder: "me",
      isGone: () => false,
      requestTimeoutMs,
      onWait: () => void ((polls += 1) === 3 && held.release()),
    });
    expect(mine.lease.epoch).toBeGreaterThan(held.lease.epoch);
    expect(clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(5_000);
  });

  it("takes over at once from a process that is gone, under a higher epoch", async () => {
    const { clock, keep } = await setUp(database);
    const { lease } = await keep("dead");
    const startMs = clock.now();
    const mine = await keep("me", (holder) => holder === "dead");
    expect(mine.lease.epoch).toBeGreaterThan(lease.epoch);
    expect(clock.now()).toBe(startMs);
  });

  it("renews before a request could outlast the lease, and only then", async () => {
    const { clock, keep, leases } = await setUp(database);
    const mine = await keep("me");
    for (let step = 0; step < 10; step += 1) {
      clock.advance(40_000);
      await mine.ensure();
      const other = await leases.acquire("connection:c", "other", ttlMs);
      expect("remainingMs" in other ? other.remainingMs : 0).toBeGreaterThan(requestTimeoutMs);
    }
  });

  it("stops before the next request when another process took it over", async () => {
    const { clock, keep } = await setUp(database);
    const mine = await keep("me");
    clock.advance(ttlMs + 1);
    const other = await keep("other");
    const error = await mine.ensure().catch((caught: unknown) => caught);
    expect(error instanceof AstralisError && error.code).toBe("lease-lost");
    await mine.release();
    await expect(other.ensure()).resolves.toBeUndefined();
    await expect(keep("third")).rejects.toMatchObject({ code: "busy" });
  });
});
