import { afterEach, describe, expect, it } from "vitest";
import { AstralisError, ProviderError } from "../../../../src/lib/errors.ts";
import type { Room } from "../../../conformance/provider-room.ts";
import { create, enter, kept, leave, observed, save, update } from "./quickbooks-room.ts";

afterEach(leave);

const read = (room: Room) => room.clients.pull({ cursor: null, page: null });

describe("a fault in an answer of success", () => {
  it("is what it says: gone, stale, taken, refused", async () => {
    const room = await enter();
    const record = observed(await create(room, { name: "Ada" }));
    room.sandbox.control.changeVendor({ faults_in_success: true, add_vendor: "Bob" });
    expect(await room.clients.get(["99"])).toEqual([{ kind: "gone", externalId: "99" }]);
    await save(room, { Id: record.externalId, SyncToken: "0", sparse: true, Notes: "x" });
    expect((await update(room, record, { phone: "1" })).kind).toBe("stale");
    const marked = observed(await create(room, { name: "Bob" }));
    expect(kept(room, marked.externalId)["DisplayName"]).toMatch(/^Bob \(#/);
  });

  it("is an outage where the service itself failed, and the token's where it is", async () => {
    const room = await enter();
    room.intercept(async () => Response.json({ Fault: { Error: [], type: "SystemFault" } }));
    const outage = await errorOf(read(room));
    expect(outage.code).toBe("provider-unavailable");
    const onWrite = await errorOf(create(room, { name: "Ada" }));
    expect(onWrite instanceof ProviderError && onWrite.executed).toBe("unknown");
    room.intercept(async () =>
      Response.json({ fault: { error: [{ code: "3200" }], type: "AUTHENTICATION" } }),
    );
    expect((await errorOf(read(room))).code).toBe("reauth-required");
    expect(room.renewals()).toBe(1);
  });

  it("is never an empty listing, wherever in it", async () => {
    const room = await enter();
    const first = await read(room);
    const cursor = first.next.kind === "complete" ? first.next.cursor : "";
    const fault = { Fault: { Error: [{ code: "6000" }], type: "ValidationFault" } };
    const time = "2026-11-02T01:00:00-08:00";
    for (const part of [[fault], [{ QueryResponse: [fault] }], [{ QueryResponse: {} }], {}]) {
      room.intercept(async () => Response.json({ CDCResponse: part, time }));
      const outcome = await room.clients.pull({ cursor, page: null }).then(
        (page) => page.next.kind,
        (error: unknown) => (error instanceof AstralisError ? error.code : "unknown"),
      );
      expect(["expired", "provider-malformed"]).toContain(outcome);
    }
  });
});

describe("a refusal that no other token helps", () => {
  it.each([
    ["user_lost_access", "no access to this company"],
    ["subscription_ended", "subscription"],
  ])("needs a person: %s", async (setting, words) => {
    const room = await enter({ clients: 1 });
    room.sandbox.control.changeVendor({ [setting]: true });
    for (const work of [read(room), create(room, { name: "Ada" })]) {
      const error = await errorOf(work);
      expect(error.code).toBe("provider-forbidden");
      expect(error.message).toContain(words);
    }
    expect(room.renewals()).toBe(0);
  });
});

describe("throttling", () => {
  it("waits a minute where nothing else is said, whatever the status", async () => {
    for (const status of [429, 403, 503]) {
      const room = await enter();
      const error = [{ message: "ThrottleExceeded", code: "003001" }];
      room.intercept(async () => Response.json({ fault: { error, type: "SERVICE" } }, { status }));
      const failed = await errorOf(read(room));
      expect([failed.code, failed.retry]).toEqual(["rate-limited", { afterSeconds: 60 }]);
    }
  });
});

describe("a value that QuickBooks does not accept", () => {
  it("is told without being repeated", async () => {
    const room = await enter();
    const Address = `${"x".repeat(90)}@secret.example`;
    await save(room, {
      DisplayName: "Ada",
      PrimaryEmailAddr: { Address: "a@b.example,c@d.example" },
    });
    const [found] = await room.clients.get(["1"]);
    if (found?.kind !== "found") throw new Error("the customer is not found");
    const email = Address.slice(-100);
    const answer = await update(room, found.observation, { email });
    expect(answer).toEqual({
      kind: "refused",
      message: "QuickBooks does not accept the customer's PrimaryEmailAddr.Address (2050)",
    });
  });
});

async function errorOf(work: Promise<unknown>): Promise<AstralisError> {
  const outcome = await work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (outcome instanceof AstralisError) return outcome;
  throw outcome;
}
