import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { exitCodeMeanings } from "../../src/cli/exit-codes.ts";
import { sandboxConfig } from "../../src/cli/sandbox-actions.ts";
import { initConfig } from "../../src/config/initial.ts";
import { must } from "../../src/lib/assert.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import { newFolder, runInside, startAstralis, type Ended } from "../support/command-line.ts";

/** Each way for a command to end, as a script meets it. */
interface Scene {
  readonly google: Sandbox;
  readonly stripe: Sandbox;
  readonly cwd: string;
  readonly run: (...args: string[]) => Promise<Ended>;
  readonly connectStripe: (word?: string) => Promise<Ended>;
}

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function openScene(clients: number, safety?: string): Promise<Scene> {
  const folder = newFolder();
  ends.push(folder.remove);
  const running = await startSandboxes({ vendors: ["google", "stripe"], seed: 5, clients });
  ends.push(() => running.close());
  const [google, stripe] = running.sandboxes;
  const described = running.sandboxes.map((sandbox) => sandbox.describe());
  const file = join(folder.path, "astralis.config.yaml");
  await initConfig(file, { org: "acme", ...sandboxConfig(described) });
  if (safety !== undefined) {
    const { appendFile } = await import("node:fs/promises");
    await appendFile(file, `safety: ${safety}\n`);
  }
  const run = (...args: string[]) => runInside(args, { cwd: folder.path });
  return {
    google: must(google, "Google's sandbox"),
    stripe: must(stripe, "Stripe's sandbox"),
    cwd: folder.path,
    run,
    connectStripe: (word = "connect") =>
      runInside([word, "stripe", "--api-key-stdin", "--json"], {
        cwd: folder.path,
        stdin: must(stripe, "Stripe's sandbox").describe().credentials["api_key"] ?? "",
      }),
  };
}

function errorOf(ended: Ended): unknown {
  return Object(ended.json())["error"];
}

describe("the exit code", () => {
  it("is 0 where all went well", async () => {
    const { connectStripe, run } = await openScene(2);
    expect((await connectStripe()).code).toBe(0);
    expect((await run("sync", "--connection", "stripe", "--json")).code).toBe(0);
  });

  it("is 1 where what was asked for is not there", async () => {
    const { run } = await openScene(0);
    const ended = await run("clients", "show", "nobody@example.com", "--json");
    expect(ended.code).toBe(1);
    expect(errorOf(ended)).toMatchObject({ code: "client-unknown" });
  });

  it("is 2 for a configuration with problems, and all of them are listed", async () => {
    const { run, cwd } = await openScene(0);
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      join(cwd, "broken.yaml"),
      "version: 1\nstorrage: x\norgs:\n  acme:\n    match: [fax]\n",
    );
    const ended = await run("config", "validate", "--config", "broken.yaml", "--json");
    expect(ended.code).toBe(2);
    expect(errorOf(ended)).toMatchObject({
      code: "config-invalid",
      problems: [
        { path: "storrage", line: 2, column: 1, message: expect.stringContaining("storage") },
        { line: 5 },
      ],
    });
    expect(ended.stderr).toContain("2:1");
  });

  it.each([
    [["snyc"], "Did you mean sync?"],
    [["sync", "--fulll"], "Did you mean --full?"],
    [["clients", "lst"], "Did you mean list?"],
    [["sync", "--connection", "stirpe"], "stripe"],
    [["status", "--org", "acem"], "acme"],
    [["connect", "strip"], "Did you mean stripe?"],
    [["clients", "add", "--field", "novalue"], "--field vat=PT123"],
    [["clients", "list", "--limit", "0"], "from 1 to 1000"],
    [["status", "--max-age", "soon"], "15m"],
    [["sync", "--accept", "deletes"], "--connection"],
    [["connect", "stripe"], "--api-key-stdin"],
    [["config", "validate", "--config", "nowhere.yaml"], "astralis init"],
  ])("is 2 for %j, and the hint helps", async (args, hint) => {
    const { run } = await openScene(0);
    const ended = await run(...args, "--json");
    expect(ended.code).toBe(2);
    expect(errorOf(ended)).toMatchObject({ hint: expect.stringContaining(hint) });
  });

  it("is 3 where one connection failed and the other did its work", async () => {
    const { run, connectStripe, google, cwd } = await openScene(2);
    await connectStripe();
    google.control.change({ autoConsent: true });
    const connecting = startAstralis(["connect", "gmail", "--no-browser"], { cwd });
    await fetch(await connecting.saw("stderr", /^http:\/\/127\.0\.0\.1:\d+\/\S+$/m));
    expect((await connecting.ended).code).toBe(0);
    google.control.addFaults({ match: { path: "^/v1/" }, kind: "status", status: 403, times: 0 });
    const ended = await run("sync", "--json");
    expect(ended.code).toBe(3);
    expect(ended.json()).toMatchObject({
      outcome: "partial",
      connections: [{ outcome: "failed", error: { connection: "gmail" } }, { outcome: "complete" }],
    });
  });

  it("is 4 where the key was revoked, and the error names the command that repairs it", async () => {
    const { run, connectStripe, stripe } = await openScene(2);
    await connectStripe();
    stripe.control.endTokens("revoked");
    const ended = await run("sync", "--connection", "stripe", "--json");
    expect(ended.code).toBe(4);
    expect(ended.json()).toMatchObject({
      connections: [{ error: { hint: expect.stringContaining("astralis reconnect stripe") } }],
    });
    expect((await connectStripe("reconnect")).code).toBe(0);
    expect((await run("sync", "--connection", "stripe")).code).toBe(0);
  });

  it("is 4 for a connection that never signed in, beside one that did", async () => {
    const { run, connectStripe } = await openScene(2);
    await connectStripe();
    expect((await run("sync", "--json")).code).toBe(4);
  });

  it("is 5 where --check finds anything unhealthy, and nothing synced is not healthy", async () => {
    const { run } = await openScene(0);
    const ended = await run("status", "--check", "--json");
    expect(ended.code).toBe(5);
    expect(ended.json()).toMatchObject({ healthy: false });
  });

  it("is 6 where a safety limit stops a sync, and 0 once it is accepted", async () => {
    const { run, connectStripe } = await openScene(0, "{ max_creates: 2 }");
    await connectStripe();
    await run("sync", "--connection", "stripe");
    for (const name of ["a", "b", "c"]) await run("clients", "add", "--email", `${name}@x.example`);
    const stopped = await run("sync", "--connection", "stripe", "--json");
    expect(stopped.code).toBe(6);
    expect(stopped.json()).toMatchObject({
      outcome: "stopped",
      connections: [{ error: { hint: expect.stringContaining("--accept creates") } }],
    });
    const accepted = await run("sync", "--connection", "stripe", "--accept", "creates", "--json");
    expect(accepted.code).toBe(0);
    expect(accepted.json()).toMatchObject({
      connections: [{ collections: { clients: { pushed_created: 3 } } }],
    });
  });
});

describe("the table of docs/cli.md", () => {
  it("is the program's", () => {
    const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (\d) \| (.+) \|$/gm)].map(([, code, meaning]) => [
      Number(code),
      meaning,
    ]);
    expect(Object.fromEntries(rows)).toEqual(exitCodeMeanings);
  });
});
