import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRecord } from "../../../support/json.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { sendJson } from "./hubspot-room.ts";

const contacts = "/crm/objects/2026-03/contacts";

let hubspot: SandboxClient;

beforeEach(async () => {
  hubspot = await openSandbox("hubspot", { clients: 12 });
});

afterEach(() => hubspot.close());

const send = (method: string, path: string, body: unknown) =>
  sendJson(hubspot, method, `${contacts}${path}`, body);

const get = (path: string) => hubspot.call("GET", `${contacts}${path}`);

async function add(properties: Record<string, string>): Promise<string> {
  return String((await send("POST", "", { properties })).body["id"]);
}

const resultsOf = (body: Readonly<Record<string, unknown>>) =>
  Array.isArray(body["results"]) ? body["results"].filter(isRecord) : [];

const idsOf = (body: Readonly<Record<string, unknown>>) => resultsOf(body).map((one) => one["id"]);

describe("HubSpot's list of contacts", () => {
  it("goes on behind the last id, and shows what was asked for", async () => {
    const first = await get("?limit=5&properties=email,phone,invented&properties=zip");
    expect(Object.keys(Object(resultsOf(first.body)[0]?.["properties"])).toSorted()).toEqual(
      ["createdate", "email", "hs_object_id", "lastmodifieddate", "phone", "zip"].toSorted(),
    );
    const next = Object(Object(first.body["paging"])["next"]);
    const second = await get(`?limit=100&after=${next.after}`);
    expect([...idsOf(first.body), ...idsOf(second.body)].length).toBe(12);
    expect(second.body["paging"]).toBe(undefined);
    expect(resultsOf((await get("")).body).length).toBe(10);
  });

  it("refuses what it does not know", async () => {
    for (const query of [
      "?limit=101",
      "?limit=0",
      "?limit=x",
      "?after=x",
      "?sort=id",
      "?archived=1",
    ])
      expect([query, (await get(query)).status]).toEqual([query, 400]);
  });

  it("has archived contacts in a list of their own", async () => {
    const id = await add({ email: "ada@example.com" });
    await hubspot.call("DELETE", `${contacts}/${id}`);
    const archived = await get("?archived=true");
    expect(resultsOf(archived.body)).toMatchObject([{ id, archived: true }]);
    expect(resultsOf(archived.body)[0]?.["archivedAt"]).toMatch(/Z$/);
    expect(idsOf((await get("?limit=100")).body)).not.toContain(id);
  });
});

describe("a contact of HubSpot", () => {
  it("answers a write with little more than what was written", async () => {
    const made = await send("POST", "", { properties: { email: "ADA@Example.com", zip: "1" } });
    expect(made.status).toBe(201);
    expect(made.body["properties"]).toMatchObject({ email: "ada@example.com", zip: "1" });
    const path = `/${String(made.body["id"])}`;
    const changed = await send("PATCH", path, { properties: { zip: "" } });
    const always = ["createdate", "hs_object_id", "lastmodifieddate"];
    expect(Object.keys(Object(changed.body["properties"])).toSorted()).toEqual([...always, "zip"]);
    expect(changed.body["properties"]).toMatchObject({ zip: null });
  });

  it("takes texts for known properties that are not HubSpot's own", async () => {
    const refused = async (properties: unknown) => {
      const { status, body } = await send("POST", "", { properties });
      expect(status).toBe(400);
      return JSON.stringify(body);
    };
    expect(await refused({ invented: "x" })).toContain("PROPERTY_DOESNT_EXIST");
    expect(await refused({ email: "a@b.org", hs_object_id: "1" })).toContain("READ_ONLY_VALUE");
    expect(await refused({ email: "użytkownik@例え.jp" })).toContain("INVALID_EMAIL");
    expect(await refused({ firstname: "x".repeat(70_000) })).toContain("VALUE_TOO_LONG");
    expect(await refused({ firstname: 5 })).toContain("must be a string");
    expect(await refused({ company: "Acme" })).toContain("At least one of");
    expect(await refused(undefined)).toContain("not set");
  });

  it("has an address that nobody else has, in any spelling, primary or additional", async () => {
    const id = await add({ email: "ada@example.com" });
    const other = await add({ email: "other@example.com" });
    const merge = { primaryObjectId: id, objectIdToMerge: other };
    const into = String((await send("POST", "/merge", merge)).body["id"]);
    for (const email of ["Ada@Example.com", "OTHER@example.com"]) {
      const { status, body } = await send("POST", "", { properties: { email } });
      expect([status, body["category"]]).toEqual([409, "CONFLICT"]);
      expect(body["message"]).toBe(`Contact already exists. Existing ID: ${into}`);
      expect((await get(`/${email}?idProperty=email`)).body["id"]).toBe(into);
    }
    const third = await add({ email: "third@example.com" });
    const taken = { properties: { email: "other@example.com" } };
    expect((await send("PATCH", `/${third}`, taken)).status).toBe(409);
    expect((await send("PATCH", `/${into}`, taken)).status).toBe(200);
    const shown = await get(`/${into}?properties=email,hs_additional_emails`);
    expect(shown.body["properties"]).toMatchObject({
      email: "other@example.com",
      hs_additional_emails: "ada@example.com",
    });
  });

  it("that is archived gives its address free, and comes back only while nobody took it", async () => {
    const { control } = hubspot.sandbox;
    const id = await add({ email: "ada@example.com" });
    await hubspot.call("DELETE", `${contacts}/${id}`);
    expect((await hubspot.call("DELETE", `${contacts}/${id}`)).status).toBe(204);
    expect((await send("PATCH", `/${id}`, { properties: { zip: "1" } })).status).toBe(404);
    const second = await add({ email: "ada@example.com" });
    expect(() => control.changeVendor({ restore_contact: id })).toThrow(/restore_contact/);
    await hubspot.call("DELETE", `${contacts}/${second}`);
    control.changeVendor({ restore_contact: id });
    expect((await get(`/${id}`)).status).toBe(200);
  });

  it("that is merged goes on under a new id, to which both old ones lead", async () => {
    const one = await add({ email: "ada@example.com", city: "London" });
    const two = await add({ email: "other@example.com", city: "Paris", zip: "75010" });
    const merge = { primaryObjectId: one, objectIdToMerge: two };
    const into = (await send("POST", "/merge", merge)).body["id"];
    for (const id of [one, two]) {
      const { body } = await get(`/${id}?properties=city,zip,hs_merged_object_ids`);
      expect(body["id"]).toBe(into);
      expect(body["properties"]).toMatchObject({
        city: "London",
        zip: "75010",
        hs_merged_object_ids: `${one};${two}`,
      });
    }
    expect(idsOf((await get("?archived=true")).body)).toEqual([]);
    expect(
      (await send("POST", "/merge", { primaryObjectId: one, objectIdToMerge: two })).status,
    ).toBe(400);
  });

  it("that is deleted for good is in no list at all", async () => {
    const id = await add({ email: "ada@example.com" });
    const purge = { objectId: "ada@example.com", idProperty: "email" };
    expect((await send("POST", "/gdpr-delete", purge)).status).toBe(204);
    for (const path of [`/${id}`, `/${id}?archived=true`])
      expect((await get(path)).status).toBe(404);
    expect(idsOf((await get("?archived=true")).body)).toEqual([]);
  });
});

