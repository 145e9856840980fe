import { afterEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

const nowSeconds = 1_790_000_000;
let stripe: SandboxClient;

afterEach(() => stripe.close());

async function open(clients: number) {
  stripe = await openSandbox("stripe", { clients, clock: { now: () => nowSeconds * 1000 } });
}

interface Listed {
  readonly id: string;
  readonly created: number;
}

async function page(query: string): Promise<{ items: Listed[]; hasMore: unknown }> {
  const { body } = await stripe.call("GET", `/v1/customers?${query}`);
  const items = Array.isArray(body["data"]) ? body["data"] : [];
  return {
    items: items.map((item: Listed) => ({ id: item.id, created: item.created })),
    hasMore: body["has_more"],
  };
}

async function walk(limit: number): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let after = ""; ;) {
    const { items, hasMore } = await page(`limit=${limit}${after}`);
    all.push(...items);
    if (hasMore !== true) return all;
    after = `&starting_after=${items.at(-1)?.id ?? ""}`;
  }
}

const find = async (query: string) => {
  const path = `/v1/customers/search?limit=100&query=${encodeURIComponent(query)}`;
  const { body } = await stripe.call("GET", path);
  const items = Array.isArray(body["data"]) ? body["data"] : [];
  return items.map((item: { name: unknown }) => item.name);
};

describe("a listing", () => {
  it("is empty for an account without customers", async () => {
    await open(0);
    expect((await stripe.call("GET", "/v1/customers")).body).toEqual({
      object: "list",
      data: [],
      has_more: false,
      url: "/v1/customers",
    });
  });

  it("goes from new to old, ten at a time, and each customer comes once", async () => {
    await open(250);
    expect((await page("")).items).toHaveLength(10);
    const all = await walk(100);
    expect(new Set(all.map(({ id }) => id)).size).toBe(250);
    expect(all).toEqual(all.toSorted((a, b) => b.created - a.created));
  });

  it("shows the newest of one second first, and turns back at ending_before", async () => {
    await open(3);
    const made: unknown[] = [];
    for (const name of ["a", "b", "c"])
      made.push((await stripe.call("POST", "/v1/customers", { form: { name } })).body["id"]);
    const all = await walk(2);
    expect(all.slice(0, 3).map(({ id }) => id)).toEqual(made.toReversed());
    const before = await page(`limit=2&ending_before=${all[4]?.id}`);
    expect(before).toEqual({ items: all.slice(2, 4), hasMore: true });
    expect(await page(`ending_before=${all[2]?.id}`)).toEqual({
      items: all.slice(0, 2),
      hasMore: false,
    });
  });

  it("goes on behind a customer that was deleted since", async () => {
    await open(6);
    const all = await walk(100);
    const [first, second] = [all[1]?.id ?? "", all[2]?.id ?? ""];
    await stripe.call("DELETE", `/v1/customers/${first}`);
    expect((await page(`limit=1&starting_after=${first}`)).items[0]?.id).toBe(second);
  });

  it("keeps to bounds of the time of creation", async () => {
    await open(20);
    const all = await walk(100);
    const [newer, older] = [all[5]?.created ?? 0, all[9]?.created ?? 0];
    const between = await page(`created[gte]=${older}&created[lt]=${newer}`);
    expect(between.items).toEqual(all.slice(6, 10));
    const outside = await page(`limit=100&created[gt]=${older}&created[lte]=${newer}`);
    expect(outside.items).toEqual(all.slice(5, 9));
    expect((await page(`created=${older}`)).items).toEqual(all.slice(9, 10));
  });

  it("filters by e-mail address, case and all", async () => {
    await open(3);
    await stripe.call("POST", "/v1/customers", { form: { email: "Ann@example.com" } });
    expect((await page("email=Ann@example.com")).items).toHaveLength(1);
    expect((await page("email=ann@example.com")).items).toHaveLength(0);
  });

  it.each([
    ["limit=0", "parameter_invalid_integer"],
    ["limit=101", "parameter_invalid_integer"],
    ["limit=ten", "parameter_invalid_integer"],
    ["starting_after=cus_none", "resource_missing"],
    ["updated[gte]=1", "parameter_unknown"],
    ["created[since]=1", "parameter_unknown"],
  ])("refuses %s", async (query, code) => {
    await open(1);
    const reply = await stripe.call("GET", `/v1/customers?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: { code } });
  });
});

describe("a search", () => {
  it("finds by metadata, e-mail address, name and parts of them", async () => {
    await open(2);
    const make = (form: Readonly<Record<string, string>>) =>
      stripe.call("POST", "/v1/customers", { form });
    await make({ name: "Ann", email: "ann@example.com", "metadata[k]": "1", "metadata[l]": "x" });
    await make({ name: "Bob", email: "bob@example.com", "metadata[k]": "1" });
    expect(await find("metadata['k']:'1'")).toEqual(["Bob", "Ann"]);
    expect(await find(`metadata["k"]:"1" AND metadata["l"]:"x"`)).toEqual(["Ann"]);
    expect(await find(`metadata["k"]:"1" -metadata["l"]:null`)).toEqual(["Ann"]);
    expect(await find("email:'ANN@example.com' OR name~'ob'")).toEqual([]);
    expect(await find("email:'ANN@example.com' OR name:'bob'")).toEqual(["Bob", "Ann"]);
    expect(await find("email~'ann@exa'")).toEqual(["Ann"]);
    expect(await find(`created>=${nowSeconds}`)).toEqual(["Bob", "Ann"]);
    const refused = await stripe.call("GET", "/v1/customers/search?query=name=Ann");
    expect(refused.status).toBe(400);
  });

  it("sees a write only after the lag, and a listing at once", async () => {
    await open(0);
    const { control } = stripe.sandbox;
    control.change({ listingLagMs: 60_000 });
    const made = await stripe.call("POST", "/v1/customers", { form: { name: "Ann" } });
    const path = `/v1/customers/${String(made.body["id"])}`;
    expect(await find("name:'Ann'")).toEqual([]);
    expect((await page("")).items).toHaveLength(1);
    control.moveClock({ advanceMs: 60_000 });
    expect(await find("name:'Ann'")).toEqual(["Ann"]);
    await stripe.call("POST", path, { form: { name: "Eve" } });
    expect(await find("name:'Ann'")).toEqual(["Ann"]);
    control.moveClock({ advanceMs: 60_000 });
    expect(await find("name:'Ann'")).toEqual([]);
    await stripe.call("DELETE", path);
    expect(await find("name:'Eve'")).toEqual(["Eve"]);
    control.moveClock({ advanceMs: 60_000 });
    expect(await find("name:'Eve'")).toEqual([]);
  });

  it("pages by its token", async () => {
    await open(30);
    const query = encodeURIComponent("created>0");
    const first = await stripe.call("GET", `/v1/customers/search?limit=20&query=${query}`);
    const token = String(first.body["next_page"]);
    const rest = await stripe.call(
      "GET",
      `/v1/customers/search?limit=20&query=${query}&page=${token}&expand[]=total_count`,
    );
    expect(first.body).toMatchObject({ has_more: true });
    expect(rest.body).toMatchObject({ has_more: false, next_page: null, total_count: 30 });
    expect(rest.body["data"]).toHaveLength(10);
  });
});
