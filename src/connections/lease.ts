import type { Clock } from "../lib/clock.ts";
import { AstralisError } from "../lib/errors.ts";
import { isGone } from "../lib/holder.ts";
import type { Lease, LeasePort } from "../store/ports.ts";

export interface LeaseOptions<T> {
  readonly leases: LeasePort;
  /** What `busy` names to those who wait. */
  readonly holder: string;
  readonly clock: Clock;
  /** Longer than the work may take: it has no heartbeat. */
  readonly ttlMs: number;
  /** How long a lease that another holds is waited for. */
  readonly waitMs: number;
  /** Looks whether the other holder did the work already; anything but null ends the wait with it. */
  readonly meanwhile?: () => Promise<T | null>;
}

/** Does the work alone, across processes (law 10). Throws `busy` where the lease stays taken. */
export async function withLease<T>(
  name: string,
  work: (lease: Lease) => Promise<T>,
  options: LeaseOptions<T>,
): Promise<T> {
  const { leases, holder, clock, ttlMs } = options;
  let leftMs = options.waitMs;
  for (;;) {
    const answer = await leases.acquire(name, holder, ttlMs);
    if ("lease" in answer) return releasing(leases, answer.lease, work);
    if (isGone(answer.heldBy)) {
      // Its process died: what it left is taken over now, not when its lease lapses.
      await leases.release({ name, holder: answer.heldBy, epoch: answer.epoch });
      continue;
    }
    if (leftMs <= 0) throw busy(answer.heldBy);
    const pauseMs = Math.min(200, leftMs, Math.max(10, answer.remainingMs));
    await clock.sleep(pauseMs);
    leftMs -= pauseMs;
    const found = (await options.meanwhile?.()) ?? null;
    if (found !== null) return found;
  }
}

async function releasing<T>(
  leases: LeasePort,
  lease: Lease,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  try {
    return await work(lease);
  } finally {
    // A lease that cannot be released ends by itself; that must not hide what the work did.
    await leases.release(lease).catch(() => {});
  }
}

function busy(heldBy: string): AstralisError {
  return new AstralisError("busy", `${heldBy} is working on the connection`, {
    hint: "Wait until it is done, or stop it, and try again.",
    retry: "later",
  });
}
