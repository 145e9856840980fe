import { describe, expect, it } from "vitest";
import { exitCodeOfSync } from "../../../src/cli/exit-codes.ts";
import { noCounts, type ConnectionResult, type Counts } from "../../../src/model/run.ts";

function connection(
  outcome: ConnectionResult["outcome"],
  options: { readonly code?: string; readonly counts?: Partial<Counts> } = {},
): ConnectionResult {
  return {
    name: "billing",
    provider: "stripe",
    outcome,
    collections: { clients: { ...noCounts, ...options.counts } },
    ...(options.code === undefined
      ? {}
      : { error: { code: options.code, message: "it failed", hint: "" } }),
  };
}

const fine = connection("complete");
const failed = connection("failed", { code: "provider-unavailable" });
const signedOut = connection("failed", { code: "reauth-required" });
const stopped = connection("stopped", { code: "safety-stop" });

describe("exitCodeOfSync", () => {
  it("is 0 where everything was complete", () => {
    expect(exitCodeOfSync({ outcome: "complete", connections: [fine, fine] })).toBe(0);
    expect(exitCodeOfSync({ outcome: "complete", connections: [] })).toBe(0);
  });

  it("is 1 where every connection failed", () => {
    expect(exitCodeOfSync({ outcome: "failed", connections: [failed, failed] })).toBe(1);
  });

  it("is 3 where some records or connections failed", () => {
    expect(exitCodeOfSync({ outcome: "partial", connections: [fine, failed] })).toBe(3);
    const someRecords = connection("partial", { counts: { failed: 2 } });
    expect(exitCodeOfSync({ outcome: "partial", connections: [someRecords] })).toBe(3);
  });

  it("is 4 rather than 3 or 1 where a sign-in is needed", () => {
    expect(exitCodeOfSync({ outcome: "partial", connections: [fine, signedOut] })).toBe(4);
    expect(exitCodeOfSync({ outcome: "failed", connections: [failed, signedOut] })).toBe(4);
  });

  it("is 6 rather than 4 where a safety limit stopped a connection", () => {
    expect(exitCodeOfSync({ outcome: "stopped", connections: [stopped, signedOut] })).toBe(6);
  });

  it("is 6 where a person must decide on a field or a write", () => {
    const conflict = connection("complete", { counts: { conflicts: 1 } });
    expect(exitCodeOfSync({ outcome: "complete", connections: [conflict] })).toBe(6);
    const held = connection("partial", { counts: { held: 1 } });
    expect(exitCodeOfSync({ outcome: "partial", connections: [held] })).toBe(6);
  });
});
