import { AstralisError, AuthError, ProviderError, type Retry } from "../../lib/errors.ts";

/** An answer that is no success, before anyone has judged it. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** Whether the request could have changed something. */
  readonly write: boolean;
}

/** What a vendor adds to the common reading of failures. */
export interface FailureReader {
  /** What people call the provider. */
  readonly title: string;
  /** Seconds to wait where the answer asks for patience, whatever its status; null where it does not. */
  waitSeconds(answer: FailedAnswer): number | null;
}

/** A client error that only the caller can judge: 400, 402, 404, 409, 412, 422. Never leaves an adapter. */
export class AnswerError extends Error {
  readonly answer: FailedAnswer;

  constructor(answer: FailedAnswer) {
    super(`HTTP ${answer.status}`);
    this.name = "AnswerError";
    this.answer = answer;
  }
}

/** The error that a failed answer is, in words that repeat nothing the provider said. */
export function failureOf(answer: FailedAnswer, reader: FailureReader): Error {
  const { status, write } = answer;
  const { title } = reader;
  const wait = reader.waitSeconds(answer);
  if (wait !== null) return askedToWait(title, wait);
  if (status >= 500 || status === 408)
    return unavailable(`${title} answered with the server error ${status}`, write);
  if (answer.body === undefined || status < 400)
    return malformed(`${title} answered ${status} without the JSON of its API`, write);
  if (status === 401) return signInAgain(title);
  if (status === 403) {
    return new ProviderError("provider-forbidden", `${title} does not allow this request`, {
      hint: "Check what the key or grant may do, then run `astralis reconnect`.",
    });
  }
  return new AnswerError(answer);
}

export function askedToWait(title: string, seconds: number) {
  const afterSeconds = Math.max(1, Math.ceil(seconds));
  return new ProviderError("rate-limited", `${title} asks to wait ${afterSeconds} s`, {
    retry: { afterSeconds },
    hint: "Nothing is lost; the next sync goes on.",
  });
}

export function unavailable(message: string, write: boolean, retry: Retry = "later") {
  return new ProviderError("provider-unavailable", message, {
    retry,
    executed: write ? "unknown" : "no",
    hint: "The next sync tries again.",
  });
}

export function malformed(message: string, write: boolean) {
  return new ProviderError("provider-malformed", message, {
    retry: "later",
    executed: write ? "unknown" : "no",
    hint: "A proxy or an outage may have answered instead; the next sync tries again.",
  });
}

export function signInAgain(title: string) {
  return new AuthError("reauth-required", `${title} no longer accepts the connection's grant`, {
    hint: "Run `astralis reconnect` for this connection.",
  });
}

/** Nobody could make sense of a refusal: the request itself is at fault. */
export function refusedRequest(title: string, answer: FailedAnswer) {
  return new ProviderError(
    "provider-refused",
    `${title} refused the request (HTTP ${answer.status})`,
    { executed: "no" },
  );
}

/** What was thrown under an SDK that wrapped it; SDKs keep it as `cause` or `detail`. */
export function unwrapped(error: unknown): unknown {
  let inner: unknown = error;
  for (let depth = 0; depth < 5 && inner instanceof Error; depth += 1) {
    if (inner instanceof AstralisError || inner instanceof AnswerError) return inner;
    inner = inner.cause ?? ("detail" in inner ? inner.detail : undefined);
  }
  return error;
}
