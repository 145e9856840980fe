import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { initConfig } from "../../src/config/initial.ts";
import { must } from "../../src/lib/assert.ts";
import type { AppEntry } from "../../src/config/schema.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes, type RunningSandboxes } from "../../src/sandbox/start.ts";
import { newFolder, runInside, startAstralis } from "../support/command-line.ts";
import { landingOf } from "../support/signing-in.ts";

/** Sign-ins that are sent back to an https address: it is pasted, or given as a line of stdin. */
const folder = newFolder();
let sandboxes: RunningSandboxes;
let sandbox: Sandbox;
let file = 0;

const away = "https://localhost:9443/signed-in";
const link = /^http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\S+$/m;

beforeEach(async () => {
  sandboxes = await startSandboxes({ vendors: ["stripe"], seed: 3, clients: 1, autoConsent: true });
  sandbox = must(sandboxes.sandboxes[0], "Stripe's sandbox");
});
afterEach(() => sandboxes.close());
afterAll(folder.remove);

/** A configuration of its own, whose application has these keys as well. */
async function configured(app: Partial<AppEntry>): Promise<string> {
  const { credentials, endpoints } = sandbox.describe();
  const path = join(folder.path, `${(file += 1)}.yaml`);
  await initConfig(path, {
    org: "acme",
    storage: `sqlite:${file}.db`,
    apps: {
      stripe: {
        client_id: credentials["client_id"] ?? "",
        client_secret: credentials["client_secret"] ?? "",
        ...app,
      },
    },
    connections: { stripe: { provider: "stripe", endpoints: { ...endpoints } } },
  });
  return path;
}

describe("connect, sent back to https", () => {
  it("takes the address as a line of stdin, says what is wrong with others, and ends by itself", async () => {
    const config = await configured({ redirect_uri: away });
    const connecting = startAstralis(
      ["connect", "stripe", "--no-browser", "--json", "--config", config],
      { cwd: folder.path, keepStdin: true },
    );
    const landing = await landingOf(await connecting.saw("stderr", link));
    const { stdin } = connecting.child;
    stdin.write(`${landing.replace(/state=[^&]*/, "state=wrong")}\n${landing.split("?")[0]}\n`);
    await connecting.saw("stderr", /another sign-in/);
    await connecting.saw("stderr", /its `state` is missing/);
    stdin.write(`${landing}\n`);
    const ended = await connecting.ended;
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.json()).toMatchObject({
      connection: "stripe",
      account: { id: expect.stringMatching(/^acct_/) },
      scopes: ["read_write"],
    });
    expect(ended.stderr).toContain(
      `The application at Stripe needs this redirect address, letter for letter: ${away}\n`,
    );
    const code = new URL(landing).searchParams.get("code");
    expect(ended.stdout + ended.stderr).not.toContain(must(code, "a code"));
  });

  it.each([
    ["nothing", "", "Nothing was pasted."],
    ["an address without its code", `${away}?state=x`, "another sign-in, or is cut off"],
  ])("is 4 and says what is missing where stdin ends after %s", async (_name, stdin, message) => {
    const config = await configured({ redirect_uri: away });
    const args = ["connect", "stripe", "--no-browser", "--json", "--config", config];
    const ended = await runInside(args, { cwd: folder.path, stdin });
    expect(ended.code).toBe(4);
    expect(ended.json()).toMatchObject({
      error: { code: "sign-in-failed", message: expect.stringContaining(message) },
    });
  });

  it("is 2 for an environment that the provider does not have, and names those it has", async () => {
    const config = await configured({ environment: "staging" });
    const args = ["connect", "stripe", "--no-browser", "--json", "--config", config];
    const ended = await runInside(args, { cwd: folder.path });
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({
      error: {
        code: "config-invalid",
        message: expect.stringContaining("apps.stripe.environment"),
        hint: "Set it to one of: production.",
      },
    });
  });
});
