import { unreachable } from "../lib/assert.ts";
import type { Deps } from "../lib/deps.ts";
import type { Endpoints, OAuthSignIn, Provider } from "../providers/provider.ts";
import type { Credential, OAuthCredential } from "./credential.ts";
import { basicAuthorization, originsOf } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";

/** What became of the grant at the provider; the sentence is for the person. */
export interface Revocation {
  /** "by-hand": the provider offers no way for us to end it. "failed": it may still be in force. */
  readonly outcome: "revoked" | "already-ended" | "by-hand" | "failed";
  readonly message: string;
}

export interface RevokeOptions {
  readonly provider: Provider;
  readonly endpoints: Endpoints;
  readonly app: OAuthApp | null;
  readonly deps: Pick<Deps, "fetch">;
}

/** Ends the grant at the provider, as far as it can; never throws, for a disconnect goes on in any case. */
export async function revoke(credential: Credential, options: RevokeOptions): Promise<Revocation> {
  const { provider, endpoints, app, deps } = options;
  const { title } = provider;
  if (credential.kind === "api-key") {
    return told("by-hand", `The key is still valid: delete it in the dashboard of ${title}.`);
  }
  const signIn = provider.signIn.find((way) => way.kind === "oauth");
  const byHand = `Remove astralis from the apps with access in the account's settings at ${title}.`;
  const moved = originsOf(endpoints).some((origin) => !credential.origins.includes(origin));
  if (signIn === undefined || endpoints.revoke === undefined || moved) {
    return told("by-hand", `The grant was not ended at ${title}. ${byHand}`);
  }
  const request = revocationRequest(credential, endpoints.revoke, { signIn, app });
  try {
    const response = await deps.fetch(request.url, { method: "POST", ...request.init });
    if (response.ok) return told("revoked", `The grant was ended at ${title}.`);
    const text = await response.text();
    if (response.status < 500 && /"invalid_(token|grant)"/.test(text)) {
      return told("already-ended", `The grant had already ended at ${title}.`);
    }
    return told("failed", `${title} did not end the grant (status ${response.status}). ${byHand}`);
  } catch {
    return told("failed", `${title} could not be reached to end the grant. ${byHand}`);
  }
}

function revocationRequest(
  credential: OAuthCredential,
  revokeUrl: string,
  { signIn, app }: { readonly signIn: OAuthSignIn; readonly app: OAuthApp | null },
): { readonly url: URL; readonly init: RequestInit } {
  const url = new URL(revokeUrl);
  // Ending the refresh token ends the access tokens that came of it.
  const token = credential.refreshToken ?? credential.accessToken;
  const clientId = app?.clientId ?? "";
  const secret = app?.clientSecret ?? null;
  switch (signIn.revocation) {
    case "basic-json": {
      const body = JSON.stringify({ token });
      const headers = {
        authorization: basicAuthorization(clientId, secret ?? ""),
        "content-type": "application/json",
        accept: "application/json",
      };
      return { url, init: { method: "POST", headers, body } };
    }
    case "query":
      url.searchParams.set("token", token);
      return { url, init: formOf({}) };
    case "form": {
      const client = { client_id: clientId, ...(secret === null ? {} : { client_secret: secret }) };
      return { url, init: formOf({ token, ...client }) };
    }
    case "stripe-deauthorize": {
      const form = formOf({
        client_id: clientId,
        stripe_user_id: credential.accountHint ?? "",
      });
      const headers = { ...form.headers, authorization: `Bearer ${secret ?? ""}` };
      return { url, init: { ...form, headers } };
    }
    default:
      return unreachable(signIn.revocation);
  }
}

function formOf(fields: Readonly<Record<string, string>>) {
  return {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  };
}

function told(outcome: Revocation["outcome"], message: string): Revocation {
  return { outcome, message };
}
