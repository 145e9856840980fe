import { execFile } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import type { Ended } from "../support/command-line.ts";
import { postgres, sqlite } from "../support/databases.ts";
import { runRaw } from "../support/raw-database.ts";
import { createEdits } from "./edits.ts";
import { prepareFirstSync, syncTillRight } from "./recovery.ts";
import { openCrashRoom } from "./room.ts";

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe("a database that cannot be written", () => {
  it("ends the sync with an error that says so, and the next one is right: SQLite", async () => {
    const storage = await sqlite.storage();
    const { room, edits } = await openRoom(storage);
    const through = await obeyingModes();
    const folder = dirname(storage.kind === "sqlite" ? storage.file : "");
    const files = () => readdirSync(folder).map((name) => join(folder, name));
    const closed = [...files(), folder];
    for (const path of closed) chmodSync(path, path === folder ? 0o500 : 0o400);
    const ended = await room.startThrough(through, "sync", "--json").ended;
    for (const path of closed) chmodSync(path, path === folder ? 0o700 : 0o600);
    expectUnwritable(ended);
    await syncTillRight(room, edits);
  });

  it("ends the sync with an error that says so, and the next one is right: Postgres", async () => {
    const storage = await postgres.storage();
    const { room, edits } = await openRoom(storage);
    await setReadOnly(storage, "on");
    ends.push(() => setReadOnly(storage, "off"));
    const ended = await room.start("sync", "--json").ended;
    await setReadOnly(storage, "off");
    expectUnwritable(ended);
    await syncTillRight(room, edits);
  });
});

async function openRoom(storage: Storage) {
  const room = await openCrashRoom(storage);
  ends.push(() => room.close());
  const edits = createEdits(room);
  await prepareFirstSync(room, edits);
  return { room, edits };
}

function expectUnwritable(ended: Ended): void {
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.json()).toMatchObject({
    error: {
      code: "store-unwritable",
      message: expect.stringContaining("cannot be written"),
      hint: expect.stringContaining("permissions"),
    },
  });
}

/** Root writes whatever the modes say, unless that power is taken from the process. */
async function obeyingModes(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const without = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"];
  const [program = "", ...words] = without;
  await promisify(execFile)(program, [...words, "true"]).catch((error: unknown) => {
    throw new Error(
      "This test runs as root, whom file modes do not stop, and `setpriv` (of util-linux) cannot take that power away: run it as an ordinary user.",
      { cause: error },
    );
  });
  return without;
}

async function setReadOnly(storage: Storage, to: "on" | "off"): Promise<void> {
  const name = new URL(storage.kind === "postgres" ? storage.url : "").pathname.slice(1);
  const change = `alter database ${name} set default_transaction_read_only = ${to}`;
  await runRaw(storage, `begin read write; ${change}; commit`);
}