describe("HubSpot's batches", () => {
  const input = (at: number, email: string) => ({
    objectWriteTraceId: String(at),
    properties: { email },
  });
  const two = [input(1, "a@example.com"), input(2, "not one")];

  it("of creates do all or nothing where their inputs are not told apart", async () => {
    const bare = two.map(({ properties }) => ({ properties }));
    const { status } = await send("POST", "/batch/create", { inputs: bare });
    expect(status).toBe(400);
    const same = two.map((one) => ({ ...one, objectWriteTraceId: "1" }));
    expect((await send("POST", "/batch/create", { inputs: same })).status).toBe(400);
    expect((await get("/a@example.com?idProperty=email")).status).toBe(404);
  });

  it("of creates do what they can where each input has a trace id", async () => {
    const { status, body } = await send("POST", "/batch/create", { inputs: two });
    expect([status, body["status"], body["numErrors"]]).toEqual([207, "COMPLETE", 1]);
    expect(resultsOf(body)).toMatchObject([{ objectWriteTraceId: "1" }]);
    expect(body["errors"]).toMatchObject([{ context: { objectWriteTraceId: ["2"] } }]);
  });

  it("of creates are refused as a whole for a taken address, where they are told so", async () => {
    hubspot.sandbox.control.changeVendor({ batch_conflict: "whole" });
    await add({ email: "taken@example.com" });
    const inputs = [input(1, "a@example.com"), input(2, "taken@example.com")];
    expect((await send("POST", "/batch/create", { inputs })).status).toBe(409);
    expect((await get("/a@example.com?idProperty=email")).status).toBe(404);
  });

  it("of updates name the ids that they do not know, and refuse a bad value as a whole", async () => {
    const id = await add({ email: "ada@example.com" });
    const update = (to: string, properties: Record<string, string>) => ({ id: to, properties });
    const known = { inputs: [update(id, { zip: "1" }), update("7", { zip: "1" })] };
    const { status, body } = await send("POST", "/batch/update", known);
    expect([status, idsOf(body)]).toEqual([207, [id]]);
    expect(body["errors"]).toMatchObject([{ context: { ids: ["7"] } }]);
    const other = await add({ email: "other@example.com" });
    const bad = { inputs: [update(other, { zip: "2" }), update(id, { email: "not one" })] };
    expect((await send("POST", "/batch/update", bad)).status).toBe(400);
    const taken = {
      inputs: [update(other, { zip: "2" }), update(id, { email: "other@example.com" })],
    };
    expect((await send("POST", "/batch/update", taken)).status).toBe(409);
    expect((await get(`/${other}?properties=zip`)).body["properties"]).toMatchObject({ zip: null });
    const twice = { inputs: [update(id, {}), update(id, {})] };
    expect((await send("POST", "/batch/update", twice)).status).toBe(400);
  });

  it("take a hundred inputs and answer in no order", async () => {
    const inputs = Array.from({ length: 101 }, (_, at) => input(at, `a${at}@example.com`));
    expect((await send("POST", "/batch/create", { inputs })).status).toBe(400);
    expect((await send("POST", "/batch/create", { inputs: [] })).status).toBe(400);
    const { body } = await send("POST", "/batch/create", { inputs: inputs.slice(1) });
    expect(resultsOf(body)[0]?.["objectWriteTraceId"]).toBe("100");
  });

  it("of reads follow merges, or do not", async () => {
    const id = await add({ firstname: "Ada" });
    hubspot.sandbox.control.changeVendor({ merge_with_blank: id });
    const asked = { inputs: [{ id }], properties: [], propertiesWithHistory: [] };
    expect((await send("POST", "/batch/read", asked)).status).toBe(200);
    hubspot.sandbox.control.changeVendor({ batch_read_follows_merges: false });
    expect((await send("POST", "/batch/read", asked)).status).toBe(207);
    const lacking = { inputs: [{ id }], properties: [] };
    expect((await send("POST", "/batch/read", lacking)).status).toBe(400);
  });
});
