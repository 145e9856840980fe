import { isRecord, type JsonRecord } from "../../../support/json.ts";
import { openSandbox, type Reply, type SandboxClient } from "../../../support/sandbox-client.ts";
import type { StartOptions } from "../../../../src/sandbox/start.ts";

/** The sandbox with the requests that a program of the business' owner sends. */
export interface FreshbooksSandbox extends SandboxClient {
  /** JSON to the first business' clients: `path` is "", "/230001" or "?page=2". */
  clients(method: string, path: string, client?: unknown): Promise<Reply>;
  signIn(scope?: string): Promise<JsonRecord>;
  exchange(fields: Readonly<Record<string, string>>, asJson?: boolean): Promise<Reply>;
}

export const redirectUri = "https://localhost:8765/oauth/callback";

export async function openFreshbooks(
  options: Partial<StartOptions> = {},
): Promise<FreshbooksSandbox> {
  const sandbox = await openSandbox("freshbooks", { autoConsent: true, ...options });
  const credential = (name: string) => sandbox.credential(name);
  const send = async (method: string, path: string, init: RequestInit): Promise<Reply> => {
    const url = `${sandbox.sandbox.origin}${path}`;
    const response = await fetch(url, { method, redirect: "manual", ...init });
    const text = await response.text();
    const body: unknown = text.startsWith("{") ? JSON.parse(text) : {};
    const { status, headers } = response;
    return { status, headers, body: isRecord(body) ? body : {}, text };
  };
  const exchange: FreshbooksSandbox["exchange"] = (fields, asJson = false) => {
    const all = {
      client_id: credential("client_id"),
      client_secret: credential("client_secret"),
      redirect_uri: redirectUri,
      ...fields,
    };
    return send("POST", "/auth/oauth/token", {
      headers: {
        "content-type": asJson ? "application/json" : "application/x-www-form-urlencoded",
      },
      body: asJson ? JSON.stringify(all) : new URLSearchParams(all).toString(),
    });
  };
  return {
    ...sandbox,
    exchange,
    call: (method, path, { headers = {} } = {}) =>
      send(method, path, {
        headers: { authorization: `Bearer ${credential("access_token")}`, ...headers },
      }),
    clients: (method, path, client) =>
      send(method, `/accounting/account/${credential("account")}/users/clients${path}`, {
        headers: {
          authorization: `Bearer ${credential("access_token")}`,
          "content-type": "application/json",
        },
        ...(client === undefined ? {} : { body: JSON.stringify({ client }) }),
      }),
    signIn: async (scope = "user:profile:read user:clients:read user:clients:write") => {
      const query = new URLSearchParams({
        client_id: credential("client_id"),
        response_type: "code",
        redirect_uri: redirectUri,
        scope,
        state: "s",
      });
      const sent = await send("GET", `/oauth/authorize?${query.toString()}`, {});
      const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
      return (await exchange({ grant_type: "authorization_code", code })).body;
    },
  };
}

/** The client in an answer. */
export function clientOf({ body }: Reply): JsonRecord {
  const client = inside(inside(body["response"], "result"), "client");
  return isRecord(client) ? client : {};
}

/** The list in an answer. */
export function listOf({ body }: Reply): JsonRecord & { readonly ids: readonly unknown[] } {
  const result = inside(body["response"], "result");
  const list = isRecord(result) ? result : {};
  const clients: readonly unknown[] = Array.isArray(list["clients"]) ? list["clients"] : [];
  return { ...list, ids: clients.map((client) => inside(client, "id")) };
}

/** The number of the error in an answer. */
export function errnoOf({ body }: Reply): unknown {
  const errors = inside(body["response"], "errors");
  return Array.isArray(errors) ? inside(errors[0], "errno") : undefined;
}

function inside(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
