import type { Mutation } from "../mutation.ts";

/** Bugs in how the database is written and read. */
export const storeMutations: readonly Mutation[] = [
  {
    name: "revisions are not compared",
    law: 6,
    file: "src/store/bulk.ts",
    find: "where ${table.name}.id = given.id and ${table.name}.revision = given.revision",
    replace: "where ${table.name}.id = given.id",
  },
  {
    name: "rows that changed meanwhile are not noticed",
    law: 6,
    file: "src/store/writes.ts",
    find: "if (written !== expected) throw stale(rows);",
    replace: "if (written > expected) throw stale(rows);",
  },
  {
    name: "what was seen since the listing began counts as absent",
    law: 6,
    file: "src/store/staged.ts",
    find: "mappings.seen_requested_at < ?",
    replace: "mappings.seen_requested_at <> ?",
  },
  {
    name: "an identity is taken from the client that has it",
    law: 8,
    file: "src/store/writes.ts",
    find: "where identities.client_id = excluded.client_id",
    replace: "where identities.client_id <> ''",
  },
  {
    name: "the lease's epoch is not compared",
    law: 10,
    file: "src/store/leases.ts",
    find: "if (row?.holder === lease.holder && row.epoch === lease.epoch) return;",
    replace: "if (row?.holder === lease.holder) return;",
  },
  {
    name: "a lease that is held is given away",
    law: 10,
    file: "src/store/leases.ts",
    find: "if (row.holder !== null && remainingMs > 0)",
    replace: "if (row.holder !== null && remainingMs > ttlMs)",
  },
];
