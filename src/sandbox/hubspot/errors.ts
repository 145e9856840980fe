import { hexText } from "./ids.ts";
import type { SandboxAnswer, World } from "../kit/vendor.ts";

/** https://developers.hubspot.com/docs/api-reference/latest/error-handling */
export interface ErrorDetails {
  readonly category: string;
  readonly message: string;
  readonly subCategory?: string;
  readonly errors?: readonly ErrorDetail[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

export interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly in?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** A request that is refused as HubSpot refuses it; nothing was written. */
export class HubSpotError extends Error {
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(status: number, details: ErrorDetails) {
    super(details.message);
    this.status = status;
    this.details = details;
  }
}

export function errorAnswer(error: HubSpotError, world: World): SandboxAnswer {
  const { status, details } = error;
  return {
    status,
    body: { status: "error", ...details, correlationId: correlationId(world) },
  };
}

/** The error of one input of a batch (`StandardError`): all its members are always there. */
export function standardError(details: ErrorDetails): Record<string, unknown> {
  return { status: "error", errors: [], links: {}, context: {}, ...details };
}

/** Limits have a body of their own (https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines). */
export function limited(policyName: Policy, world: World): SandboxAnswer {
  return {
    status: 429,
    body: {
      status: "error",
      message: limitMessages[policyName],
      errorType: "RATE_LIMIT",
      correlationId: correlationId(world),
      policyName,
      requestId: correlationId(world),
    },
  };
}

export type Policy = "DAILY" | "TEN_SECONDLY_ROLLING" | "SECONDLY";

const limitMessages: Readonly<Record<Policy, string>> = {
  DAILY: "You have reached your daily limit.",
  TEN_SECONDLY_ROLLING: "You have reached your ten_secondly_rolling limit.",
  SECONDLY: "You have reached your secondly limit.",
};

export function correlationId(world: World): string {
  const text = hexText(world, 32);
  const parts = [
    text.slice(0, 8),
    text.slice(8, 12),
    `4${text.slice(13, 16)}`,
    `8${text.slice(17, 20)}`,
    text.slice(20),
  ];
  return parts.join("-");
}

export function invalidInput(message: string, detail: Partial<ErrorDetail> = {}): HubSpotError {
  const errors = Object.keys(detail).length === 0 ? {} : { errors: [{ message, ...detail }] };
  return new HubSpotError(400, {
    category: "VALIDATION_ERROR",
    message: `Invalid input ${message}`,
    ...errors,
  });
}

export function notFound(): HubSpotError {
  return new HubSpotError(404, { category: "OBJECT_NOT_FOUND", message: "resource not found" });
}

/** Its e-mail address is taken; the message names the contact that has it. */
export function conflict(existingId: string): HubSpotError {
  return new HubSpotError(409, {
    category: "CONFLICT",
    message: `Contact already exists. Existing ID: ${existingId}`,
  });
}

export function unauthenticated(): HubSpotError {
  return new HubSpotError(401, {
    category: "INVALID_AUTHENTICATION",
    message:
      "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
  });
}

export function expiredToken(secondsAgo: number): HubSpotError {
  return new HubSpotError(401, {
    category: "EXPIRED_AUTHENTICATION",
    message: `The OAuth token used to make this call expired ${secondsAgo} second(s) ago.`,
    context: { expiredSecondsAgo: [String(secondsAgo)] },
  });
}

export function missingScope(scope: string): HubSpotError {
  return new HubSpotError(403, {
    category: "MISSING_SCOPES",
    message:
      "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    errors: [
      {
        message: "One or more of the following scopes are required.",
        context: { requiredGranularScopes: [scope] },
      },
    ],
  });
}

/** HubSpot's own answer for a fault of this status. */
export function faultAnswer(
  status: number,
  world: World,
  retryAfterSeconds?: number,
): SandboxAnswer {
  const answer =
    status === 429
      ? limited("TEN_SECONDLY_ROLLING", world)
      : errorAnswer(faultError(status), world);
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
}

function faultError(status: number): HubSpotError {
  if (status === 401) return unauthenticated();
  if (status === 403) return missingScope("crm.objects.contacts.read");
  if (status === 404) return notFound();
  if (status === 409) return conflict("1");
  const known = faultDetails[status];
  if (known !== undefined) return new HubSpotError(status, known);
  return status < 500
    ? invalidInput("The request was refused.")
    : new HubSpotError(status, { category: "INTERNAL_ERROR", message: "internal error" });
}

const faultDetails: Readonly<Record<number, ErrorDetails>> = {
  423: { category: "LOCKED", message: "The resource is locked." },
  477: { category: "MIGRATION_IN_PROGRESS", message: "The account is being migrated." },
};
