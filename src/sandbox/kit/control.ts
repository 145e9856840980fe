import type { Faults, WaitingFault } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import { BadInput } from "./input.ts";
import type { Fault, LedgerEntry, Vendor, VendorDescription } from "./vendor.ts";
import type { ClockMove, MovableWorld, Settings } from "./world.ts";

/** A sandbox's handles: the same ones that its control API offers over HTTP. */
export interface SandboxControl {
  /** Where the sandbox is, and what to sign in with now: ended keys are replaced. */
  describe(): VendorDescription;
  state(): unknown;
  /** Drops all entities, faults and the ledger, and seeds anew; keys and settings stay. */
  reset(options?: { readonly seed?: number; readonly clients?: number }): void;
  now(): number;
  moveClock(move: ClockMove): void;
  faults(): readonly WaitingFault[];
  addFaults(...faults: readonly Fault[]): void;
  clearFaults(): void;
  ledger(afterNumber?: number): readonly LedgerEntry[];
  totals(): Readonly<Record<string, number>>;
  clearLedger(): void;
  settings(): Settings;
  change(settings: Partial<Settings>): void;
  /** The vendor's own settings. */
  vendorSettings(): Readonly<Record<string, unknown>>;
  changeVendor(changes: Readonly<Record<string, unknown>>): void;
  endTokens(how: "expired" | "revoked"): void;
  expireCursors(): void;
  /** What the account's owner does past the simulated part of the API. */
  act(name: string, input?: Readonly<Record<string, unknown>>): unknown;
}

export interface ControlParts {
  readonly vendor: Vendor;
  readonly origin: () => string;
  readonly world: MovableWorld;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly seed: number;
  readonly clients: number;
}

export function createControl(parts: ControlParts): SandboxControl {
  const { vendor, world, faults, ledger } = parts;
  let { seed, clients } = parts;
  return {
    describe: () => vendor.describe(parts.origin()),
    state: () => vendor.state(),
    reset: (options = {}) => {
      seed = options.seed ?? seed;
      clients = options.clients ?? clients;
      faults.clear();
      ledger.clear();
      world.reseed(seed);
      vendor.reset({ seed, clients });
    },
    now: () => world.now(),
    moveClock: (move) => world.moveClock(move),
    faults: () => faults.list(),
    addFaults: (...added) => faults.add(added),
    clearFaults: () => faults.clear(),
    ledger: (afterNumber) => ledger.entries(afterNumber),
    totals: () => ledger.totals(),
    clearLedger: () => ledger.clear(),
    settings: () => world.settings(),
    change: (settings) => world.change(settings),
    vendorSettings: () => vendor.settings?.() ?? {},
    changeVendor: (changes) => {
      const [unknown] = vendor.changeSettings === undefined ? Object.keys(changes) : [];
      if (unknown !== undefined) throw new BadInput(`"${unknown}" is not a known setting.`);
      vendor.changeSettings?.(changes);
    },
    endTokens: (how) => vendor.endTokens(how),
    expireCursors: () => vendor.expireCursors(),
    act: (name, input = {}) => {
      if (vendor.act === undefined) throw new BadInput(`${vendor.name} knows no acts.`);
      return vendor.act(name, input);
    },
  };
}
