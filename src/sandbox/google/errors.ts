import type { SandboxAnswer } from "../kit/vendor.ts";

/** Canonical codes of google.rpc.Code that the simulated APIs answer with, and their HTTP status. */
const httpStatus = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

export type RpcCode = keyof typeof httpStatus;

/** Thrown by handlers, and caught where requests are handled; carries the whole answer. */
export class Refusal extends Error {
  readonly answer: SandboxAnswer;

  constructor(answer: SandboxAnswer) {
    super(`answered with ${answer.status}`);
    this.answer = answer;
  }
}

export const jsonHeaders: Readonly<Record<string, string>> = {
  "Content-Type": "application/json; charset=UTF-8",
  "Cache-Control": "private",
  Vary: "Origin, X-Origin, Referer",
  Server: "ESF",
};

export function refuse(code: RpcCode, message: string, details: readonly object[] = []): never {
  throw new Refusal(rpcError(code, message, details));
}

/** A request that the API's own JSON reader refuses, before the method sees it. */
export function refuseInput(field: string, description: string): never {
  const violation = field === "" ? { description } : { field, description };
  refuse("INVALID_ARGUMENT", description, [
    { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [violation] },
  ]);
}

export function rpcError(
  code: RpcCode,
  message: string,
  details: readonly object[] = [],
): SandboxAnswer {
  const status = httpStatus[code];
  return {
    status,
    headers: jsonHeaders,
    body: {
      error: { code: status, message, status: code, ...(details.length > 0 ? { details } : {}) },
    },
  };
}

export function errorReason(
  reason: string,
  domain: string,
  metadata: Readonly<Record<string, string>> = {},
): object {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason,
    domain,
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

const expected =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

export function unauthenticated(given: boolean, rpc: string): SandboxAnswer {
  const answer = given
    ? rpcError("UNAUTHENTICATED", `Request had invalid authentication credentials. ${expected}`)
    : rpcError(
        "UNAUTHENTICATED",
        `Request is missing required authentication credential. ${expected}`,
        [errorReason("CREDENTIALS_MISSING", "googleapis.com", methodOf(rpc))],
      );
  const challenge = `Bearer realm="https://accounts.google.com/"${given ? ', error="invalid_token"' : ""}`;
  return { ...answer, headers: { ...answer.headers, "WWW-Authenticate": challenge } };
}

export function scopeInsufficient(rpc: string, scopes: readonly string[]): SandboxAnswer {
  const answer = rpcError("PERMISSION_DENIED", "Request had insufficient authentication scopes.", [
    errorReason("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", methodOf(rpc)),
  ]);
  const challenge = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${scopes.join(" ")}"`;
  return { ...answer, headers: { ...answer.headers, "WWW-Authenticate": challenge } };
}

/** What a user gets who asks too often; the metric is the one that counts reads and writes together. */
export function quotaExceeded(): SandboxAnswer {
  const metric = "Critical read requests (Contact and Profile Reads)";
  return rpcError(
    "RESOURCE_EXHAUSTED",
    `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute per user' of service 'people.googleapis.com' for consumer 'project_number:100000000001'.`,
    [
      errorReason("RATE_LIMIT_EXCEEDED", "googleapis.com", {
        consumer: "projects/100000000001",
        quota_limit: "CriticalReadRequestsPerMinutePerUser",
        quota_limit_value: "90",
        quota_metric: "people.googleapis.com/critical_read_requests",
        service: "people.googleapis.com",
      }),
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        links: [
          {
            description: "Request a higher quota limit.",
            url: "https://cloud.google.com/docs/quotas/help/request_increase",
          },
        ],
      },
    ],
  );
}

/** The OAuth endpoints' own error form (RFC 6749, 5.2). */
export function oauthError(status: number, error: string, description: string): SandboxAnswer {
  return {
    status,
    headers: { ...jsonHeaders, "Content-Type": "application/json; charset=utf-8" },
    body: { error, error_description: description },
  };
}

/** The page that Google's front end sends where no service answers. */
export function frontEndPage(status: number, sentence: string): SandboxAnswer {
  return {
    status,
    headers: { "Content-Type": "text/html; charset=UTF-8", "Referrer-Policy": "no-referrer" },
    body: `<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error ${status}</title>\n  <p><b>${status}.</b> <ins>That’s an error.</ins>\n  <p>${sentence}  <ins>That’s all we know.</ins>\n`,
  };
}

function methodOf(rpc: string): Readonly<Record<string, string>> {
  return { method: rpc, service: "people.googleapis.com" };
}
