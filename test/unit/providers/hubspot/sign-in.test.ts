import { describe, expect, it } from "vitest";
import { isRecord } from "../../../../src/lib/json.ts";
import { hubspot } from "../../../../src/providers/hubspot/index.ts";
import { resolveEndpoints } from "../../../../src/providers/endpoints.ts";
import { enter, requestsOf } from "./hubspot-room.ts";

const [key, oauth] = hubspot.signIn;

describe("signing in to HubSpot", () => {
  it("with a service key reads the account by its number", async () => {
    const room = await enter();
    const { id, name } = await room.open().account();
    expect(id).toBe(room.sandbox.describe().credentials["account"]);
    expect(name).toBe(`HubSpot ${id}`);
  });

  it("knows the account by what the sign-in told, and still proves the grant", async () => {
    const room = await enter({ access: { accountHint: "4711" } });
    expect(await room.open().account()).toEqual({ id: "4711", name: "HubSpot 4711" });
    expect(requestsOf(room)).toEqual(["GET "]);
    room.sandbox.control.addFaults({ match: {}, kind: "status", status: 403 });
    await expect(room.open().account()).rejects.toMatchObject({ code: "provider-forbidden" });
  });

  it("knows a key that may not read the account by a mark of the key", async () => {
    const room = await enter();
    const fault = {
      match: { path: "account-info" },
      kind: "status",
      status: 403,
      times: 0,
    } as const;
    room.sandbox.control.addFaults(fault);
    const account = await room.open().account();
    expect(account.id).toMatch(/^key-[0-9a-f]{16}$/);
    expect(await room.open().account()).toEqual(account);
  });

  it("takes keys that can be used here, and says what is wrong with others", () => {
    const check = (text: string) => (key?.kind === "api-key" ? key.check(text) : "");
    expect(check("pat-na1-01234567-89ab-4cde-8f01-23456789abcd")).toBe(null);
    expect(check("01234567-89ab-4cde-8f01-23456789abcd")).toMatch(/old kind/);
    for (const text of ["", "hello", "pat-na1-0123 4567-89ab-4cde", "pat-na1-01234567-89ab\npat"]) {
      expect(check(text)).not.toBe(null);
      expect(check(text)).not.toContain("89ab");
    }
  });

  it("asks for no more than the direction needs", () => {
    if (oauth?.kind !== "oauth") throw new Error("there is no OAuth");
    const read = ["oauth", "crm.objects.contacts.read"];
    expect(oauth.scopes(["clients"], "pull")).toEqual(read);
    for (const direction of ["both", "push"] as const)
      expect(oauth.scopes(["clients"], direction)).toEqual([...read, "crm.objects.contacts.write"]);
  });

  it("goes through the pages that are declared", async () => {
    if (oauth?.kind !== "oauth") throw new Error("there is no OAuth");
    const room = await enter();
    const { sandbox } = room;
    const { credentials } = sandbox.describe();
    const { authorize, token, revoke } = resolveEndpoints(hubspot, { api: sandbox.origin });
    const application = { client_id: credentials["client_id"] ?? "" };
    const redirect_uri = `http://${oauth.redirectHost}:8765${oauth.redirectPath}`;
    const page = new URL(authorize ?? "");
    const scope = oauth.scopes(["clients"], "both").join(" ");
    page.search = new URLSearchParams({ ...application, redirect_uri, scope }).toString();
    const sent = await fetch(page, { redirect: "manual" });
    const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const secret = { client_secret: credentials["client_secret"] ?? "" };
    const form = {
      ...application,
      ...secret,
      redirect_uri,
      code,
      grant_type: "authorization_code",
    };
    const answer = await fetch(token ?? "", { method: "POST", body: new URLSearchParams(form) });
    const granted: unknown = await answer.json();
    const told = isRecord(granted) ? granted : {};
    expect(String(told[oauth.answerNames?.account ?? ""])).toBe(credentials["account"]);
    const ended = { ...application, ...secret, token: String(told["refresh_token"]) };
    const revoked = await fetch(revoke ?? "", { method: "POST", body: new URLSearchParams(ended) });
    expect(revoked.status).toBe(204);
  });

  it("tells a key that only reads from one that has ended", async () => {
    const room = await enter({}, "read_only_key");
    const create = room.clients.create({ fields: { name: "Ada" }, ownId: "0190", key: "k" });
    await expect(create).rejects.toMatchObject({ code: "provider-forbidden", executed: "no" });
  });
});
