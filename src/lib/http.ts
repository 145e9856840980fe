import type { Clock } from "./clock.ts";
import { ProviderError } from "./errors.ts";

/** `fetch`, with everything decided by `createFetch`. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface FetchOptions {
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** A longer answer is an error, before it fills the memory. */
  readonly maxBytes: number;
  readonly userAgent: string;
  readonly fetch?: Fetch;
}

/**
 * A fetch with a time-out, a ceiling on the answer's size, and errors that say whether a write may have been
 * carried out. It never retries and follows no redirect: both are for its callers to decide.
 */
export function createFetch(options: FetchOptions): Fetch {
  const send = options.fetch ?? globalThis.fetch;
  return async (url, init = {}) => {
    const origin = new URL(url).origin;
    const headers = toHeaders(init.headers, origin);
    if (!headers.has("user-agent")) headers.set("user-agent", options.userAgent);
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    try {
      const response = await send(url, { ...init, headers, signal, redirect: "manual" });
      return await readWhole(response, options.maxBytes);
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (init.signal?.aborted) throw init.signal.reason;
      throw toProviderError(error, origin, options.timeoutMs);
    }
  };
}

/** How far the provider's clock is ahead of ours, in milliseconds, by the answer's Date header; null without one. */
export function clockOffsetMs(response: Response, clock: Clock): number | null {
  const date = Date.parse(response.headers.get("date") ?? "");
  return Number.isNaN(date) ? null : date - clock.now();
}

/** What is asked for beyond this is asked for again: no slip of a server's clock stops a connection for years. */
const longestRetrySeconds = 7 * 86_400;

/** Seconds to wait by Retry-After, in either of its forms (RFC 9110, 10.2.3); null without one. */
export function retryAfterSeconds(headers: Headers, clock: Clock): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Math.min(Number(value), longestRetrySeconds);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return null;
  // The provider's date is read against the provider's own clock, where the answer tells it.
  const now = Date.parse(headers.get("date") ?? "");
  const seconds = (date - (Number.isNaN(now) ? clock.now() : now)) / 1000;
  return Math.min(Math.max(0, seconds), longestRetrySeconds);
}

/** The platform's own error would repeat the header, and with it a key. */
function toHeaders(headers: RequestInit["headers"], origin: string): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new ProviderError(
      "provider-refused",
      `a header for ${origin} holds characters that HTTP does not allow`,
      { hint: "A key may have been pasted with more than itself around it: sign in again." },
    );
  }
}

async function readWhole(response: Response, maxBytes: number): Promise<Response> {
  if (response.body === null) return response;
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body) {
    total += chunk.byteLength;
    if (total > maxBytes) {
      throw new ProviderError("provider-malformed", `the answer is larger than ${maxBytes} bytes`, {
        executed: "unknown",
        retry: "later",
      });
    }
    chunks.push(chunk);
  }
  const bodyless = [101, 204, 205, 304].includes(response.status);
  return new Response(bodyless ? null : Buffer.concat(chunks), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}

/** Failures before a byte of the request was sent; after any other one a write may have been carried out. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function toProviderError(error: unknown, origin: string, timeoutMs: number): ProviderError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const timedOut =
    error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
  const what = timedOut
    ? `did not answer within ${timeoutMs} ms`
    : `cannot be reached${code ? ` (${code})` : ""}`;
  return new ProviderError("provider-unavailable", `${origin} ${what}`, {
    hint: "Check the network; the next sync tries again.",
    retry: "later",
    executed: neverSent.has(code) ? "no" : "unknown",
    cause,
  });
}
