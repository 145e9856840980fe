import { expect, it } from "vitest";
import { openInProcess } from "../../../../src/sandbox/start.ts";
import { freshbooksAccount } from "../../../../src/simulation/accounts/freshbooks.ts";

async function openAccount() {
  const sandbox = await openInProcess("freshbooks", {
    origin: "http://127.0.0.1:1",
    seed: 1,
    clients: 0,
    timeoutMs: 1000,
    clock: { now: () => Date.parse("2026-07-01T12:00:00Z") },
    sleep: async () => {},
  });
  return freshbooksAccount(sandbox);
}

it("plays the other user of a business' clients", async () => {
  const account = await openAccount();
  const id = account.add({ email: "ana@example.com", name: "Ana Berg", phone: "1" }) ?? "";
  expect(account.add({ email: "no address" })).toBe(null);
  expect(account.change(id, { phone: null, company: "Acme", country: "Canada" })).toBe(true);
  const [record] = account.records();
  expect(record).toMatchObject({ id, ownId: null });
  expect(record?.fields).toMatchObject({
    name: "Ana Berg",
    email: "ana@example.com",
    phone: null,
    company: "Acme",
    country: "Canada",
  });
  expect(account.remove(id)).toBe(true);
  expect([account.records(), account.change(id, { name: "x" })]).toEqual([[], false]);
});

it("tells what our own requests created and deleted", async () => {
  const account = await openAccount();
  const { credentials } = account.sandbox.describe();
  const send = async (method: string, path: string, client: unknown) => {
    const base = `/accounting/account/${credentials["account"]}/users/clients`;
    await account.sandbox.fetch(`http://127.0.0.1:1${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${credentials["access_token"]}` },
      body: JSON.stringify({ client }),
    });
  };
  await send("POST", "", { email: "ana@example.com" });
  const [record] = account.records();
  const id = record?.id ?? "";
  expect(record?.fields["company"]).toBe(null);
  await send("PUT", `/${id}`, { fname: "Ana" });
  await send("PUT", `/${id}`, { vis_state: 1 });
  const entries = account.sandbox.control.ledger().filter(({ wrote }) => wrote);
  expect(entries.map((entry) => account.createdBy(entry))).toEqual([
    [{ mappingId: null, recordId: id }],
    [],
    [],
  ]);
  expect(entries.map((entry) => account.deletedBy(entry))).toEqual([null, null, id]);
});
