import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { newFolder, runInside, startAstralis } from "../support/command-line.ts";

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function folderPath(): string {
  const folder = newFolder();
  ends.push(folder.remove);
  return folder.path;
}

describe("sandbox start", () => {
  it("tells in one document where to sign in and with what, and runs until it is stopped", async () => {
    const cwd = folderPath();
    const running = startAstralis(
      ["sandbox", "start", "--clients", "3", "--write-config", "sandbox.yaml", "--json"],
      { cwd },
    );
    const document: unknown = JSON.parse(await running.saw("stdout", /^\{[^]*^\}$/m));
    expect(document).toMatchObject({
      seed: 1,
      clients: 3,
      config: join(cwd, "sandbox.yaml"),
      providers: expect.arrayContaining([
        expect.objectContaining({ provider: "stripe", credentials: expect.any(Object) }),
        expect.objectContaining({ provider: "gmail", endpoints: expect.any(Object) }),
      ]),
    });
    const providers: Record<string, unknown>[] = Object(document)["providers"];
    const stripe = Object(providers.find(({ provider }) => provider === "stripe"));
    const state = await fetch(`${stripe["control"]}state`);
    expect(state.status).toBe(200);
    const connected = await runInside(
      ["connect", "stripe", "--api-key-stdin", "--config", "sandbox.yaml", "--json"],
      { cwd, stdin: String(stripe["credentials"]["api_key"]) },
    );
    expect(connected.code).toBe(0);
    const synced = await runInside(
      ["sync", "--connection", "stripe", "--config", "sandbox.yaml", "--json"],
      { cwd },
    );
    expect(synced.json()).toMatchObject({
      connections: [{ collections: { clients: { created: 3 } } }],
    });
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  it("says which port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    ends.push(() => taken.close());
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const ended = await runInside(["sandbox", "start", "--port", port, "--json"], {
      cwd: folderPath(),
    });
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({
      error: { code: "port-in-use", message: expect.stringContaining(port) },
    });
  });

  it("names the nearest provider for one that it cannot play", async () => {
    const ended = await runInside(["sandbox", "start", "--providers", "stripe,gmial", "--json"], {
      cwd: folderPath(),
    });
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ error: { hint: "Did you mean gmail?" } });
  });
});
