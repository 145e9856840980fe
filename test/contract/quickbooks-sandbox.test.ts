import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../conformance/provider-quickbooks-records.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { createQuickBooksChecker } from "../support/quickbooks-checker.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import { startSandboxes, type RunningSandboxes } from "../../src/sandbox/start.ts";

const folder = contractsOf("quickbooks");

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("QuickBooks' sandbox and Intuit's own description", () => {
  let checker: ContractChecker;
  let running: RunningSandboxes;
  let sandbox: Sandbox;

  beforeAll(async () => {
    checker = createQuickBooksChecker(folder ?? "");
    running = await startSandboxes({
      vendors: ["quickbooks"],
      seed: 1,
      clients: 40,
      autoConsent: true,
    });
    const [first] = running.sandboxes;
    if (first === undefined) throw new Error("no sandbox was started");
    sandbox = first;
  });

  afterAll(() => running.close());

  const call = async (method: string, path: string, json?: unknown): Promise<Response> => {
    const { credentials } = sandbox.describe();
    const url = `${sandbox.origin}/v3/company/${credentials["realm_id"]}/${path}`;
    return fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${credentials["access_token"]}`,
        accept: "application/json",
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  };

  /** Does it, and returns what the checker says of each request and answer. */
  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries.flatMap((entry) => checker.check(entry));
  };

  it("agree on queries, look-ups, changes and the company", async () => {
    const problems = await problemsOf(async () => {
      const statement = (text: string) => `query?query=${encodeURIComponent(text)}`;
      const { realm_id: realm } = sandbox.describe().credentials;
      const since = new Date(sandbox.control.now() - 86_400_000).toISOString();
      sandbox.control.changeVendor({ merge_customers: ["3", "4"] });
      for (const path of [
        statement("select * from Customer orderby Id maxresults 1000"),
        statement("select count(*) from Customer"),
        statement("select * from Customer where Id = '999'"),
        statement("select * from CompanyInfo"),
        `cdc?entities=Customer&changedSince=${since}`,
        "customer/1",
        `companyinfo/${realm}`,
      ])
        expect([path, (await call("GET", path)).status]).toEqual([path, 200]);
    });
    expect(problems).toEqual([]);
  });

  it("agree on creating, changing and ending a customer", async () => {
    const problems = await problemsOf(async () => {
      const made = await call("POST", "customer?requestid=r-1&minorversion=75", {
        DisplayName: "Zoë",
        PrimaryEmailAddr: { Address: "zoe@example.com, office@example.com" },
        PrimaryPhone: { FreeFormNumber: "+49 30" },
        BillAddr: { Line1: "Hauptstraße 1", City: "Berlin" },
      });
      expect(made.status).toBe(200);
      const change = { Id: "41", SyncToken: "0", sparse: true, Notes: "x", BillAddr: { City: "" } };
      expect((await call("POST", "customer?operation=update", change)).status).toBe(200);
      const end = { Id: "41", SyncToken: "1", sparse: true, Active: false };
      expect((await call("POST", "customer", end)).status).toBe(200);
      const job = { DisplayName: "Job", Job: true, ParentRef: { value: "1" } };
      expect((await call("POST", "customer", job)).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on refusals, of the service and of the gateway before it", async () => {
    const problems = await problemsOf(async () => {
      expect((await call("GET", "customer/999")).status).toBe(400);
      expect((await call("GET", "query")).status).toBe(400);
      expect(
        (await call("POST", "customer", { DisplayName: "Zoë", Id: "1", SyncToken: "9" })).status,
      ).toBe(400);
      for (const status of [400, 401, 403, 404, 429, 500, 503]) {
        sandbox.control.addFaults({ kind: "status", status, match: {} });
        expect((await call("GET", "customer/1")).status).toBe(status);
      }
      for (const setting of ["faults_in_success", "user_lost_access", "subscription_ended"]) {
        sandbox.control.changeVendor({ [setting]: true });
        await call("GET", "customer/999");
        sandbox.control.changeVendor({ [setting]: false });
      }
    });
    expect(problems).toEqual([]);
  });

  it("agree on the sign-in", async () => {
    const { endpoints } = sandbox.describe();
    const problems = await problemsOf(async () => {
      expect(await signIn(sandbox)).not.toBe("");
      await fetch(endpoints["token"] ?? "", { method: "POST", body: new URLSearchParams() });
      await fetch(endpoints["revoke"] ?? "", { method: "POST", body: "{}" });
    });
    expect(problems).toEqual([]);
    expect(checker.checked).toBeGreaterThan(25);
  });

  it("differ visibly: the checker finds what is not described", () => {
    const good = sandbox.control
      .ledger()
      .find(
        ({ method, status, body }) => method === "POST" && status === 200 && body.includes("Zoë"),
      );
    expect(good).toBeDefined();
    if (good === undefined) return;
    const problems = (change: Partial<LedgerEntry>) => checker.check({ ...good, ...change }).join();
    expect(problems({})).toBe("");
    expect(problems({ body: '{"Nickname":"Zoe"}' })).toContain("Nickname");
    expect(problems({ body: '{"DisplayName":"A:B"}' })).toContain("/DisplayName");
    expect(problems({ body: '{"Id":"1"}' })).toContain("SyncToken");
    expect(problems({ path: "/v3/company/1/client" })).toContain("is not described");
    expect(problems({ headers: { "content-type": "text/plain" } })).toContain("content type");
    expect(problems({ answer: "{}" })).toContain("required");
    expect(problems({ answer: good.answer.replace("{", `{"invented":1,`) })).toContain("invented");
    expect(problems({ answer: good.answer.replace('"Id"', '"Ident"') })).toContain("Ident");
    expect(problems({ answer: "<html>" })).toContain("not JSON");
    expect(problems({ status: 500 })).not.toBe("");
  });
});
