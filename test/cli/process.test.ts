import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sandboxConfig } from "../../src/cli/sandbox-actions.ts";
import { initConfig } from "../../src/config/initial.ts";
import { must } from "../../src/lib/assert.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import { astralis, newFolder, runInside, startAstralis } from "../support/command-line.ts";

/** What only a process of its own can show. */
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function folderPath(): string {
  const folder = newFolder();
  ends.push(folder.remove);
  return folder.path;
}

async function connectedStripe(cwd: string) {
  const running = await startSandboxes({ vendors: ["stripe"], seed: 5, clients: 150 });
  ends.push(() => running.close());
  const sandbox = must(running.sandboxes[0], "Stripe's sandbox");
  const file = join(cwd, "astralis.config.yaml");
  await initConfig(file, { org: "acme", ...sandboxConfig([sandbox.describe()]) });
  const stdin = sandbox.describe().credentials["api_key"] ?? "";
  await runInside(["connect", "stripe", "--api-key-stdin"], { cwd, stdin });
  return sandbox;
}

describe("the launcher", () => {
  it("refuses a Node that is too old, in one sentence, before anything is loaded", async () => {
    const asOld = `Object.defineProperty(process.versions, "node", { value: "20.19.4" });
      process.getBuiltinModule = undefined;`;
    const ended = await astralis(["--help"], {
      cwd: folderPath(),
      node: ["--import", `data:text/javascript,${encodeURIComponent(asOld)}`],
    });
    expect(ended).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "astralis needs Node.js 22.18 or newer, and this is 20.19.4.\n",
    });
  });

  it("prints the version of the package", async () => {
    const page = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { code, stdout } = await astralis(["--version"], { cwd: folderPath() });
    expect([code, stdout]).toEqual([0, `${String(Object(JSON.parse(page))["version"])}\n`]);
  });
});

describe("a reader that goes away", () => {
  it("does not fail the command", async () => {
    const running = startAstralis(["config", "schema"], { cwd: folderPath() });
    running.child.stdout.destroy();
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("Ctrl-C", () => {
  it("stops a sync cleanly, with 130 and one document, and the next sync goes on", async () => {
    const cwd = folderPath();
    const sandbox = await connectedStripe(cwd);
    const lists = { path: "^/v1/customers$", method: "GET" };
    sandbox.control.addFaults({ match: lists, kind: "delay", delayMs: 500, times: 0 });
    const before = sandbox.control.ledger().length;
    const running = startAstralis(["sync", "--json"], { cwd });
    await expect
      .poll(() => sandbox.control.ledger().length, { timeout: 10_000, interval: 20 })
      .toBeGreaterThan(before);
    running.child.kill("SIGINT");
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.json()).toMatchObject({ connections: [{ error: { code: "interrupted" } }] });
    sandbox.control.clearFaults();
    expect((await runInside(["sync", "--json"], { cwd })).code).toBe(0);
  });
});

describe("init", () => {
  it("writes a configuration and a database elsewhere than on a terminal, once", async () => {
    const cwd = folderPath();
    const args = ["init", "--org", "acme", "--title", "Acme & Söhne", "--provider", "stripe"];
    const ended = await astralis([...args, "--json"], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.json()).toMatchObject({
      file: expect.stringMatching(/astralis\.config\.yaml$/),
      org: "acme",
      storage: "sqlite",
      connections: ["stripe"],
      next: ["astralis connect stripe"],
    });
    const again = await runInside([...args, "--json"], { cwd });
    expect(again.code).toBe(2);
    expect(again.json()).toMatchObject({ error: { code: "config-exists" } });
    expect((await runInside(["db", "migrate", "--json"], { cwd })).json()).toMatchObject({
      applied: [],
    });
  });

  it("names the nearest provider for one that there is not, and writes nothing", async () => {
    const cwd = folderPath();
    const ended = await runInside(["init", "--provider", "gmial", "--json"], { cwd });
    expect(ended.json()).toMatchObject({
      error: { code: "provider-unknown", hint: "Did you mean gmail?" },
    });
    expect((await runInside(["config", "validate", "--json"], { cwd })).json()).toMatchObject({
      error: { code: "config-not-found" },
    });
  });
});

describe("connect", () => {
  it("adds a connection that is not declared, and keeps every comment", async () => {
    const cwd = folderPath();
    const file = join(cwd, "astralis.config.yaml");
    await runInside(["init", "--org", "acme"], { cwd });
    appendFileSync(file, "# the last word\n");
    const before = readFileSync(file, "utf8");
    const ended = await runInside(["connect", "stripe", "--api-key-stdin", "--json"], {
      cwd,
      stdin: "not a key",
    });
    expect(ended.code).toBe(4);
    expect(ended.json()).toMatchObject({ error: { code: "key-rejected" } });
    expect(ended.stdout + ended.stderr).not.toContain("not a key");
    const after = readFileSync(file, "utf8").split("\n");
    expect(
      before.split("\n").filter((line) => line.includes("#") && !after.includes(line)),
    ).toEqual([]);
    expect((await runInside(["connections", "--json"], { cwd })).json()).toMatchObject({
      connections: [
        { name: "stripe", provider: "stripe", status: "error", reason: "not-connected" },
      ],
    });
  });
});

describe("pause, resume and disconnect", () => {
  it("leave a connection out, take it back, and sign it out with its clients kept", async () => {
    const cwd = folderPath();
    await connectedStripe(cwd);
    const run = (...args: string[]) => runInside([...args, "--json"], { cwd });
    expect((await run("sync")).code).toBe(0);
    expect((await run("pause", "stripe")).json()).toMatchObject({ changed: true });
    expect((await run("pause", "stripe")).json()).toMatchObject({ changed: false });
    expect((await run("sync", "--connection", "stripe")).code).toBe(1);
    expect((await run("status")).json()).toMatchObject({
      orgs: [{ connections: [{ status: "paused", reason: "by-user" }] }],
    });
    expect((await run("resume", "stripe")).json()).toMatchObject({ changed: true });
    expect((await run("sync")).code).toBe(0);
    expect((await run("disconnect", "stripe")).json()).toMatchObject({
      revocation: "by-hand",
      mappings_kept: 150,
    });
    expect((await run("sync")).code).toBe(4);
    expect((await run("clients", "list", "--limit", "1000")).json()).toHaveProperty(
      "clients.length",
      150,
    );
  });
});
