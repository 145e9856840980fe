import { beforeEach, describe, expect, it } from "vitest";
import { createStepClock } from "../../../../src/lib/clock.ts";
import type { InProcessSandbox } from "../../../../src/sandbox/kit/in-process.ts";
import { openInProcess } from "../../../../src/sandbox/start.ts";
import type { Account } from "../../../../src/simulation/accounts/account.ts";
import { quickbooksAccount } from "../../../../src/simulation/accounts/quickbooks.ts";

const clock = createStepClock(Date.parse("2026-11-02T09:00:00Z"));
let sandbox: InProcessSandbox;
let account: Account;

beforeEach(async () => {
  sandbox = await openInProcess("quickbooks", {
    origin: "https://quickbooks.invalid",
    seed: 1,
    clients: 0,
    clock,
    timeoutMs: 1000,
    sleep: (ms) => clock.sleep(ms),
  });
  account = quickbooksAccount(sandbox);
});

const ada = { email: "ada@example.com", name: "Ada", city: "London", country: "GB" };

const recordOf = (id: string | null) => account.records().find((record) => record.id === id);

/** A request of ours, as the ledger keeps it. */
async function send(customer: Readonly<Record<string, unknown>>) {
  const { realm_id: realm, access_token: token } = sandbox.describe().credentials;
  await sandbox.fetch(`${sandbox.origin}/v3/company/${realm}/customer`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify(customer),
  });
  const entry = sandbox.control.ledger().at(-1);
  if (entry === undefined) throw new Error("nothing was sent");
  return entry;
}

describe("the owner of a QuickBooks company", () => {
  it("adds, changes and removes customers", () => {
    const id = account.add(ada);
    expect(recordOf(id)?.fields).toMatchObject({ ...ada, phone: null });
    expect(account.change(id ?? "", { city: null, phone: "1", name: "Eve" })).toBe(true);
    expect(recordOf(id)?.fields).toMatchObject({
      name: "Eve",
      city: null,
      country: "GB",
      phone: "1",
    });
    expect(account.change(id ?? "", { name: null })).toBe(true);
    expect(recordOf(id)?.fields).toMatchObject({ name: null, email: "ada@example.com" });
    expect(account.remove(id ?? "")).toBe(true);
    expect([account.records(), account.remove(id ?? "")]).toEqual([[], false]);
  });

  it("is refused a name that is taken", () => {
    account.add(ada);
    expect(account.add({ name: "ADA", email: null })).toBe(null);
  });

  it("tells our creates and deletes from our other requests", async () => {
    const made = await send({ DisplayName: "Ada" });
    expect(account.createdBy(made)).toEqual([{ mappingId: null, recordId: "1" }]);
    expect(account.deletedBy(made)).toBe(null);
    const refused = await send({ DisplayName: "Ada" });
    expect(account.createdBy(refused)).toEqual([]);
    const ended = await send({ Id: "1", SyncToken: "0", sparse: true, Active: false });
    expect([account.createdBy(ended), account.deletedBy(ended)]).toEqual([[], "1"]);
  });
});
