import type { SandboxAnswer } from "../kit/vendor.ts";
import { escapeHtml } from "./consent-page.ts";
import {
  frontEndPage,
  oauthError,
  quotaExceeded,
  rpcError,
  unauthenticated,
  type RpcCode,
} from "./errors.ts";

/** Google's own answer of this status at this path: OAuth endpoints, People API and front end each have their form. */
export function faultAnswer(
  status: number,
  options: {
    readonly retryAfterSeconds?: number;
    readonly path: string;
    readonly known: boolean;
  },
): SandboxAnswer {
  const { path, retryAfterSeconds } = options;
  const answer = answerOf(status, path, options.known);
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "Retry-After": String(retryAfterSeconds) } };
}

function answerOf(status: number, path: string, known: boolean): SandboxAnswer {
  if (status === 404 && !known)
    return frontEndPage(
      404,
      `The requested URL <code>${escapeHtml(path)}</code> was not found on this server.`,
    );
  if (path === "/token" || path === "/revoke" || path === "/tokeninfo") return atOAuth(status);
  if (path.startsWith("/o/oauth2/")) return frontEndPage(status, "The server could not answer.");
  return atApi(status);
}

function atOAuth(status: number): SandboxAnswer {
  if (status === 400) return oauthError(400, "invalid_grant", "Token has been expired or revoked.");
  if (status === 401) return oauthError(401, "invalid_client", "Unauthorized");
  if (status === 403) return oauthError(403, "access_denied", "Account restricted");
  if (status === 429) return oauthError(429, "rate_limit_exceeded", "Rate limit exceeded.");
  if (status === 503)
    return oauthError(503, "temporarily_unavailable", "The service is temporarily unavailable.");
  return oauthError(status, "internal_failure", "Internal error.");
}

const messages: Readonly<Record<number, readonly [RpcCode, string]>> = {
  400: ["INVALID_ARGUMENT", "Request contains an invalid argument."],
  403: ["PERMISSION_DENIED", "The caller does not have permission"],
  404: ["NOT_FOUND", "Requested entity was not found."],
  409: ["ABORTED", "The operation was aborted."],
  500: ["INTERNAL", "Internal error encountered."],
  503: ["UNAVAILABLE", "The service is currently unavailable."],
  504: ["DEADLINE_EXCEEDED", "Deadline expired before operation could complete."],
};

function atApi(status: number): SandboxAnswer {
  if (status === 401) return unauthenticated(true, "google.people.v1.PeopleService");
  if (status === 429) return quotaExceeded();
  const message = messages[status];
  if (message !== undefined) return rpcError(message[0], message[1]);
  return frontEndPage(
    status,
    "The server encountered a temporary error and could not complete your request. Please try again in 30 seconds.",
  );
}
