import type { CatalogueEntry } from "./command.ts";

/** Every command. A command's file is loaded when its name is on the command line, so that help stays quick. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "init",
    summary: "write a configuration file and prepare the database",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "connect",
    summary: "sign in to a provider",
    load: async () => (await import("./commands/connect.ts")).connect,
  },
  {
    name: "reconnect",
    summary: "sign in again, to the same account",
    load: async () => (await import("./commands/reconnect.ts")).reconnect,
  },
  {
    name: "disconnect",
    summary: "take back the sign-in at the provider; clients stay",
    load: async () => (await import("./commands/disconnect.ts")).disconnect,
  },
  {
    name: "pause",
    summary: "leave a connection out of syncs for now",
    load: async () => (await import("./commands/pause.ts")).pause,
  },
  {
    name: "resume",
    summary: "let a paused connection sync again",
    load: async () => (await import("./commands/resume.ts")).resume,
  },
  {
    name: "connections",
    summary: "list the connections and their state",
    load: async () => (await import("./commands/connections.ts")).connections,
  },
  {
    name: "sync",
    summary: "bring every connection and this database to the same state",
    load: async () => (await import("./commands/sync.ts")).sync,
  },
  {
    name: "retry",
    summary: "try parked records and refused writes again with the next sync",
    load: async () => (await import("./commands/retry.ts")).retry,
  },
  {
    name: "status",
    summary: "show the health of every connection, by evidence",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "clients",
    summary: "list, show, add, change, remove, import and export clients",
    load: async () => (await import("./commands/clients.ts")).clients,
  },
  {
    name: "activities",
    summary: "list what happened with clients: invoices, payments and the like",
    load: async () => (await import("./commands/activities.ts")).activities,
  },
  {
    name: "conflicts",
    summary: "list the fields that wait for a person",
    load: async () => (await import("./commands/conflicts.ts")).conflicts,
  },
  {
    name: "deletes",
    summary: "list the deletions that are held",
    load: async () => (await import("./commands/deletes.ts")).deletes,
  },
  {
    name: "runs",
    summary: "list past syncs and show what each one changed",
    load: async () => (await import("./commands/runs.ts")).runs,
  },
  {
    name: "config",
    summary: "check and show the configuration",
    load: async () => (await import("./commands/config.ts")).config,
  },
  {
    name: "db",
    summary: "show and update the database's schema",
    load: async () => (await import("./commands/db.ts")).db,
  },
  {
    name: "sandbox",
    summary: "run providers on this machine, to try everything without an account",
    load: async () => (await import("./commands/sandbox.ts")).sandbox,
  },
  {
    name: "demo",
    summary: "watch clients sync both ways, with sandboxed providers",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  {
    name: "selftest",
    summary: "check the engine on this machine, with faults and crashes, against sandboxes alone",
    load: async () => (await import("./commands/selftest.ts")).selftest,
  },
];
