import type { Clock } from "../../lib/clock.ts";
import { retryAfterSeconds } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, type FailedAnswer, type FailureReader } from "../kit/answers.ts";

/** What an error body of any Google API says; older APIs list `errors`, newer ones `details`. */
export interface GoogleError {
  readonly reasons: readonly string[];
  /** To be searched, never to be shown: it may hold values. */
  readonly message: string;
}

/** Quotas count by the minute: without a word of Google's, half of one is a fair wait. */
const unsaidWaitSeconds = 30;

/** What Google asks for beyond this is asked for again. */
const longestWaitSeconds = 3600;

const rateReasons = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
  "RATE_LIMIT_EXCEEDED",
]);

export function googleFailures(title: string, clock: Clock): FailureReader {
  return {
    title,
    waitSeconds: (answer) => {
      const { reasons, message } = googleError(answer);
      const limited = reasons.some((reason) => rateReasons.has(reason));
      if (answer.status !== 429 && !(answer.status === 403 && limited)) return null;
      const seconds = retryAfterSeconds(answer.headers, clock) ?? saidWait(message, answer, clock);
      return Math.min(seconds ?? unsaidWaitSeconds, longestWaitSeconds);
    },
  };
}

/** Google names the moment in its message and sets no header: "Retry after 2026-09-16T03:57:19.386Z". */
function saidWait(message: string, answer: FailedAnswer, clock: Clock): number | null {
  const [, instant] = /retry after (\d{4}-[\d-]+T[\d:.]+Z)/i.exec(message) ?? [];
  const untilMs = Date.parse(instant ?? "");
  if (Number.isNaN(untilMs)) return null;
  const theirNowMs = Date.parse(answer.headers.get("date") ?? "");
  const nowMs = Number.isNaN(theirNowMs) ? clock.now() : theirNowMs;
  return Math.max(1, (untilMs - nowMs) / 1000);
}

export function googleError(answer: FailedAnswer): GoogleError {
  const error = isRecord(answer.body) && isRecord(answer.body["error"]) ? answer.body["error"] : {};
  const { message } = error;
  const entries = [...listOf(error["errors"]), ...listOf(error["details"])];
  const reasons = entries.map((entry) => (isRecord(entry) ? entry["reason"] : undefined));
  return {
    reasons: reasons.filter((reason) => typeof reason === "string"),
    message: typeof message === "string" ? message : "",
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function hasStatus(error: unknown, status: number): error is AnswerError {
  return error instanceof AnswerError && error.answer.status === status;
}
