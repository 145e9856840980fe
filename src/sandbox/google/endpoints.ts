import type { SandboxAnswer, SandboxRequest } from "../kit/vendor.ts";
import { answerAuthorize, authorizePath } from "./authorize.ts";
import { jsonHeaders } from "./errors.ts";
import { createIdTokens } from "./id-token.ts";
import { answerRevoke, answerTokeninfo, answerUserinfo, type IdentityParts } from "./identity.ts";
import { answerToken } from "./token-endpoint.ts";

export interface Endpoints {
  /** null for another path or method. */
  handle(request: SandboxRequest): SandboxAnswer | null;
  knows(path: string): boolean;
}

/** The endpoints of sign-in: authorize, token, revoke, and what tells who a token belongs to. */
export function createEndpoints(parts: IdentityParts): Endpoints {
  const idTokens = createIdTokens();
  const all = { ...parts, idTokens };
  const answers: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    [`GET ${authorizePath}`]: (request) => answerAuthorize(request, all),
    [`POST ${authorizePath}`]: (request) => answerAuthorize(request, all),
    "POST /token": (request) => answerToken(request, all),
    "POST /revoke": (request) => answerRevoke(request, all),
    "GET /tokeninfo": (request) => answerTokeninfo(request, all, "oauth2"),
    "POST /tokeninfo": (request) => answerTokeninfo(request, all, "oauth2"),
    "POST /oauth2/v2/tokeninfo": (request) => answerTokeninfo(request, all, "v2"),
    "GET /oauth2/v2/userinfo": (request) => answerUserinfo(request, all),
    "GET /userinfo/v2/me": (request) => answerUserinfo(request, all),
    "GET /oauth2/v1/certs": () => publicJson(idTokens.pems()),
    "GET /oauth2/v3/certs": () => publicJson(idTokens.jwks()),
  };
  const paths = new Set(Object.keys(answers).map((key) => key.split(" ")[1]));
  return {
    handle: (request) => {
      const key = `${request.method} ${request.path}`;
      const answer = Object.hasOwn(answers, key) ? answers[key] : undefined;
      return answer?.(request) ?? null;
    },
    knows: (path) => paths.has(path),
  };
}

function publicJson(body: object): SandboxAnswer {
  const headers = { ...jsonHeaders, "Cache-Control": "public, max-age=3600" };
  return { status: 200, headers, body };
}
