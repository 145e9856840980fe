import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import type { Activity, ActivityObservation } from "../../../src/model/activity.ts";
import { takeActivities } from "../../../src/reconcile/activities.ts";

let ids = 0;
const here = {
  orgId: "org",
  connectionId: "billing",
  at: "2026-11-02T10:00:00.000Z",
  ids: () => `id-${(ids += 1)}`,
};

const invoice: ActivityObservation = {
  type: "invoice",
  externalId: "1",
  externalUrl: null,
  title: "Invoice 1",
  description: null,
  occurredAt: "2026-11-01T00:00:00.000Z",
  durationMinutes: null,
  status: "open",
  money: { amountMinor: 100, currency: "EUR" },
  customerId: null,
  participants: [],
  metadata: {},
  state: "present",
  requestedAt: "2026-11-02T09:00:00.000Z",
};

function take(activities: readonly Activity[], ...seen: readonly Partial<ActivityObservation>[]) {
  const observations = seen.map((one) => ({ ...invoice, ...one }));
  return takeActivities({ activities, mappings: [] }, observations, here);
}

function known(rest: Partial<ActivityObservation> = {}): Activity {
  return must(take([], rest).put[0], "the activity");
}

describe("takeActivities", () => {
  it("drops an older observation, and takes one of the same moment (law 6)", () => {
    const before = known();
    expect(take([before], { status: "draft", requestedAt: "2026-11-02T08:00:00.000Z" })).toEqual({
      put: [],
      created: 0,
      updated: 0,
      deleted: 0,
    });
    const same = take([before], { status: "paid" });
    expect(same).toMatchObject({ updated: 1, put: [{ id: before.id, status: "paid" }] });
  });

  it("counts no change where there is none, and keeps when it last changed", () => {
    const before = { ...known(), updatedAt: "2026-11-02T09:00:00.000Z" };
    const seen = take([before], { requestedAt: "2026-11-02T09:30:00.000Z" });
    expect(seen).toMatchObject({ updated: 0, put: [{ updatedAt: before.updatedAt }] });
  });

  it("tells types with equal ids apart, and takes the last of several in one page", () => {
    const taken = take([], { status: "draft" }, { type: "payment" }, { status: "paid" });
    expect(taken.created).toBe(2);
    expect(taken.put.map(({ type, status }) => [type, status])).toEqual([
      ["invoice", "paid"],
      ["payment", "open"],
    ]);
  });

  it("keeps what was known of a deleted one, which comes back where it is seen again", () => {
    const before = known();
    const gone = take([before], { state: "deleted", title: "", money: null });
    expect(gone).toMatchObject({
      deleted: 1,
      put: [{ state: "deleted", title: "Invoice 1", money: { amountMinor: 100 } }],
    });
    expect(take([], { state: "deleted" }).put).toEqual([]);
    expect(take(gone.put, {})).toMatchObject({ updated: 1, put: [{ state: "present" }] });
  });

  it("keeps its client while its customer stays, and gives it up with another customer", () => {
    const before = { ...known({ customerId: "a" }), clientId: "ana" };
    expect(take([before], { customerId: "a" }).put[0]?.clientId).toBe("ana");
    expect(take([before], { customerId: "b" }).put[0]?.clientId).toBeNull();
  });
});
