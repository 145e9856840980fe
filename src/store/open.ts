import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Deps } from "../lib/deps.ts";
import { createActivities } from "./activities.ts";
import { createConnections } from "./connections.ts";
import { createCredentials } from "./credentials.ts";
import { createCursors } from "./cursors.ts";
import { createDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { createLeases } from "./leases.ts";
import { createOrganizations } from "./organizations.ts";
import { createOutbox } from "./outbox.ts";
import type { Storage, Store } from "./ports.ts";
import { openPostgres } from "./postgres.ts";
import { createReads } from "./reads.ts";
import { createRuns } from "./runs.ts";
import { createSchema } from "./schema.ts";
import { copyOrganization } from "./scratch.ts";
import { openSqlite } from "./sqlite.ts";
import { createStaged } from "./staged.ts";
import { storeTrouble } from "./trouble.ts";
import { createWork } from "./work.ts";

export type StoreDeps = Pick<Deps, "clock" | "random" | "ids" | "log">;

export interface StoreOptions {
  /** Hears of every statement, for those who count them. */
  readonly onStatement?: (text: string) => void;
}

/**
 * Opens the database; a SQLite file and its folder are made where they are new. The schema is not touched: the
 * caller asks `schema.status` or `schema.check`, and calls `schema.migrate` where that is right.
 * Throws `store-unavailable` or `store-unwritable`.
 */
export async function openStore(
  storage: Storage,
  deps: StoreDeps,
  options: StoreOptions = {},
): Promise<Store> {
  const subject = subjectOf(storage);
  const database = await openDatabase(storage, { deps, options, subject });
  return assembleStore(database, { deps, subject, onClose: () => {} });
}

interface Opening {
  readonly deps: StoreDeps;
  readonly options: StoreOptions;
  readonly subject: string;
}

async function openDatabase(
  storage: Storage,
  { deps, options, subject }: Opening,
): Promise<Database> {
  let knex: Knex | undefined;
  try {
    knex = storage.kind === "sqlite" ? openSqlite(storage.file) : openPostgres(storage.url);
    await knex.raw("select 1");
  } catch (error) {
    await knex?.destroy();
    throw storeTrouble(error, subject);
  }
  const { onStatement } = options;
  if (onStatement !== undefined)
    knex.on("query", (query: { readonly sql: string }) => onStatement(query.sql));
  return createDatabase(storage.kind, knex, { subject, clock: deps.clock });
}

interface Assembly {
  readonly deps: StoreDeps;
  readonly subject: string;
  readonly onClose: () => void;
}

function assembleStore(database: Database, { deps, subject, onClose }: Assembly): Store {
  return {
    kind: database.kind,
    schema: createSchema(database, { clock: deps.clock, subject }),
    organizations: createOrganizations(database),
    connections: createConnections(database),
    credentials: createCredentials(database),
    leases: createLeases(database),
    cursors: createCursors(database),
    staged: createStaged(database),
    work: createWork(database),
    outbox: createOutbox(database),
    runs: createRuns(database),
    reads: createReads(database),
    activities: createActivities(database),
    scratch: (orgId) => openScratch(database, orgId, deps),
    close: async () => {
      await database.close();
      onClose();
    },
  };
}

async function openScratch(database: Database, orgId: string, deps: StoreDeps): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "astralis-scratch-"));
  const onClose = () => rmSync(folder, { recursive: true, force: true });
  const subject = "The scratch copy";
  try {
    const storage = { kind: "sqlite", file: join(folder, "scratch.db") } as const;
    const copy = await openDatabase(storage, { deps, options: {}, subject });
    const store = assembleStore(copy, { deps, subject, onClose });
    try {
      await store.schema.migrate();
      await copyOrganization(database, copy, orgId);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    onClose();
    throw error;
  }
}

/** Names the database without its user and password. */
function subjectOf(storage: Storage): string {
  if (storage.kind === "sqlite") return `The database ${storage.file}`;
  const url = URL.canParse(storage.url) ? new URL(storage.url) : null;
  return url === null ? "The database" : `The database ${url.host}${url.pathname}`;
}
