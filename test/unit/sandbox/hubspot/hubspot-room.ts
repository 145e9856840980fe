import { isRecord, type JsonRecord } from "../../../support/json.ts";
import type { Reply, SandboxClient } from "../../../support/sandbox-client.ts";

/** Sends JSON, signed in by the service key. */
export async function sendJson(
  client: SandboxClient,
  method: string,
  path: string,
  body: unknown,
): Promise<Reply> {
  const response = await fetch(`${client.sandbox.origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${client.credential("api_key")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer: unknown = text === "" ? {} : JSON.parse(text);
  const { status, headers } = response;
  return { status, headers, body: isRecord(answer) ? answer : {}, text };
}

export const redirectUri = "http://localhost:8765/oauth/callback";

export const allScopes = "oauth crm.objects.contacts.read crm.objects.contacts.write";

/** The link that a person opens. */
export function authorizePath(
  client: SandboxClient,
  changes: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    client_id: client.credential("client_id"),
    redirect_uri: redirectUri,
    scope: allScopes,
    state: "s",
    ...changes,
  });
  return `/oauth/authorize?${query.toString()}`;
}

/** The answer of the token endpoint after a sign-in whose consent page approves by itself. */
export async function signedIn(client: SandboxClient, scope = allScopes): Promise<JsonRecord> {
  client.sandbox.control.change({ autoConsent: true });
  const sent = await client.call("GET", authorizePath(client, { scope }));
  const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const answer = await client.call("POST", "/oauth/2026-03/token", {
    form: {
      grant_type: "authorization_code",
      client_id: client.credential("client_id"),
      client_secret: client.credential("client_secret"),
      redirect_uri: redirectUri,
      code,
    },
  });
  return answer.body;
}
