import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe");
});

afterEach(() => stripe.close());

async function create(form: Readonly<Record<string, string>>) {
  return (await stripe.call("POST", "/v1/customers", { form })).body;
}

async function update(id: unknown, form: Readonly<Record<string, string>>) {
  return (await stripe.call("POST", `/v1/customers/${String(id)}`, { form })).body;
}

const ann = {
  name: "Ann 🌸",
  email: "ann@example.com",
  phone: "+1 415 555 0100",
  "metadata[a]": "1",
  "metadata[b]": "2",
  "address[line1]": "Elm Ave 1",
  "address[city]": "Austin",
};

describe("a customer", () => {
  it("keeps what it is created with; two may have the same e-mail address", async () => {
    const made = await create(ann);
    expect(made).toMatchObject({
      object: "customer",
      name: "Ann 🌸",
      email: "ann@example.com",
      phone: "+1 415 555 0100",
      metadata: { a: "1", b: "2" },
      address: { line1: "Elm Ave 1", line2: null, city: "Austin", country: null },
      description: null,
      livemode: false,
    });
    const other = await create(ann);
    expect(other["id"]).not.toBe(made["id"]);
    expect(other["email"]).toBe("ann@example.com");
  });

  it("changes only what is sent: metadata is merged, an address replaced, empty values clear", async () => {
    const { id } = await create(ann);
    expect(await update(id, { "metadata[b]": "3", "metadata[c]": "4" })).toMatchObject({
      name: "Ann 🌸",
      metadata: { a: "1", b: "3", c: "4" },
    });
    expect((await update(id, { "metadata[a]": "" }))["metadata"]).toEqual({ b: "3", c: "4" });
    expect((await update(id, { metadata: "" }))["metadata"]).toEqual({});
    expect((await update(id, { "address[city]": "Boston" }))["address"]).toEqual({
      line1: null,
      line2: null,
      city: "Boston",
      state: null,
      postal_code: null,
      country: null,
    });
    const cleared = await update(id, { name: "", email: "", phone: "", address: "" });
    expect(cleared).toMatchObject({ name: null, email: null, phone: null, address: null });
  });

  it("is a stub once deleted, out of the listing, and cannot be changed", async () => {
    const { id } = await create(ann);
    const gone = { id, object: "customer", deleted: true };
    const path = `/v1/customers/${String(id)}`;
    expect((await stripe.call("DELETE", path)).body).toEqual(gone);
    expect((await stripe.call("GET", path)).body).toEqual(gone);
    expect((await stripe.call("GET", "/v1/customers")).body["data"]).toEqual([]);
    const missing = { error: { code: "resource_missing", param: "id" } };
    expect(await update(id, { name: "Back" })).toMatchObject(missing);
    expect((await stripe.call("DELETE", path)).status).toBe(404);
  });

  it.each([
    [{ nickname: "A" }, { code: "parameter_unknown", param: "nickname" }],
    [{ "address[street]": "A" }, { code: "parameter_unknown", param: "address[street]" }],
    [{ email: "ann@example" }, { code: "email_invalid", param: "email" }],
    [{ email: " ann@example.com" }, { code: "email_invalid", param: "email" }],
    [{ email: "zoë@example.com" }, { code: "email_invalid", param: "email" }],
    [{ phone: "1".repeat(21) }, { param: "phone" }],
    [{ name: "n".repeat(257) }, { param: "name" }],
    [{ address: "Elm Ave 1" }, { message: "Invalid object", param: "address" }],
    [{ "name[first]": "A" }, { param: "name" }],
    [{ balance: "much" }, { code: "parameter_invalid_integer", param: "balance" }],
    [{ invoice_prefix: "" }, { code: "parameter_invalid_empty", param: "invoice_prefix" }],
    [{ "shipping[name]": "A" }, { code: "parameter_missing", param: "shipping[address]" }],
    [{ "metadata[k]": "v".repeat(501) }, { param: "metadata[k]" }],
    [{ [`metadata[${"k".repeat(41)}]`]: "v" }, { param: "metadata" }],
    [{ payment_method: "pm_1" }, { code: "resource_missing", param: "payment_method" }],
    [{ "expand[]": "friends" }, { param: "expand" }],
  ])("is refused with %j", async (form, error) => {
    const reply = await stripe.call("POST", "/v1/customers", { form });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: { type: "invalid_request_error", ...error } });
    expect((await stripe.call("GET", "/v1/customers")).body["data"]).toEqual([]);
  });

  it("holds 50 metadata pairs and no more", async () => {
    const pairs = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`metadata[k${index}]`, "v"]),
    );
    const { id } = await create(pairs);
    const refused = await update(id, { "metadata[one-more]": "v" });
    expect(refused).toMatchObject({ error: { param: "metadata" } });
    const swapped = await update(id, { "metadata[one-more]": "v", "metadata[k0]": "" });
    expect(swapped["metadata"]).toMatchObject({ "one-more": "v" });
  });

  it("must be sent as a form", async () => {
    const reply = await fetch(`${stripe.sandbox.origin}/v1/customers`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stripe.credential("api_key")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name: "Ann" }),
    });
    expect(reply.status).toBe(400);
  });
});
