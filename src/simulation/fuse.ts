import { StoreError } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import type { Change } from "../model/journal.ts";
import type { Store } from "../store/ports.ts";

/** The end of a simulated process: nothing of it goes on. */
export class Crash extends Error {
  constructor() {
    super("the simulated process has ended");
    this.name = "Crash";
  }
}

/** What a process asks of the world outside its memory, each a statement that can be its last. */
export interface Statements {
  readonly store: Store;
  watch(fetch: Fetch): Fetch;
}

export interface Life {
  ended: boolean;
}

/** Counts statements of all processes, and lets what is armed happen at its number. */
export interface Fuse {
  armCrash(statement: number): void;
  armBusy(statement: number, times: number): void;
  armStale(statement: number, times: number): void;
  armMeanwhile(request: number, happen: () => void): void;
  disarm(): void;
  /** The store and the network as the process of that life has them. */
  wire(store: Store, life: Life): Statements;
  readonly tally: FuseTally;
}

export interface FuseTally {
  statements: number;
  crashes: number;
  busy: number;
  stale: number;
  meanwhile: number;
}

export interface FuseEars {
  /** What was written into the store, but for credentials. */
  onWritten(text: string): void;
  onJournal(changes: readonly Change[]): void;
}

interface Armed {
  left: number;
  times: number;
}

export function createFuse(ears: FuseEars): Fuse {
  const tally: FuseTally = { statements: 0, crashes: 0, busy: 0, stale: 0, meanwhile: 0 };
  let crash: Armed | null = null;
  let busy: Armed | null = null;
  let stale: Armed | null = null;
  let meanwhile: { left: number; happen: () => void }[] = [];

  const count = (life: Life) => {
    if (life.ended) throw new Crash();
    tally.statements += 1;
    if (busy) busy.left -= 1;
    if (stale) stale.left -= 1;
    if (crash === null) return;
    crash.left -= 1;
    if (crash.left > 0) return;
    crash = null;
    tally.crashes += 1;
    life.ended = true;
    throw new Crash();
  };
  const beBusy = () => {
    if (busy === null || busy.left > 0) return;
    busy.times -= 1;
    if (busy.times <= 0) busy = null;
    tally.busy += 1;
    throw new StoreError("store-unavailable", "The database is busy (simulated).", {
      retry: "later",
    });
  };
  const beStale = () => {
    if (stale === null || stale.left > 0) return;
    stale.times -= 1;
    if (stale.times <= 0) stale = null;
    tally.stale += 1;
    throw new StoreError("store-stale", "Some rows changed (simulated).", { retry: "later" });
  };

  /** Every method of the port counts once before and once after it. */
  const port = <Port extends object>(of: Port, life: Life, heard: boolean): Port =>
    new Proxy(of, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== "function") return member;
        return async (...given: readonly unknown[]) => {
          count(life);
          beBusy();
          if (heard) ears.onWritten(JSON.stringify(given));
          const result: unknown = await Reflect.apply(member, target, given);
          count(life);
          return result;
        };
      },
    });

  const work = (store: Store, life: Life): Store["work"] => ({
    read: async (read) => {
      count(life);
      beBusy();
      const result = await store.work.read((reader) => read(port(reader, life, false)));
      count(life);
      return result;
    },
    commit: async (lease, decide) => {
      count(life);
      beBusy();
      let journal: readonly Change[] = [];
      const result = await store.work.commit(lease, async (reader) => {
        const decided = await decide(port(reader, life, false));
        count(life);
        beStale();
        ears.onWritten(JSON.stringify(decided.writes));
        journal = decided.writes.changes ?? [];
        return decided;
      });
      ears.onJournal(journal);
      count(life);
      return result;
    },
  });

  return {
    tally,
    armCrash: (statement) => (crash = { left: statement, times: 1 }),
    armBusy: (statement, times) => (busy = { left: statement, times }),
    armStale: (statement, times) => (stale = { left: statement, times }),
    armMeanwhile: (request, happen) => meanwhile.push({ left: request, happen }),
    disarm: () => {
      crash = null;
      busy = null;
      stale = null;
      meanwhile = [];
    },
    wire: (store, life) => ({
      store: {
        ...store,
        organizations: port(store.organizations, life, true),
        connections: port(store.connections, life, true),
        credentials: port(store.credentials, life, false),
        leases: port(store.leases, life, true),
        cursors: port(store.cursors, life, true),
        staged: port(store.staged, life, true),
        work: work(store, life),
        outbox: port(store.outbox, life, false),
        runs: port(store.runs, life, true),
        reads: port(store.reads, life, false),
      },
      watch: (fetch) => async (url, init) => {
        count(life);
        for (const one of meanwhile) one.left -= 1;
        const now = meanwhile.filter((one) => one.left <= 0);
        meanwhile = meanwhile.filter((one) => one.left > 0);
        for (const one of now) {
          tally.meanwhile += 1;
          one.happen();
        }
        const response = await fetch(url, init);
        count(life);
        return response;
      },
    }),
  };
}
