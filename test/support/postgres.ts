import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { Client } from "pg";
import { systemClock } from "../../src/lib/clock.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { openStore } from "../../src/store/open.ts";
import { startPostgresServer } from "./postgres-server.ts";

/** The Postgres of one test run: where to ask for databases, and how to end it. */
export interface PostgresRun {
  /** A door on the loopback: `POST /migrated` or `/empty` answers with the URL of a new database. */
  readonly door: string;
  stop(): Promise<void>;
}

/**
 * Nothing is started before the first database is asked for, so that a run without database tests costs nothing.
 * `ASTRALIS_TEST_POSTGRES_URL` names a server to use instead of one of our own; its user must be allowed to create
 * databases.
 */
export async function openPostgresRun(): Promise<PostgresRun> {
  let databases: Promise<Databases> | undefined;
  const secret = randomBytes(18).toString("base64url");
  const server = createServer((request, response) => {
    const [, given, kind] = (request.url ?? "").split("/");
    if (given !== secret) {
      response.writeHead(404).end();
      return;
    }
    databases ??= openDatabases();
    databases
      .then((opened) => opened.create(kind === "migrated"))
      .then(
        (url) => response.end(url),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  const port = await listen(server);
  return {
    door: `http://127.0.0.1:${port}/${secret}`,
    stop: async () => {
      server.close();
      await (await databases)?.close();
    },
  };
}

/** A new database on the run's Postgres; the run's end removes it. */
export async function askForPostgres(door: string, kind: "migrated" | "empty"): Promise<string> {
  const answer = await fetch(`${door}/${kind}`, { method: "POST" });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`There is no Postgres to test on: ${text}`);
  return text;
}

/**
 * Removes every row but those that tell the schema's version. Deleting a few is much faster than truncating tables,
 * deleting many is much slower.
 */
export async function emptyPostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // A table is younger than those that it refers to.
  await client.query(`do $$ declare name text; is_long boolean; begin
    for name in select relname from pg_class where relkind = 'r' and relname <> 'migrations'
      and relnamespace = 'public'::regnamespace order by oid desc
    loop
      execute format('select exists (select 1 from %I offset 100)', name) into is_long;
      if is_long then execute format('truncate %I cascade', name);
      else execute format('delete from %I', name); end if;
    end loop; end $$`);
  await client.end();
}

interface Databases {
  create(migrated: boolean): Promise<string>;
  close(): Promise<void>;
}

async function openDatabases(): Promise<Databases> {
  const given = process.env["ASTRALIS_TEST_POSTGRES_URL"];
  const server =
    given === undefined || given === ""
      ? await startPostgresServer()
      : { url: given, stop: async () => {} };
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const run = `astralis_test_${randomBytes(6).toString("hex")}`;
  const made: string[] = [];
  const create = async (template: string) => {
    const name = `${run}_${made.length}`;
    made.push(name);
    await client.query(`create database ${name} template ${template} strategy file_copy`);
    return name;
  };
  const urlOf = (name: string) => {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  const migrated = await create("template0");
  await migrate(urlOf(migrated));
  // One after another: a template must not be in use while it is copied.
  let last: Promise<unknown> = Promise.resolve();
  return {
    create: (isMigrated) => {
      const next = last.then(() => create(isMigrated ? migrated : "template0"));
      last = next.catch(() => {});
      return next.then(urlOf);
    },
    close: async () => {
      await last;
      // A server of our own goes away as a whole.
      if (given !== undefined && given !== "")
        for (const name of made) await client.query(`drop database if exists ${name} with (force)`);
      await client.end();
      await server.stop();
    },
  };
}

async function migrate(url: string): Promise<void> {
  const store = await openStore(
    { kind: "postgres", url },
    {
      clock: systemClock,
      random: systemRandom,
      ids: createIds(systemClock, systemRandom),
      log: silentLog,
    },
  );
  await store.schema.migrate();
  await store.close();
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port is free"));
      else resolve(address.port);
    });
  });
}
