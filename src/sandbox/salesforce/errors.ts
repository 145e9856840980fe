import type { SandboxAnswer } from "../kit/vendor.ts";

/** One problem of a request, or of one record of a collection. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly string[];
  /** What a single record's answer says beside that, such as the records that a duplicate rule found. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A record that cannot be written as it is asked: in a collection, the others go on. */
export class RecordRefusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem, status = 400) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

/** A request that is refused as a whole. */
export class RequestRefusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.problem = { code, message };
  }
}

/** Of a path under /services/data: a list of problems. */
export function apiError(status: number, problem: Problem): SandboxAnswer {
  const { code, message, fields, more } = problem;
  const body = { message, errorCode: code, ...(fields === undefined ? {} : { fields }), ...more };
  return { status, body: [body] };
}

/** In a collection the code has another name. */
export function collectionError({ code, message, fields }: Problem): unknown {
  return { statusCode: code, message, fields: fields ?? [] };
}

/** Of a path under /services/oauth2. */
export function oauthError(status: number, error: string, description: string): SandboxAnswer {
  return { status, body: { error, error_description: description } };
}

const faults: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["UNKNOWN_EXCEPTION", "The request was refused."],
  401: ["INVALID_SESSION_ID", "Session expired or invalid"],
  403: ["INSUFFICIENT_ACCESS", "The user doesn't have access to this resource."],
  404: ["NOT_FOUND", "The requested resource does not exist"],
  429: ["REQUEST_LIMIT_EXCEEDED", "Too many requests."],
  503: ["SERVER_UNAVAILABLE", "The server is unavailable to handle the request."],
};

/** What Salesforce says with that status, where a fault asks for it or a path is not there. */
export function faultAnswer(
  status: number,
  { path, retryAfterSeconds }: { readonly path: string; readonly retryAfterSeconds?: number },
): SandboxAnswer {
  const [code, message] = faults[status] ?? ["UNKNOWN_EXCEPTION", "An unexpected error occurred."];
  const answer = path.startsWith("/services/oauth2/")
    ? oauthError(status, status === 400 ? "invalid_grant" : "server_error", message)
    : apiError(status, { code, message });
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
}
