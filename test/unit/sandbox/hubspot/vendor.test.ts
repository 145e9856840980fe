import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStepClock, type StepClock } from "../../../../src/lib/clock.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { sendJson } from "./hubspot-room.ts";

const contacts = "/crm/objects/2026-03/contacts";

let hubspot: SandboxClient;
let clock: StepClock;

beforeEach(async () => {
  clock = createStepClock(Date.parse("2026-11-02T09:00:00.000Z"));
  hubspot = await openSandbox("hubspot", { clients: 30, clock });
});

afterEach(() => hubspot.close());

describe("HubSpot's sandbox", () => {
  it("is the same for the same seed", async () => {
    const { control } = hubspot.sandbox;
    control.reset({ seed: 5 });
    const first = JSON.stringify(control.state());
    control.reset({ seed: 5 });
    expect(JSON.stringify(control.state())).toBe(first);
    control.reset({ seed: 6 });
    expect(JSON.stringify(control.state())).not.toBe(first);
  });

  it("counts searches apart from everything else, where a limit is set", async () => {
    hubspot.sandbox.control.change({ rateLimitPerSecond: 2 });
    const list = () => hubspot.call("GET", contacts);
    const search = () => sendJson(hubspot, "POST", `${contacts}/search`, {});
    const statuses = [];
    for (const ask of [list, list, search, search, list, search]) {
      const { status, body } = await ask();
      statuses.push(status === 429 ? body["policyName"] : status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, "TEN_SECONDLY_ROLLING", "SECONDLY"]);
    clock.advance(1000);
    expect((await list()).status).toBe(200);
  });

  it("answers faults in HubSpot's own form", async () => {
    const { control } = hubspot.sandbox;
    control.addFaults({ match: {}, kind: "status", status: 429, retryAfterSeconds: 3 });
    const limited = await hubspot.call("GET", contacts);
    expect(limited.body).toMatchObject({ errorType: "RATE_LIMIT" });
    expect(limited.headers.get("retry-after")).toBe("3");
    control.addFaults({ match: {}, kind: "status", status: 423 });
    expect((await hubspot.call("GET", contacts)).body).toMatchObject({ category: "LOCKED" });
    control.addFaults({ match: {}, kind: "empty-page" });
    const empty = await hubspot.call("GET", `${contacts}?limit=5`);
    expect(empty.body).toEqual({ results: [] });
    control.addFaults({ match: {}, kind: "empty-page" });
    const nothing = await sendJson(hubspot, "POST", `${contacts}/search`, {});
    expect(nothing.body).toEqual({ results: [], total: 0 });
  });

  it("takes settings that it knows, and no others", () => {
    const { control } = hubspot.sandbox;
    control.changeVendor({ batch_conflict: "whole", deny_consent: true });
    expect(control.vendorSettings()).toMatchObject({ batch_conflict: "whole", deny_consent: true });
    for (const wrong of [{ invented: 1 }, { batch_conflict: "some" }, { merge_with_blank: "1" }])
      expect(() => control.changeVendor(wrong)).toThrow(/not known|cannot be|needs the id/);
  });

  it("tells the account, and has no other paths", async () => {
    const { body } = await hubspot.call("GET", "/account-info/2026-03/details");
    expect(String(body["portalId"])).toBe(hubspot.credential("account"));
    for (const path of [
      "/crm/v3/objects/contacts",
      `${contacts}/1/2`,
      "/crm/objects/2026-03/deals",
    ])
      expect((await hubspot.call("GET", path)).status).toBe(404);
  });
});
