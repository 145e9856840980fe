import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxConfig } from "../../src/cli/sandbox-actions.ts";
import { initConfig } from "../../src/config/initial.ts";
import { startSandboxes, type RunningSandboxes } from "../../src/sandbox/start.ts";
import {
  astralis,
  newFolder,
  runInside,
  startAstralis,
  testKey,
  type Ended,
} from "../support/command-line.ts";

/** A person's first quarter of an hour: both providers connected, everything synced. */
const folder = newFolder();
let sandboxes: RunningSandboxes;
let apiKey = "";
const said: Ended[] = [];
let connectedGmail: Ended;
let connectedStripe: Ended;
let planned: Ended;
let synced: Ended;

async function run(...args: string[]): Promise<Ended> {
  const ended = await runInside(args, { cwd: folder.path });
  said.push(ended);
  return ended;
}

beforeAll(async () => {
  sandboxes = await startSandboxes({
    vendors: ["google", "stripe"],
    seed: 3,
    clients: 6,
    autoConsent: true,
  });
  const described = sandboxes.sandboxes.map((sandbox) => sandbox.describe());
  apiKey = described.find(({ provider }) => provider === "stripe")?.credentials["api_key"] ?? "";
  const config = { org: "acme", ...sandboxConfig(described) };
  await initConfig(join(folder.path, "astralis.config.yaml"), config);
  const connecting = startAstralis(["connect", "gmail", "--no-browser", "--json"], {
    cwd: folder.path,
  });
  await fetch(await connecting.saw("stderr", /^http:\/\/127\.0\.0\.1:\d+\/\S+$/m));
  connectedGmail = await connecting.ended;
  connectedStripe = await astralis(["connect", "stripe", "--api-key-stdin", "--json"], {
    cwd: folder.path,
    stdin: `${apiKey}\n`,
  });
  planned = await astralis(["sync", "--dry-run"], { cwd: folder.path });
  synced = await astralis(["sync", "--json"], { cwd: folder.path });
  said.push(connectedGmail, connectedStripe, planned, synced);
}, 60_000);

afterAll(async () => {
  await sandboxes.close();
  folder.remove();
});

describe("connect", () => {
  it("signs in through the link alone, and says to which account", () => {
    expect(connectedGmail).toMatchObject({ code: 0 });
    expect(connectedGmail.json()).toMatchObject({
      org: "acme",
      connection: "gmail",
      provider: "gmail",
      account: { name: "ana@acme.test" },
      former_account: null,
    });
  });

  it("takes a key from stdin", () => {
    expect(connectedStripe).toMatchObject({ code: 0 });
    expect(connectedStripe.json()).toMatchObject({ connection: "stripe", provider: "stripe" });
  });
});

