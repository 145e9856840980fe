import { afterEach, describe, expect, it } from "vitest";
import { must } from "../../../../src/lib/assert.ts";
import { isRecord } from "../../../../src/lib/json.ts";
import { readMoney } from "../../../../src/providers/freshbooks/money.ts";
import type { ActivityPage } from "../../../../src/providers/provider.ts";
import { signIn } from "../../../conformance/provider-freshbooks-records.ts";
import { openRoom, type Room } from "../../../conformance/provider-room.ts";

const rooms: Room[] = [];

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

describe("FreshBooks' activities", () => {
  it("are read once, and then only what changed, deleted ones included", async () => {
    const room = await enter();
    const made = await room.clients.create({
      fields: { email: "ana@example.com", name: "Ana" },
      ownId: "0190-own",
      key: "create-1",
    });
    const customer = made.kind === "done" ? made.observation.externalId : "";
    const invoice = act(room, "invoice", { customer, amount: "750.00", currency: "CAD" });
    const first = await all(room, null);
    expect(first.observations).toMatchObject([
      {
        type: "invoice",
        externalId: invoice,
        customerId: customer,
        status: "sent",
        money: { amountMinor: 75_000, currency: "CAD" },
      },
    ]);
    room.clock.advance(600_000);
    const payment = act(room, "pay", { invoice });
    const changed = await all(room, first.cursor);
    expect(changed.observations).toMatchObject([
      { type: "invoice", status: "paid" },
      { type: "payment", externalId: payment, metadata: { invoices: [invoice] } },
    ]);
    room.clock.advance(600_000);
    act(room, "delete", { id: payment });
    const last = await all(room, changed.cursor);
    expect(last.observations).toContainEqual(
      expect.objectContaining({ type: "payment", externalId: payment, state: "deleted" }),
    );
    room.clock.advance(600_000);
    const again = await all(room, last.cursor);
    room.clock.advance(600_000);
    expect((await all(room, again.cursor)).observations).toEqual([]);
  });

  it("are listed anew where something changed while they were listed on several pages", async () => {
    const room = await enter(200);
    const { cursor, observations } = await all(room, null);
    expect(observations.length).toBeGreaterThan(150);
    const { customerId } = must(observations[0], "an activity");
    act(room, "invoice", { customer: customerId });
    const page = await session(room).pull({ cursor, page: null });
    expect(page.next).toEqual({ kind: "expired" });
  });
});

describe("readMoney", () => {
  const seen = { requestedAt: "2026-11-02T10:00:00.000Z", linked: true };
  const invoice = {
    id: 7,
    customerid: 3,
    amount: { amount: "1200.00", code: "JPY" },
    create_date: "2026-11-02",
    due_date: "2026-11-30",
    invoice_number: "0007",
    v3_status: "overdue",
    vis_state: 0,
    updated: "2026-11-02 05:00:00",
  };

  it("reads texts as amounts of their currency, with the page", () => {
    expect(readMoney("invoices", invoice, seen).observation).toMatchObject({
      title: "Invoice 0007",
      money: { amountMinor: 1200, currency: "JPY" },
      externalUrl: "https://my.freshbooks.com/#/invoice/7",
      metadata: { number: "0007", due_at: "2026-11-30T00:00:00.000Z" },
    });
  });

  it("refuses an amount that it could only guess", () => {
    for (const amount of [{ amount: 12.5, code: "USD" }, { amount: "1.005", code: "USD" }, null])
      expect(() => readMoney("invoices", { ...invoice, amount }, seen)).toThrow("amount");
  });
});

async function enter(clients = 0): Promise<Room> {
  const room = await openRoom(
    { provider: "freshbooks", vendor: "freshbooks", signIn },
    { clients },
  );
  rooms.push(room);
  return room;
}

function session(room: Room) {
  return must(room.open().activities, "activities");
}

async function all(room: Room, cursor: string | null) {
  const observations: ActivityPage["observations"][number][] = [];
  let page: string | null = null;
  for (;;) {
    const answer: ActivityPage = await session(room).pull({ cursor, page });
    expect(answer.bad).toEqual([]);
    observations.push(...answer.observations);
    if (answer.next.kind === "complete") return { observations, cursor: answer.next.cursor };
    if (answer.next.kind === "expired") throw new Error("the cursor has expired");
    page = answer.next.page;
  }
}

function act(room: Room, name: string, input: Readonly<Record<string, unknown>>): string {
  const shown = room.sandbox.control.act(name, input);
  return isRecord(shown) ? String(shown["id"]) : "";
}
