import { createHash } from "node:crypto";
import { InternalError } from "../lib/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isRecord } from "../lib/json.ts";
import { originsOf } from "../connections/endpoints.ts";
import type { Credential } from "../connections/credential.ts";
import type { Endpoints } from "../providers/provider.ts";
import type { InProcessSandbox } from "../sandbox/kit/in-process.ts";

const verifier = "a-verifier-of-the-length-that-is-asked-for-at-least";
const redirectUri = "http://127.0.0.1:8765/";
const scope = "openid email https://www.googleapis.com/auth/contacts";

/** What a person's sign-in gives: Stripe's key, or Google's grant through its consent page, which approves by itself. */
export function signIn(sandbox: InProcessSandbox, endpoints: Endpoints, clock: Clock): Credential {
  const { credentials } = sandbox.describe();
  const origins = originsOf(endpoints);
  if (sandbox.name === "stripe")
    return { kind: "api-key", key: credentials["api_key"] ?? "", origins };
  const client = { client_id: credentials["client_id"] ?? "", redirect_uri: redirectUri };
  const asked = new URLSearchParams({
    ...client,
    response_type: "code",
    scope,
    access_type: "offline",
    prompt: "consent",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  const consent = sandbox.ask("GET", `${pathOf(endpoints.authorize)}?${asked.toString()}`);
  const code = new URL(consent?.headers?.["Location"] ?? "about:blank").searchParams.get("code");
  const form = new URLSearchParams({
    ...client,
    client_secret: credentials["client_secret"] ?? "",
    grant_type: "authorization_code",
    code: code ?? "",
    code_verifier: verifier,
  });
  const answer = sandbox.ask("POST", pathOf(endpoints.token), {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
  const body = isRecord(answer?.body) ? answer.body : {};
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = body;
  if (
    typeof accessToken !== "string" ||
    typeof refreshToken !== "string" ||
    typeof seconds !== "number"
  )
    throw new InternalError("the simulated sign-in did not end with tokens");
  const issuedAtMs = clock.now();
  return {
    kind: "oauth",
    accessToken,
    issuedAtMs,
    expiresAtMs: issuedAtMs + seconds * 1000,
    refreshToken,
    scopes: scope.split(" "),
    origins,
    accountHint: null,
    apiOrigin: null,
    redirectUri: null,
  };
}

function pathOf(url: string | undefined): string {
  return new URL(url ?? "about:blank").pathname;
}
