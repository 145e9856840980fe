import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { createFreshbooksChecker } from "../support/freshbooks-checker.ts";
import {
  clientOf,
  listOf,
  openFreshbooks,
  type FreshbooksSandbox,
} from "../unit/sandbox/freshbooks/freshbooks-room.ts";

const folder = contractsOf("freshbooks");

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("FreshBooks' sandbox and the description of its API", () => {
  let checker: ContractChecker;
  let freshbooks: FreshbooksSandbox;

  beforeAll(async () => {
    checker = createFreshbooksChecker(folder ?? "");
    freshbooks = await openFreshbooks({ clients: 40 });
  });

  afterAll(() => freshbooks.close());

  /** Does it, and returns what the checker says of each request and answer. */
  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = freshbooks.sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = freshbooks.sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries.flatMap((entry) => checker.check(entry));
  };

  it("agree on every listing of clients", async () => {
    const problems = await problemsOf(async () => {
      const [first] = listOf(await freshbooks.clients("GET", "?per_page=100")).ids;
      for (const query of [
        "",
        "?page=2&per_page=15",
        "?page=99",
        "?search[updated_min]=2020-01-01&search[vis_state]=1",
        "?search[email]=nobody%40example.com&search[updated_max]=2030-01-01",
        `?search[userids][]=${String(first)}&search[userid]=${String(first)}`,
      ])
        expect((await freshbooks.clients("GET", query)).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on creating, reading, changing, deleting and restoring a client", async () => {
    const problems = await problemsOf(async () => {
      const client = { fname: "Zoë", email: "zoe@example.com", p_country: "Sweden", note: "🦊" };
      const made = await freshbooks.clients("POST", "", { ...client, notified: true });
      expect(made.status).toBe(200);
      const path = `/${String(clientOf(made)["id"])}`;
      await freshbooks.clients("GET", path);
      await freshbooks.clients("PUT", path, { lname: "Ångström", email: "", home_phone: null });
      for (const visState of [1, 2, 0])
        await freshbooks.clients("PUT", path, { vis_state: visState });
      await freshbooks.clients("POST", "", { email: "called@example.com" });
    });
    expect(problems).toEqual([]);
  });

  it("agree on the sign-in and on who signed in", async () => {
    const { control } = freshbooks.sandbox;
    control.changeVendor({ other_business: "first", business_without_books: true });
    const problems = await problemsOf(async () => {
      const tokens = await freshbooks.signIn();
      await freshbooks.exchange({
        grant_type: "refresh_token",
        refresh_token: String(tokens["refresh_token"]),
      });
      const again = { grant_type: "refresh_token", refresh_token: "dead" };
      expect((await freshbooks.exchange(again)).status).toBe(400);
      expect((await freshbooks.call("GET", "/auth/api/v1/users/me")).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on refusals, in both forms and with every status", async () => {
    const { control } = freshbooks.sandbox;
    const problems = await problemsOf(async () => {
      for (const shape of ["errors", "details"])
        for (const all of [false, true]) {
          control.changeVendor({ error_shape: shape, errors_with_status_200: all });
          expect((await freshbooks.clients("GET", "/999999")).status).toBe(all ? 200 : 404);
          await freshbooks.clients("GET", "?page=none");
          await freshbooks.clients("POST", "", { email: "no address" });
        }
      for (const status of [401, 403, 404, 409, 429, 500, 503]) {
        control.addFaults({ kind: "status", status, match: {} });
        expect((await freshbooks.clients("GET", "")).status).toBe(status);
      }
    });
    expect(problems).toEqual([]);
  });

  it("differ visibly: the checker finds what is not described", () => {
    const entries = freshbooks.sandbox.control.ledger();
    const good = entries.find(({ method, status }) => method === "PUT" && status === 200);
    expect(good).toBeDefined();
    if (good === undefined) return;
    const problems = (change: Partial<LedgerEntry>) => checker.check({ ...good, ...change }).join();
    expect(problems({})).toBe("");
    expect(problems({ body: '{"client":{"nickname":"Zoë"}}' })).toContain("nickname");
    expect(problems({ body: '{"client":{"fname":5}}' })).toContain("/client/fname");
    expect(problems({ body: '{"client":{"fname":"Zoë","vis_state":0}}' })).toContain("the body");
    expect(problems({ body: "fname=Zoë" })).toContain("the body");
    expect(problems({ query: "include[]=everything" })).toContain("include[]");
    expect(problems({ path: "/accounting/account/a/users/staff" })).toContain("is not described");
    expect(problems({ headers: {} })).toContain("no bearer token");
    expect(problems({ answer: "{}" })).toContain("required");
    expect(problems({ answer: good.answer.replace('"fax"', '"facsimile"') })).toContain(
      "facsimile",
    );
    expect(
      problems({ answer: good.answer.replace(/"updated":"[^"]+"/, '"updated":"now"') }),
    ).toContain("updated");
    expect(problems({ answer: "<html>" })).toContain("the answer");
    expect(problems({ status: 500 })).toContain("the error");
  });
});
