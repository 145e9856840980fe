import { afterEach, describe, expect, it } from "vitest";
import { must } from "../../../../src/lib/assert.ts";
import { isRecord } from "../../../../src/lib/json.ts";
import { readMoney } from "../../../../src/providers/quickbooks/money.ts";
import type { ActivityPage } from "../../../../src/providers/provider.ts";
import { type Room } from "../../../conformance/provider-room.ts";
import { create, enter, leave, observed, requests } from "./quickbooks-room.ts";

afterEach(leave);

describe("QuickBooks' activities", () => {
  it("are all read entity by entity, and then by one request for what changed, deleted ones included", async () => {
    const room = await enter();
    const customer = observed(await create(room, { name: "Ana", email: "ana@example.com" }));
    const invoice = act(room, "invoice", { customer: customer.externalId, amount: 36_207 });
    requests(room);
    const first = await all(room, null);
    expect(requests(room)).toEqual(["GET query", "GET query", "GET query"]);
    expect(first.observations).toMatchObject([
      {
        type: "invoice",
        externalId: invoice,
        status: "open",
        customerId: customer.externalId,
        money: { amountMinor: 36_207, currency: "USD" },
        participants: ["ana@example.com"],
        occurredAt: expect.stringMatching(/T00:00:00\.000Z$/),
      },
    ]);

    room.clock.advance(600_000);
    const payment = act(room, "pay", { invoice, amount: 207 });
    const credit = act(room, "credit", { customer: customer.externalId, amount: 500 });
    const changed = await all(room, first.cursor);
    expect(requests(room)).toEqual(["GET cdc"]);
    expect(changed.observations.map(({ type, status }) => [type, status])).toEqual([
      ["invoice", "partially-paid"],
      ["payment", "applied"],
      ["credit", "open"],
    ]);
    expect(changed.observations[0]?.metadata["payments"]).toEqual([payment]);
    expect(changed.observations[1]?.metadata["invoices"]).toEqual([invoice]);

    room.clock.advance(600_000);
    act(room, "void", { id: invoice });
    act(room, "delete", { id: credit });
    const last = await all(room, changed.cursor);
    // The payment lies in the overlap, and is shown once more.
    expect(last.observations.map(({ type, status, state }) => [type, status, state])).toEqual([
      ["invoice", "void", "present"],
      ["payment", "applied", "present"],
      ["credit", null, "deleted"],
    ]);
    room.clock.advance(600_000);
    const again = await all(room, last.cursor);
    room.clock.advance(600_000);
    expect((await all(room, again.cursor)).observations).toEqual([]);
  });

  it("are asked for page by page where one answer cannot hold what changed", async () => {
    const room = await enter();
    const { externalId } = observed(await create(room, { name: "Bo", email: "bo@example.com" }));
    const { cursor } = await all(room, null);
    room.clock.advance(600_000);
    for (let count = 0; count < 1005; count += 1) act(room, "invoice", { customer: externalId });
    requests(room);
    const { observations } = await all(room, cursor);
    expect(new Set(observations.map((seen) => seen.externalId)).size).toBe(1005);
    expect(requests(room)).toEqual(["GET cdc", ...Array.from({ length: 4 }, () => "GET query")]);
  });

  it("end with a cursor that is not trusted for ever", async () => {
    const room = await enter();
    const { cursor } = await all(room, null);
    room.clock.advance(29 * 86_400_000);
    const page = await session(room).pull({ cursor, page: null });
    expect(page.next).toEqual({ kind: "expired" });
  });
});

describe("readMoney", () => {
  const record = {
    Id: "7",
    TxnDate: "2026-11-02",
    TotalAmt: 8.2,
    Balance: 0,
    DocNumber: "1037",
    CurrencyRef: { value: "BHD" },
    CustomerRef: { value: "3" },
    DueDate: "2026-11-30",
  };
  const seen = { requestedAt: "2026-11-02T10:00:00.000Z", linked: true };

  it("reads an amount without floats, in the minor unit of its currency, with its page", () => {
    expect(readMoney("Invoice", record, seen)).toMatchObject({
      title: "Invoice 1037",
      status: "paid",
      money: { amountMinor: 8200, currency: "BHD" },
      externalUrl: "https://qbo.intuit.com/app/invoice?txnId=7",
      metadata: { number: "1037", due_at: "2026-11-30T00:00:00.000Z" },
    });
    const yen = { ...record, TotalAmt: 1200, CurrencyRef: { value: "JPY" } };
    expect(readMoney("CreditMemo", yen, seen).money).toEqual({
      amountMinor: 1200,
      currency: "JPY",
    });
  });

  it("refuses an amount that it could only guess", () => {
    expect(() => readMoney("Invoice", { ...record, TotalAmt: 1.23456 }, seen)).toThrow("TotalAmt");
    expect(() => readMoney("Invoice", { ...record, CurrencyRef: null }, seen)).toThrow("TotalAmt");
    expect(() => readMoney("Payment", { ...record, TxnDate: "soon" }, seen)).toThrow("TxnDate");
  });
});

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
  return isRecord(shown) ? String(shown["Id"]) : "";
}