describe("sync", () => {
  it("shows before the first one what it makes of each connection's records", () => {
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.stdout).toMatch(/^gmail: first sync of 6 records$/m);
    expect(planned.stdout).toMatch(/^ {2}matched +[1-6] +by e-mail [1-6]$/m);
    expect(planned.stdout).toContain(
      "  next: astralis sync --org acme --connection stripe\ndry run: ",
    );
  });

  it("prints the run as one document", () => {
    expect(synced).toMatchObject({ code: 0, stderr: "" });
    expect(synced.json()).toMatchObject({
      org: "acme",
      outcome: "complete",
      run: expect.stringMatching(/^[0-9a-f-]{36}$/),
      connections: [
        { name: "gmail", outcome: "complete", collections: { clients: { pulled: 6 } } },
        { name: "stripe", outcome: "complete", collections: { clients: { pulled: 6 } } },
      ],
    });
  });

  it("prints plain lines where there is no terminal: steps on stderr, a table on stdout", async () => {
    const { code, stdout, stderr } = await astralis(["sync"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^connection +outcome +pulled/);
    expect(stdout).toMatch(/complete in \d+\.\d s\n$/);
    expect(stderr).toContain("gmail: clients, pulling");
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("shows what a dry run would do, and does nothing", async () => {
    const added = await run("clients", "add", "--email", "dry@example.com", "--json");
    expect(added.code).toBe(0);
    const dry = await run("sync", "--dry-run", "--json");
    expect(dry.json()).toMatchObject({
      run: null,
      changes: expect.arrayContaining([
        expect.objectContaining({
          connection: "stripe",
          direction: "to-external",
          action: "create",
        }),
      ]),
    });
    const shown = await run("clients", "show", "dry@example.com", "--json");
    expect(shown.json()).not.toMatchObject({ clients: [{ mappings: [{ state: "linked" }] }] });
  });
});

describe("status", () => {
  it("is healthy after a complete sync, and --check agrees", async () => {
    const { code, json } = await astralis(["status", "--check", "--json"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      healthy: true,
      orgs: [
        { org: "acme", connections: [{ name: "gmail", status: "idle", held_deletes: 0 }, {}] },
      ],
    });
  });

  it("exits with 5 under --check where the last pass is too old, and with 0 without it", async () => {
    const checked = await run("status", "--check", "--max-age", "0s");
    expect(checked.code).toBe(5);
    expect(checked.stdout).toContain("the last complete pass is too old");
    expect((await run("status", "--max-age", "0s")).code).toBe(0);
  });
});

describe("clients", () => {
  it("adds a client with every field, and shows it by any of its names", async () => {
    const args = {
      email: "Every@Example.com",
      name: "Every Field",
      phone: "+351 21 000",
      company: "Fields Ltd",
      "address-line1": "1 Main St",
      "address-line2": "Flat 2",
      city: "Porto",
      state: "Norte",
      "postal-code": "4000-001",
      country: "PT",
      notes: "two\nlines",
      field: "vat=PT=123",
    };
    const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
    const tags = ["--tag", "vip", "--tag", "new"];
    const added = await run("clients", "add", "--json", ...flags, ...tags, "--inactive");
    expect(added.code).toBe(0);
    const shown = await run("clients", "show", "every@example.com", "--json");
    expect(shown.json()).toMatchObject({
      clients: [
        {
          email: "every@example.com",
          name: "Every Field",
          phone: "+351 21 000",
          company: "Fields Ltd",
          address: {
            line1: "1 Main St",
            line2: "Flat 2",
            city: "Porto",
            state: "Norte",
            postal_code: "4000-001",
            country: "PT",
          },
          notes: "two\nlines",
          tags: ["new", "vip"],
          custom: { vat: "PT=123" },
          active: false,
        },
      ],
    });
    expect(shown.stdout).toBe(added.stdout);
  });

  it("changes what is named, and clears what is asked for", async () => {
    const email = "changing@example.com";
    await run("clients", "add", "--email", email, "--notes", "n", "--tag", "a", "--field", "k=v");
    const changes = "--name New --clear notes --untag a --tag b --field k= --json".split(" ");
    const updated = await run("clients", "update", email, ...changes);
    expect(updated.json()).toMatchObject({
      clients: [{ name: "New", notes: null, tags: ["b"], custom: {} }],
    });
  });

  it("pages through the list, and finds by text", async () => {
    const first = await run("clients", "list", "--limit", "2", "--json");
    const page = first.json();
    expect(page).toMatchObject({ clients: [{}, {}], next: expect.any(String) });
    const next = String(Object(page)["next"]);
    const second = await run("clients", "list", "--limit", "2", "--after", next, "--json");
    expect(JSON.stringify(second.json())).not.toContain(String(Object(page)["clients"][0]["id"]));
    await run("clients", "add", "--email", "needle@example.com", "--company", "Haystack AG");
    const found = await run("clients", "list", "--filter", "haySTACK", "--json");
    expect(found.json()).toEqual({
      clients: [expect.objectContaining({ email: "needle@example.com" })],
    });
  });

  it("removes a client here and says where its record stays", async () => {
    await run("clients", "add", "--email", "leaving@example.com");
    const removed = await run("clients", "remove", "leaving@example.com", "--json");
    expect(removed).toMatchObject({ code: 0 });
    expect(removed.json()).toMatchObject({ removed: { email: "leaving@example.com" } });
    const shown = await run("clients", "show", "leaving@example.com", "--json");
    expect(shown).toMatchObject({ code: 1 });
    expect(shown.json()).toMatchObject({ error: { code: "client-unknown", org: "acme" } });
  });

  it("refuses a second client with the same address", async () => {
    await run("clients", "add", "--email", "twice@example.com");
    const again = await run("clients", "add", "--email", "TWICE@example.com", "--json");
    expect(again).toMatchObject({ code: 1 });
    expect(again.json()).toMatchObject({ error: { code: "client-exists" } });
  });
});

describe("runs", () => {
  it("lists the syncs and shows the journal of one", async () => {
    const id = String(Object(synced.json())["run"]);
    const list = await run("runs", "list", "--json");
    expect(JSON.stringify(list.json())).toContain(id);
    const shown = await run("runs", "show", id, "--json");
    expect(shown.json()).toMatchObject({
      run: { id, org: "acme", outcome: "complete" },
      changes: expect.arrayContaining([expect.objectContaining({ action: "create" })]),
    });
  });

  it("has no run of an unknown id", async () => {
    const shown = await run("runs", "show", "00000000-0000-7000-8000-000000000000", "--json");
    expect(shown).toMatchObject({ code: 1 });
    expect(shown.json()).toMatchObject({ error: { code: "run-unknown" } });
  });
});

describe("connections, conflicts, deletes, retry and db", () => {
  it("each print one document", async () => {
    const documents = await Promise.all(
      [
        ["connections"],
        ["conflicts", "list"],
        ["deletes", "list"],
        ["retry"],
        ["db", "status"],
      ].map(async (words) => (await run(...words, "--json")).json()),
    );
    expect(documents).toMatchObject([
      { org: "acme", connections: [{ name: "gmail", account: { name: "ana@acme.test" } }, {}] },
      { conflicts: [] },
      { deletes: [], stopped: [] },
      { org: "acme", connections: [{ name: "gmail", reopened: 0 }, {}] },
      { storage: "sqlite", newer: [] },
    ]);
  });
});

describe("secrets", () => {
  it("are on no output of any command", async () => {
    await run("config", "show");
    await run("connections", "--debug");
    const all = said.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(all.length).toBeGreaterThan(1000);
    for (const secret of [apiKey, "GOCSPX-", "ya29.", "1//", testKey])
      expect(all).not.toContain(secret);
  });
});
