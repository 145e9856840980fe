import { createServer } from "node:http";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { sandboxVendors, startSandboxes } from "../../../src/sandbox/start.ts";
import { openSandbox } from "../../support/sandbox-client.ts";

describe("startSandboxes", () => {
  it("starts each vendor at the port of its place, and stops them all", async () => {
    const free = await takePort();
    const port = free.port;
    await free.release();
    const running = await startSandboxes({ vendors: ["stripe"], ports: port, seed: 1, clients: 0 });
    const [stripe] = running.sandboxes;
    expect(stripe?.origin).toBe(`http://127.0.0.1:${port}`);
    await running.close();
    await expect(fetch(`http://127.0.0.1:${port}/v1/customers`)).rejects.toThrow("fetch failed");
  });

  it("says which port is taken, and leaves nothing running", async () => {
    const taken = await takePort();
    const options = { vendors: ["stripe"], ports: taken.port, seed: 1, clients: 0 };
    await expect(startSandboxes(options)).rejects.toMatchObject({
      code: "EADDRINUSE",
      port: taken.port,
    });
    await taken.release();
  });

  it("refuses a vendor that it does not simulate, and names those that it does", async () => {
    const options = { vendors: ["stripy"], seed: 1, clients: 0 };
    await expect(startSandboxes(options)).rejects.toThrow(sandboxVendors.join(", "));
  });

  it("makes the same world of the same seed, ids and secrets included", async () => {
    const clock = { now: () => 1_790_000_000_000 };
    const first = await openSandbox("stripe", { seed: 7, clients: 20, clock });
    const second = await openSandbox("stripe", { seed: 7, clients: 20, clock });
    const other = await openSandbox("stripe", { seed: 8, clients: 20, clock });
    expect(second.sandbox.control.state()).toEqual(first.sandbox.control.state());
    expect(second.credential("api_key")).toBe(first.credential("api_key"));
    expect(other.sandbox.control.state()).not.toEqual(first.sandbox.control.state());
    other.sandbox.control.reset({ seed: 7 });
    expect(other.sandbox.control.state()).toEqual(first.sandbox.control.state());
    await Promise.all([first.close(), second.close(), other.close()]);
  });

  it("answers programs of this machine alone", async () => {
    const stripe = await openSandbox("stripe");
    const { origin } = stripe.sandbox;
    expect(await statusOf(`${origin}/_sandbox/state`, { host: "localhost:1" })).toBe(200);
    expect(await statusOf(`${origin}/_sandbox/state`, { host: "evil.example" })).toBe(403);
    expect(await statusOf(`${origin}/_sandbox/state`, { origin: "https://evil.example" })).toBe(
      403,
    );
    await stripe.close();
  });

  it("refuses a body of more than 20 MB and goes on", async () => {
    const stripe = await openSandbox("stripe");
    const form = { description: "x".repeat(21 * 1024 * 1024) };
    expect((await stripe.call("POST", "/v1/customers", { form })).status).toBe(413);
    expect((await stripe.call("GET", "/v1/customers")).status).toBe(200);
    await stripe.close();
  });
});

async function takePort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

/** By node:http, since fetch sets the Host header itself. */
function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}
