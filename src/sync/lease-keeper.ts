import { AstralisError } from "../lib/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Lease, LeasePort } from "../store/ports.ts";

/** A connection's lease while a run works under it (law 10). */
export interface LeaseKeeper {
  readonly lease: Lease;
  /** Makes sure that the lease outlasts a request; called before each one. Throws `lease-lost`. */
  ensure(): Promise<void>;
  release(): Promise<void>;
}

export interface KeepOptions {
  readonly leases: LeasePort;
  readonly clock: Clock;
  readonly holder: string;
  /** The longest that a request under the lease may take. */
  readonly requestTimeoutMs: number;
  /** From then on a busy lease is not waited for any more; 30 s from now where it is left out. */
  readonly giveUpMs?: number;
  readonly signal?: AbortSignal;
  /** Whether the process of that name is known to have died. */
  readonly isGone: (holder: string) => boolean;
  readonly onWait?: (heldBy: string) => void;
}

/** How long a busy lease is waited for before the run gives up. */
export const leasePatienceMs = 30_000;
const pollMs = 500;

/** Takes the lease of a connection, waiting for it where another process has it. */
export async function keepLease(connectionId: string, options: KeepOptions): Promise<LeaseKeeper> {
  const { leases, clock } = options;
  const ttlMs = 2 * options.requestTimeoutMs + 30_000;
  const giveUpMs = options.giveUpMs ?? clock.now() + leasePatienceMs;
  for (;;) {
    const answer = await leases.acquire(`connection:${connectionId}`, options.holder, ttlMs);
    if ("lease" in answer) return keeper(answer.lease, ttlMs, options);
    if (options.isGone(answer.heldBy)) {
      // Its process died: what it left is taken over now, not when its lease lapses.
      await leases.release({
        name: `connection:${connectionId}`,
        holder: answer.heldBy,
        epoch: answer.epoch,
      });
      continue;
    }
    if (clock.now() >= giveUpMs) throw busy(answer.heldBy);
    options.onWait?.(answer.heldBy);
    await clock.sleep(pollMs, options.signal);
  }
}

function keeper(lease: Lease, ttlMs: number, options: KeepOptions): LeaseKeeper {
  const { leases, clock } = options;
  let renewedAtMs = clock.now();
  return {
    lease,
    ensure: async () => {
      if (clock.now() - renewedAtMs < ttlMs - options.requestTimeoutMs - 15_000) return;
      if (!(await leases.renew(lease, ttlMs))) throw lost();
      renewedAtMs = clock.now();
    },
    release: () => leases.release(lease),
  };
}

function busy(holder: string): AstralisError {
  return new AstralisError("busy", `another sync holds this connection: ${holder}`, {
    hint: "Wait for it to end, or stop it; a killed one's lease lapses within two minutes.",
    retry: "later",
  });
}

function lost(): AstralisError {
  return new AstralisError(
    "lease-lost",
    "another process took over this connection while this one paused",
    {
      hint: "Nothing is lost: the other process goes on. Sync again to see the state.",
      retry: "later",
    },
  );
}
