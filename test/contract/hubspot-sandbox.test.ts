import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { createHubSpotChecker } from "../support/hubspot-checker.ts";
import { openSandbox, type SandboxClient } from "../support/sandbox-client.ts";
import { sendJson, signedIn } from "../unit/sandbox/hubspot/hubspot-room.ts";

const folder = contractsOf("hubspot");

const contacts = "/crm/objects/2026-03/contacts";

// The end of the run says so in one line where there is no description to check against.
describe.skipIf(folder === null)("HubSpot's sandbox and HubSpot's own description", () => {
  let checker: ContractChecker;
  let hubspot: SandboxClient;

  beforeAll(async () => {
    checker = createHubSpotChecker(folder ?? "");
    hubspot = await openSandbox("hubspot", { clients: 40 });
  });

  afterAll(() => hubspot.close());

  const send = (method: string, path: string, body: unknown) =>
    sendJson(hubspot, method, `${contacts}${path}`, body);

  /** Does it, and returns what the checker says of each request and answer. */
  const problemsOf = async (drive: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = hubspot.sandbox.control.ledger().at(-1)?.number ?? 0;
    await drive();
    const entries = hubspot.sandbox.control.ledger(before);
    expect(entries.length).toBeGreaterThan(0);
    return entries.flatMap((entry) => checker.check(entry));
  };

  const ids = async (): Promise<readonly string[]> => {
    const { body } = await hubspot.call("GET", `${contacts}?limit=100`);
    return (Array.isArray(body["results"]) ? body["results"] : []).map((one: { id: unknown }) =>
      String(one.id),
    );
  };

  it("agree on every listing", async () => {
    const problems = await problemsOf(async () => {
      const [first = ""] = await ids();
      for (const query of [
        "",
        "?limit=7",
        `?limit=100&after=${first}&properties=email,phone&properties=zip`,
        "?archived=true",
      ])
        expect((await hubspot.call("GET", `${contacts}${query}`)).status).toBe(200);
      const bad = await hubspot.call("GET", `${contacts}?limit=0`);
      expect(bad.status).toBe(400);
    });
    expect(problems).toEqual([]);
  });

  it("agree on one contact from its creation to its end", async () => {
    const problems = await problemsOf(async () => {
      const properties = { email: "zoe@example.com", firstname: "Zoë", zip: "1" };
      const made = await send("POST", "", { properties });
      expect(made.status).toBe(201);
      expect((await send("POST", "", { properties })).status).toBe(409);
      expect((await send("POST", "", { properties: { email: "no" } })).status).toBe(400);
      const path = `/${String(made.body["id"])}`;
      const changed = await send("PATCH", path, { properties: { zip: "", city: "Oslo" } });
      expect(changed.status).toBe(200);
      for (const at of [path, "/zoe@example.com?idProperty=email"])
        expect((await hubspot.call("GET", `${contacts}${at}`)).status).toBe(200);
      expect((await hubspot.call("DELETE", `${contacts}${path}`)).status).toBe(204);
      expect((await hubspot.call("GET", `${contacts}${path}`)).status).toBe(404);
      expect((await hubspot.call("GET", `${contacts}${path}?archived=true`)).status).toBe(200);
    });
    expect(problems).toEqual([]);
  });

  it("agree on search, batches, merges and purges", async () => {
    const problems = await problemsOf(async () => {
      const filters = [{ propertyName: "lastmodifieddate", operator: "GTE", value: "1" }];
      const sorts = [{ propertyName: "hs_object_id", direction: "ASCENDING" }];
      const found = await send("POST", "/search", {
        filterGroups: [{ filters }],
        sorts,
        limit: 3,
        properties: ["email"],
      });
      expect(found.body["total"]).toBeGreaterThan(30);
      expect((await send("POST", "/search", { limit: 500 })).status).toBe(400);
      const [one = "", two = "", three = ""] = await ids();
      const asked = { properties: ["email"], propertiesWithHistory: [] };
      const inputs = [one, two].map((id) => ({ id }));
      expect((await send("POST", "/batch/read", { ...asked, inputs })).status).toBe(200);
      const unknown = { ...asked, inputs: [{ id: "1" }, { id: one }] };
      expect((await send("POST", "/batch/read", unknown)).status).toBe(207);
      const input = (at: number, email: string) => ({
        objectWriteTraceId: String(at),
        properties: { email },
      });
      const good = { inputs: [input(1, "one@example.com"), input(2, "two@example.com")] };
      expect((await send("POST", "/batch/create", good)).status).toBe(201);
      const mixed = { inputs: [input(1, "one@example.com"), input(2, "x"), input(3, "3@a.org")] };
      expect((await send("POST", "/batch/create", mixed)).status).toBe(207);
      const update = (id: string) => ({ id, properties: { city: "Oslo" } });
      const updates = { inputs: [update(one), update("1")] };
      expect((await send("POST", "/batch/update", updates)).status).toBe(207);
      const both = { primaryObjectId: one, objectIdToMerge: two };
      expect((await send("POST", "/merge", both)).status).toBe(200);
      expect((await send("POST", "/gdpr-delete", { objectId: three })).status).toBe(204);
    });
    expect(problems).toEqual([]);
  });

  it("agree on refusals", async () => {
    const { control } = hubspot.sandbox;
    const problems = await problemsOf(async () => {
      const keyless = await hubspot.call("GET", contacts, { headers: { authorization: "" } });
      expect(keyless.status).toBe(401);
      const readOnly = { authorization: `Bearer ${hubspot.credential("read_only_key")}` };
      const path = `${contacts}/${(await ids())[0]}`;
      expect((await hubspot.call("DELETE", path, { headers: readOnly })).status).toBe(403);
      for (const status of [401, 403, 404, 409, 423, 429, 477, 500, 503]) {
        control.addFaults({ kind: "status", status, match: {} });
        expect((await hubspot.call("GET", contacts)).status).toBe(status);
      }
    });
    expect(problems).toEqual([]);
  });

  it("agree on OAuth", async () => {
    const problems = await problemsOf(async () => {
      const tokens = await signedIn(hubspot);
      const application = {
        client_id: hubspot.credential("client_id"),
        client_secret: hubspot.credential("client_secret"),
      };
      const ask = (path: string, form: Readonly<Record<string, string>>) =>
        hubspot.call("POST", `/oauth/2026-03/token${path}`, { form: { ...application, ...form } });
      const { refresh_token: refresh, access_token: access } = tokens;
      const again = { grant_type: "refresh_token", refresh_token: String(refresh) };
      expect((await ask("", again)).status).toBe(200);
      for (const token of [access, refresh, "nothing"])
        expect((await ask("/introspect", { token: String(token) })).status).toBe(200);
      expect((await ask("/revoke", { token: String(refresh) })).status).toBe(204);
      expect((await ask("", again)).status).toBe(400);
    });
    expect(problems).toEqual([]);
  });

  it("differ visibly: the checker finds what is not described", async () => {
    await send("POST", "", { properties: { email: "seen@example.com" } });
    const good = hubspot.sandbox.control.ledger().at(-1);
    if (good === undefined) throw new Error("nothing was sent");
    const problems = (change: Partial<LedgerEntry>) => checker.check({ ...good, ...change });
    expect(problems({})).toEqual([]);
    expect(problems({ body: '{"properties":{"email":5}}' }).join()).toContain("/properties/email");
    expect(problems({ body: '{"properties":{},"invented":1}' }).join()).toContain("invented");
    expect(problems({ body: "{}" }).join()).toContain("required");
    expect(problems({ query: "limit=5" }).join()).toContain("limit");
    expect(problems({ path: "/crm/objects/2026-03/clients" }).join()).toContain("is not described");
    expect(problems({ headers: { "content-type": "text/plain" } }).join()).toContain("body is");
    expect(problems({ answer: "{}" }).join()).toContain("required");
    expect(problems({ answer: good.answer.replace("{", '{"invented":1,') }).join()).toContain(
      "invented",
    );
    expect(problems({ answer: "<html>" }).join()).toContain("not JSON");
    expect(problems({ status: 500 }).join()).toContain("required");
    expect(problems({ status: 202 }).join()).toContain("202 is not described");
    expect(problems({ status: 429 }).join()).toContain("spent limit");
  });
});
