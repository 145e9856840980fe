import { createRandom } from "./random.ts";
import type { World } from "./vendor.ts";

export interface Settings {
  readonly listingLagMs: number;
  readonly autoConsent: boolean;
  readonly rateLimitPerSecond: number;
}

/** Exactly one of them moves the clock. */
export interface ClockMove {
  /** Milliseconds since 1970. */
  readonly now?: number;
  readonly advanceMs?: number;
  readonly offsetMs?: number;
}

/** A world with its handles, for the kit alone. */
export interface MovableWorld extends World {
  reseed(seed: number): void;
  moveClock(move: ClockMove): void;
  offsetMs(): number;
  settings(): Settings;
  change(settings: Partial<Settings>): void;
}

export interface WorldOptions {
  readonly seed: number;
  /** Real time where it is left out; the control API's offset is added to either. */
  readonly clock?: { now(): number };
  readonly listingLagMs?: number;
  readonly autoConsent?: boolean;
}

export function createWorld(options: WorldOptions): MovableWorld {
  const clock = options.clock ?? { now: () => Date.now() };
  let random = createRandom(options.seed);
  let offsetMs = 0;
  let settings: Settings = {
    listingLagMs: options.listingLagMs ?? 0,
    autoConsent: options.autoConsent ?? false,
    rateLimitPerSecond: 0,
  };
  return {
    now: () => clock.now() + offsetMs,
    random: () => random(),
    listingLagMs: () => settings.listingLagMs,
    autoConsent: () => settings.autoConsent,
    rateLimitPerSecond: () => settings.rateLimitPerSecond,
    reseed: (seed) => {
      random = createRandom(seed);
    },
    moveClock: (move) => {
      if (move.now !== undefined) offsetMs = move.now - clock.now();
      if (move.advanceMs !== undefined) offsetMs += move.advanceMs;
      if (move.offsetMs !== undefined) offsetMs = move.offsetMs;
    },
    offsetMs: () => offsetMs,
    settings: () => settings,
    change: (changed) => {
      settings = { ...settings, ...changed };
    },
  };
}
