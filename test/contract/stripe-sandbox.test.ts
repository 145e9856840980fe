import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { openSandbox, type SandboxClient } from "../support/sandbox-client.ts";
import { createStripeChecker } from "../support/stripe-checker.ts";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";

const folder = contractsOf("stripe");

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("Stripe's sandbox and Stripe's own description", () => {
  let checker: ContractChecker;
  let stripe: SandboxClient;

  beforeAll(async () => {
    checker = createStripeChecker(folder ?? "");
    stripe = await openSandbox("stripe", { clients: 40 });
  });

  afterAll(() => stripe.close());

  /** Does it, and returns what the checker says of each request and answer. */
  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = stripe.sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = stripe.sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries.flatMap((entry) => checker.check(entry));
  };

  it("agree on every listing of customers", async () => {
    const problems = await problemsOf(async () => {
      const first = await stripe.call("GET", "/v1/customers?limit=3");
      const second = String(idsOf(first.body["data"])[1]);
      for (const query of [
        "",
        `limit=100&starting_after=${second}`,
        `ending_before=${second}&expand[0]=data.sources`,
        "created[gte]=1&created[lt]=99999999999",
        "email=nobody@example.com",
      ]) {
        const reply = await stripe.call("GET", `/v1/customers?${query}`);
        expect(reply.status).toBe(200);
      }
    });
    expect(problems).toEqual([]);
  });

  it("agree on creating, reading, changing and deleting a customer", async () => {
    const problems = await problemsOf(async () => {
      const made = await stripe.call("POST", "/v1/customers", {
        headers: { "idempotency-key": "one" },
        form: {
          name: "Zoë",
          email: "zoe@example.com",
          business_name: "Zoë & Co",
          "metadata[tier]": "gold",
          "address[line1]": "Hauptstraße 1",
          "shipping[name]": "Zoë",
          "shipping[address][line1]": "Hauptstraße 1",
          "preferred_locales[0]": "de",
          "expand[]": "subscriptions",
        },
      });
      expect(made.status).toBe(200);
      const path = `/v1/customers/${String(made.body["id"])}`;
      await stripe.call("GET", `${path}?expand[]=tax_ids`);
      const form = { name: "", address: "", "metadata[tier]": "", balance: "-500" };
      expect((await stripe.call("POST", path, { form })).status).toBe(200);
      expect((await stripe.call("DELETE", path)).status).toBe(200);
      expect((await stripe.call("GET", path)).body["deleted"]).toBe(true);
    });
    expect(problems).toEqual([]);
  });

  it("agree on search, events and the account", async () => {
    const problems = await problemsOf(async () => {
      const made = await stripe.call("POST", "/v1/customers", { form: { name: "Found" } });
      await stripe.call("POST", `/v1/customers/${String(made.body["id"])}`, {
        form: { phone: "+1 415 555 0100" },
      });
      const query = encodeURIComponent(`name:"found"`);
      const found = await stripe.call("GET", `/v1/customers/search?query=${query}&limit=5`);
      expect(idsOf(found.body["data"])).toEqual([made.body["id"]]);
      const events = await stripe.call("GET", "/v1/events?types[]=customer.updated&limit=1");
      await stripe.call("GET", `/v1/events/${String(idsOf(events.body["data"])[0])}`);
      await stripe.call("GET", "/v1/events?type=customer.*&delivery_success=true");
      expect((await stripe.call("GET", "/v1/account")).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on invoices, payments, charges and refunds, and their events", async () => {
    const { control } = stripe.sandbox;
    const idOf = (shown: unknown) => String(idsOf([shown])[0]);
    const made = await stripe.call("POST", "/v1/customers", { form: { email: "m@example.com" } });
    const customer = String(made.body["id"]);
    const invoice = idOf(control.act("invoice", { customer, amount: 1250, currency: "jpy" }));
    control.act("pay", { invoice });
    control.act("uncollectible", { invoice: idOf(control.act("invoice", { customer })) });
    control.act("void", { invoice: idOf(control.act("invoice", { customer })) });
    const draft = idOf(control.act("invoice", { customer, draft: true }));
    const legacy = idOf(control.act("payment", { customer, legacy: true }));
    const failed = idOf(control.act("payment", { customer, fails: true, email: "m@example.com" }));
    const refund = idOf(control.act("refund", { payment: legacy, amount: 10 }));
    control.act("fail-refund", { refund });
    control.act("delete", { invoice: draft });
    const problems = await problemsOf(async () => {
      for (const path of [
        `/v1/invoices?limit=2&customer=${customer}&expand[0]=data.payments`,
        `/v1/invoices?starting_after=${invoice}&status=open`,
        `/v1/invoices/${invoice}?expand[0]=payments`,
        "/v1/payment_intents?limit=100&created[gte]=1",
        `/v1/payment_intents/${failed}`,
        `/v1/charges?customer=${customer}`,
        `/v1/charges/${legacy}`,
        `/v1/refunds?charge=${legacy}`,
        `/v1/refunds/${refund}`,
        "/v1/events?types[0]=invoice.paid&types[1]=refund.failed&types[2]=charge.succeeded",
      ])
        expect([path, (await stripe.call("GET", path)).status]).toEqual([path, 200]);
      expect((await stripe.call("GET", `/v1/invoices/${draft}`)).status).toBe(404);
      expect((await stripe.call("GET", "/v1/refunds?starting_after=re_none")).status).toBe(400);
      const readOnly = { authorization: `Bearer ${stripe.credential("read_only_key")}` };
      const refused = await stripe.call("GET", "/v1/charges", { headers: readOnly });
      expect(refused.status).toBe(403);
    });
    expect(problems).toEqual([]);
  });

  it("agree on refusals", async () => {
    const { control } = stripe.sandbox;
    const problems = await problemsOf(async () => {
      const keyless = await stripe.call("GET", "/v1/customers", { headers: { authorization: "" } });
      expect(keyless.status).toBe(401);
      expect((await stripe.call("GET", "/v1/customers/cus_none")).status).toBe(404);
      const form = { email: "no address" };
      expect((await stripe.call("POST", "/v1/customers", { form })).status).toBe(400);
      const readOnly = { authorization: `Bearer ${stripe.credential("read_only_key")}` };
      expect((await stripe.call("POST", "/v1/customers", { headers: readOnly })).status).toBe(403);
      for (const status of [401, 403, 404, 409, 429, 500, 503]) {
        control.addFaults({ kind: "status", status, match: {} });
        expect((await stripe.call("GET", "/v1/events")).status).toBe(status);
      }
    });
    expect(problems).toEqual([]);
  });

  it("agree on Connect", async () => {
    const { control } = stripe.sandbox;
    control.change({ autoConsent: true });
    const problems = await problemsOf(async () => {
      const query = new URLSearchParams({
        client_id: stripe.credential("client_id"),
        response_type: "code",
        scope: "read_write",
        redirect_uri: "http://127.0.0.1:9/callback",
        state: "s",
      });
      const sent = await stripe.call("GET", `/oauth/authorize?${query.toString()}`);
      const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
      const headers = { authorization: `Bearer ${stripe.credential("secret_key")}` };
      const form = { grant_type: "authorization_code", code };
      const token = await stripe.call("POST", "/oauth/token", { headers, form });
      expect(token.status).toBe(200);
      await stripe.call("POST", "/oauth/token", {
        headers,
        form: {
          grant_type: "refresh_token",
          refresh_token: String(token.body["refresh_token"]),
        },
      });
      const end = {
        client_id: stripe.credential("client_id"),
        stripe_user_id: stripe.credential("account"),
      };
      expect((await stripe.call("POST", "/oauth/deauthorize", { headers, form: end })).status).toBe(
        200,
      );
      expect((await stripe.call("POST", "/oauth/deauthorize", { headers, form: end })).status).toBe(
        401,
      );
      expect((await stripe.call("POST", "/oauth/token", { headers, form })).status).toBe(400);
    });
    expect(problems).toEqual([]);
  });

  it("differ visibly: the checker finds what is not described", () => {
    const good = stripe.sandbox.control
      .ledger()
      .find(
        ({ method, path, status }) =>
          method === "POST" && path === "/v1/customers" && status === 200,
      );
    expect(good).toBeDefined();
    if (good === undefined) return;
    const problems = (change: Partial<LedgerEntry>) => checker.check({ ...good, ...change });
    expect(problems({})).toEqual([]);
    expect(problems({ body: "nickname=Zoe" }).join()).toContain("nickname");
    expect(problems({ body: "balance=much" }).join()).toContain("/balance");
    expect(problems({ query: "limit=5" }).join()).toContain("limit");
    expect(problems({ path: "/v1/clients" }).join()).toContain("is not described");
    expect(problems({ headers: { "content-type": "application/json" } }).join()).toContain(
      "body is",
    );
    expect(problems({ answer: "{}" }).join()).toContain("required");
    expect(problems({ answer: good.answer.replace("{", `{"invented":1,`) }).join()).toContain(
      "invented",
    );
    expect(problems({ answer: "<html>" }).join()).toContain("not JSON");
    expect(problems({ status: 500 }).join()).toContain("required");
  });
});

function idsOf(list: unknown): readonly unknown[] {
  return (Array.isArray(list) ? list : []).map((item: unknown) =>
    typeof item === "object" && item !== null && "id" in item ? item.id : undefined,
  );
}
