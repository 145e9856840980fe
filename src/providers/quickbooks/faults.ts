import { AstralisError, ProviderError } from "../../lib/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { retryAfterSeconds, type Fetch } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, malformed, refusedRequest, type FailureReader } from "../kit/answers.ts";

/** One error of a fault; words that name things without repeating values. */
export interface FaultError {
  readonly code: string;
  readonly element: string;
}

interface Fault {
  readonly type: string;
  readonly errors: readonly FaultError[];
}

/** Error codes (https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes). */
const codes = {
  accessLost: 120,
  notFound: 610,
  tokenRefused: 3200,
  throttled: 3001,
  stale: 5010,
  subscriptionEnded: 6190,
  nameTaken: 6240,
} as const;

/** What Intuit says to wait after a 429 (https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles). */
const throttledSeconds = 60;

export function quickBooksFailures(clock: Clock): FailureReader {
  return {
    title: "QuickBooks",
    waitSeconds: ({ status, headers }) =>
      status === 429 ? (retryAfterSeconds(headers, clock) ?? throttledSeconds) : null,
  };
}

/**
 * The fetch with each fault under the status that it means: one may come as a success, throttling as something else
 * than 429, and a 401 may be of the user, whom no other token helps.
 */
export function withMeantStatus(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const text = await response.clone().text();
    const fault = /"fault"/i.test(text) ? readFault(parseJson(text)) : null;
    if (fault === null) return response;
    const status = meantStatus(response.status, fault);
    return status === response.status
      ? response
      : new Response(text, { status, headers: response.headers });
  };
}

function meantStatus(status: number, { type, errors }: Fault): number {
  const has = (code: number) => errors.some((error) => Number(error.code) === code);
  if (has(codes.throttled)) return 429;
  if (has(codes.accessLost) || has(codes.subscriptionEnded)) return 400;
  if (has(codes.tokenRefused)) return 401;
  if (status >= 300) return status;
  if (/^system/i.test(type)) return 500;
  if (/^authentication/i.test(type)) return 401;
  return /^authorization/i.test(type) ? 403 : 400;
}

/** The service writes "Fault" and its members in capitals, the gateway before it in small letters. */
function readFault(body: unknown): Fault | null {
  if (!isRecord(body)) return null;
  const fault = body["Fault"] ?? body["fault"];
  if (!isRecord(fault)) return null;
  const errors = fault["Error"] ?? fault["error"];
  const { type } = fault;
  return {
    type: typeof type === "string" ? type : "",
    errors: (Array.isArray(errors) ? errors : []).filter(isRecord).map((error) => ({
      code: word(error["code"]),
      element: word(error["element"]),
    })),
  };
}

function word(value: unknown): string {
  return typeof value === "string" && /^[\w.]{1,64}$/.test(value) ? value : "";
}

function hasCode(error: unknown, code: number): boolean {
  if (!(error instanceof AnswerError)) return false;
  const errors = readFault(error.answer.body)?.errors ?? [];
  return errors.some((one) => Number(one.code) === code);
}

export function isMissing(error: unknown): boolean {
  return hasCode(error, codes.notFound);
}

export function isStale(error: unknown): boolean {
  return hasCode(error, codes.stale);
}

export function isNameTaken(error: unknown): boolean {
  return hasCode(error, codes.nameTaken);
}

/** A refusal of a write in our words; null where the error is something else. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof AnswerError) || error.answer.status !== 400) return null;
  const [first] = readFault(error.answer.body)?.errors ?? [];
  if (first === undefined) return null;
  if (isNameTaken(error))
    return "another customer, vendor or employee in QuickBooks has the name already";
  const what = first.element === "" ? "the customer" : `the customer's ${first.element}`;
  return `QuickBooks does not accept ${what}${first.code === "" ? "" : ` (${first.code})`}`;
}

/** What leaves the wire: AnswerError for what only the verb can judge, the contract's errors for the rest. */
export function judged(error: unknown, write: boolean): unknown {
  if (error instanceof AstralisError) return error;
  // The library stumbled over an answer; its own errors may repeat values.
  if (!(error instanceof AnswerError)) return malformed("QuickBooks' answer cannot be read", write);
  if (hasCode(error, codes.subscriptionEnded))
    return new ProviderError(
      "provider-forbidden",
      "the QuickBooks subscription of this company has ended",
      { hint: "Renew it in QuickBooks; the next sync goes on." },
    );
  if (hasCode(error, codes.accessLost))
    return new ProviderError(
      "provider-forbidden",
      "who signed in to QuickBooks has no access to this company any more",
      { hint: "Ask the company's administrator, or run `astralis reconnect` as another user." },
    );
  return error.answer.status === 400 ? error : refusedRequest("QuickBooks", error.answer);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
