import { describe, expect, it } from "vitest";
import { AstralisError, AuthError, ProviderError } from "../../src/lib/errors.ts";
import type { Fault } from "../../src/sandbox/kit/vendor.ts";
import { rewriting, type Enter, type Room } from "./provider-room.ts";

const read = (room: Room) => room.clients.pull({ cursor: null, page: null });

const write = (room: Room) =>
  room.clients.create({ fields: { email: "ada@example.com" }, ownId: "0190", key: "key-1" });

/** Whatever goes wrong comes out as the contract's errors, and is never taken for an empty answer. */
export function testFailures(enter: Enter): void {
  const fails = async (
    work: (room: Room) => Promise<unknown>,
    fault: Omit<Fault, "match">,
    timeoutMs = 10_000,
  ) => {
    const room = await enter({ timeoutMs });
    room.sandbox.control.addFaults({ match: {}, ...fault });
    return errorOf(work(room));
  };

  describe("a request to slow down", () => {
    it("carries the wait that was asked for", async () => {
      for (const work of [read, write]) {
        const error = await fails(work, { kind: "status", status: 429, retryAfterSeconds: 7 });
        expect(error.code).toBe("rate-limited");
        expect(error.retry).toEqual({ afterSeconds: 7 });
        expect(executed(error)).toBe("no");
      }
    });

    it("carries a wait of our own where none was asked for", async () => {
      const error = await fails(read, { kind: "status", status: 429 });
      expect(error.code).toBe("rate-limited");
      const { retry } = error;
      expect(typeof retry === "object" && retry.afterSeconds >= 1).toBe(true);
    });
  });

  describe("an outage", () => {
    it("is one, and leaves open whether a write was carried out", async () => {
      for (const status of [500, 502, 503, 504]) {
        expect((await fails(read, { kind: "status", status })).code).toBe("provider-unavailable");
        const error = await fails(write, { kind: "status", status });
        expect([error.code, executed(error)]).toEqual(["provider-unavailable", "unknown"]);
      }
    });

    it("shows as a time-out or a cut connection, too", async () => {
      const slow = { kind: "delay", delayMs: 5000 } as const;
      for (const [fault, timeoutMs] of [
        [slow, 400],
        [{ kind: "reset" }, 10_000],
        [{ kind: "lost-answer" }, 10_000],
        [{ kind: "cut-page" }, 10_000],
      ] as const) {
        const onRead = await fails(read, fault, timeoutMs);
        expect([onRead.code, executed(onRead)]).toEqual(["provider-unavailable", "no"]);
        const onWrite = await fails(write, fault, timeoutMs);
        expect([onWrite.code, executed(onWrite)]).toEqual(["provider-unavailable", "unknown"]);
      }
    });

    it("is not retried by a library", async () => {
      const room = await enter();
      room.sandbox.control.addFaults({ match: {}, kind: "status", status: 503, times: 0 });
      await errorOf(read(room));
      await errorOf(write(room));
      expect(room.served().requests).toBe(2);
    });
  });

  describe("an answer that makes no sense", () => {
    it("is malformed, be it HTML, broken JSON or another shape", async () => {
      const answers = ["<html>Sign in to the hotel's network</html>", '{"data": [', "[]", "42", ""];
      for (const answer of [...answers, '{"data": 5, "connections": 5}']) {
        const room = await enter();
        room.intercept(rewriting(() => answer));
        const onRead = await errorOf(read(room));
        expect([answer, onRead.code]).toEqual([answer, "provider-malformed"]);
        const onWrite = await errorOf(write(room));
        expect([answer, onWrite.code]).toEqual([answer, "provider-malformed"]);
        expect(executed(onWrite)).toBe("unknown");
      }
    });

    it("is an outage where a gateway wrote it", async () => {
      expect((await fails(read, { kind: "html" })).code).toBe("provider-unavailable");
    });
  });

  describe("a token", () => {
    it("that has expired is renewed once, and the request repeated", async () => {
      const room = await enter();
      await read(room);
      room.sandbox.control.endTokens("expired");
      expect((await read(room)).observations.length).toBe(3);
      expect(room.renewals()).toBe(1);
    });

    it("that is refused again after that needs a person", async () => {
      const access = { token: async () => "rk_test_wrong00", renew: async () => "rk_test_wrong11" };
      const room = await enter({ access });
      for (const work of [read, write]) {
        const error = await errorOf(work(room));
        expect(error).toBeInstanceOf(AuthError);
        expect(error.code).toBe("reauth-required");
        expect(`${error.message} ${error.hint}`).not.toContain("wrong");
      }
    });

    it("that cannot be renewed ends with the error that says so", async () => {
      const room = await enter({
        access: { token: async () => "rk_test_wrong00", renew: revoked },
      });
      expect((await errorOf(read(room))).message).toBe("the grant was revoked");
    });

    it("that does not cover the request is told as that", async () => {
      const error = await fails(read, { kind: "status", status: 403 });
      expect(error.code).toBe("provider-forbidden");
    });
  });
}

async function revoked(): Promise<string> {
  throw new AuthError("reauth-required", "the grant was revoked");
}

async function errorOf(work: Promise<unknown>): Promise<AstralisError> {
  const outcome = await work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (outcome instanceof AstralisError) return outcome;
  throw outcome;
}

function executed(error: AstralisError): string {
  return error instanceof ProviderError ? error.executed : "none";
}
