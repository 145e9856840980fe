import { afterEach, describe, expect, it } from "vitest";
import { createStepClock } from "../../../../src/lib/clock.ts";
import { isRecord } from "../../../support/json.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { sendJson } from "./hubspot-room.ts";

const contacts = "/crm/objects/2026-03/contacts";

const open: SandboxClient[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

async function enter(clients = 0) {
  const clock = createStepClock(Date.parse("2026-11-02T09:00:00.000Z"));
  const hubspot = await openSandbox("hubspot", { clients, clock });
  open.push(hubspot);
  const send = (method: string, path: string, body: unknown) =>
    sendJson(hubspot, method, `${contacts}${path}`, body);
  return {
    clock,
    hubspot,
    send,
    add: async (properties: Record<string, string>) =>
      String((await send("POST", "", { properties })).body["id"]),
    search: async (body: unknown) => {
      const { status, body: answer } = await send("POST", "/search", body);
      const results = Array.isArray(answer["results"]) ? answer["results"].filter(isRecord) : [];
      const paging = isRecord(answer["paging"]) ? Object(answer["paging"]["next"]).after : null;
      return { status, total: answer["total"], ids: results.map((one) => one["id"]), paging };
    },
  };
}

const filter = (propertyName: string, operator: string, value: string) => ({
  propertyName,
  operator,
  value,
});

const groups = (...filters: unknown[]) => ({ filterGroups: [{ filters }] });

describe("HubSpot's search", () => {
  it("compares ids as numbers, dates as times and texts in any spelling", async () => {
    const { clock, add, search } = await enter();
    const first = await add({ email: "ada@example.com", city: "London" });
    clock.advance(60_000);
    const second = await add({ firstname: "Bo", city: "Paris" });
    const since = String(clock.now() - 1000);
    const finds = async (...filters: unknown[]) => (await search(groups(...filters))).ids;
    expect(await finds(filter("hs_object_id", "GT", first))).toEqual([second]);
    expect(await finds(filter("lastmodifieddate", "GTE", since))).toEqual([second]);
    const iso = new Date(Number(since)).toISOString();
    expect(await finds(filter("lastmodifieddate", "LT", iso))).toEqual([first]);
    expect(await finds(filter("city", "EQ", "LONDON"))).toEqual([first]);
    expect(await finds(filter("email", "EQ", "x"), filter("city", "EQ", "paris"))).toEqual([]);
    const either = { filterGroups: [filter("city", "EQ", "x"), filter("city", "EQ", "paris")] };
    const alternatives = { filterGroups: either.filterGroups.map((one) => ({ filters: [one] })) };
    expect((await search(alternatives)).ids).toEqual([second]);
  });

  it("sorts by one property, and counts all that it finds", async () => {
    const { search } = await enter(8);
    const sorted = async (propertyName: string, direction: string) =>
      search({ sorts: [{ propertyName, direction }], limit: 3 });
    const up = await sorted("lastmodifieddate", "ASCENDING");
    const down = await sorted("lastmodifieddate", "DESCENDING");
    expect([up.total, down.total, up.ids.length]).toEqual([8, 8, 3]);
    const rest = await search({
      sorts: [{ propertyName: "lastmodifieddate", direction: "DESCENDING" }],
      limit: 10,
      after: down.paging,
    });
    expect([...down.ids, ...rest.ids].toReversed().slice(0, 3)).toEqual(up.ids);
    expect(rest.paging).toBe(null);
  });

  it("shows 200 on a page, and nothing beyond 10,000", async () => {
    const { search } = await enter();
    expect((await search({ limit: 200 })).status).toBe(200);
    expect((await search({ limit: 201 })).status).toBe(400);
    expect((await search({ limit: 100, after: "9900" })).status).toBe(200);
    expect((await search({ limit: 100, after: "9901" })).status).toBe(400);
  });

  it("refuses what it does not know", async () => {
    const { search } = await enter();
    const many = (count: number) =>
      Array.from({ length: count }, () => filter("city", "EQ", "London"));
    for (const body of [
      { invented: 1 },
      { limit: "10" },
      { after: 5 },
      { filterGroups: [{}] },
      { sorts: ["lastmodifieddate", "createdate"] },
      { sorts: [{ propertyName: "invented" }] },
      groups(filter("invented", "EQ", "x")),
      groups(filter("city", "LIKE", "x")),
      groups(filter("hs_object_id", "GT", "x")),
      groups({ propertyName: "city", operator: "EQ" }),
      groups(...many(7)),
      { filterGroups: Array.from({ length: 6 }, () => ({ filters: many(1) })) },
      { filterGroups: Array.from({ length: 4 }, () => ({ filters: many(5) })) },
      groups(filter("city", "EQ", "x".repeat(3000))),
    ])
      expect([body, (await search(body)).status]).toEqual([body, 400]);
  });

  it("is late: it shows contacts as they were, and counts those", async () => {
    const { clock, hubspot, add, send, search } = await enter();
    const id = await add({ city: "London", firstname: "Ada" });
    clock.advance(600_000);
    hubspot.sandbox.control.change({ listingLagMs: 60_000 });
    await send("PATCH", `/${id}`, { properties: { city: "Paris" } });
    await add({ firstname: "Bo" });
    const cities = async (city: string) => (await search(groups(filter("city", "EQ", city)))).total;
    expect([await cities("London"), await cities("Paris"), (await search({})).total]).toEqual([
      1, 0, 1,
    ]);
    clock.advance(60_000);
    expect([await cities("London"), await cities("Paris"), (await search({})).total]).toEqual([
      0, 1, 2,
    ]);
    await hubspot.call("DELETE", `${contacts}/${id}`);
    expect((await search({})).total).toBe(2);
    clock.advance(60_000);
    expect((await search({})).total).toBe(1);
  });
});
