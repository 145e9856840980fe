import { ProviderError } from "../../lib/errors.ts";
import { clockOffsetMs, type Fetch } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import type { Session } from "../provider.ts";
import { askedToWait, failureOf, malformed, type FailureReader } from "./answers.ts";

export interface Transport {
  /** Resolves only with a success whose body is a JSON object; everything else is thrown. */
  readonly fetch: Fetch;
  /** The same under the type that SDKs ask for. */
  readonly sdkFetch: typeof globalThis.fetch;
  /** An instant of the provider's clock, in milliseconds, as our clock would show it. */
  toOurTime(providerMs: number): number;
  /** The other way round. */
  toProviderTime(ourMs: number): number;
}

/**
 * What an SDK sends its requests through: puts the connection's token on each, renews it once where it is
 * refused, and turns failures into errors before an SDK can reword or retry them.
 */
export function createTransport(session: Session, reader: FailureReader): Transport {
  const { clock } = session.deps;
  let offsetMs = 0;
  let heldUntilMs = 0;

  /** The limiter beneath heeds a 429; a plea for patience in another form is heeded here. */
  const hold = (error: Error, status: number) => {
    const { retry } = error instanceof ProviderError ? error : { retry: "never" };
    if (status !== 429 && typeof retry === "object")
      heldUntilMs = clock.now() + retry.afterSeconds * 1000;
    return error;
  };

  const send = async (url: string | URL, init: RequestInit, token: string) => {
    // Not set on a Headers object: that would repeat a damaged key in its error.
    const given = Object.fromEntries(new Headers(init.headers));
    const headers = { ...given, authorization: `Bearer ${token}` };
    const { method = "GET", body = null, signal = null } = init;
    const response = await session.deps
      .fetch(url, { method, body, signal, headers })
      .catch((error: unknown) => {
        throw isWrite(init) ? error : harmless(error);
      });
    offsetMs = clockOffsetMs(response, clock) ?? offsetMs;
    return response;
  };

  const fetch: Fetch = async (url, init = {}) => {
    const write = isWrite(init);
    const waitMs = heldUntilMs - clock.now();
    if (waitMs > 0) throw askedToWait(reader.title, waitMs / 1000);
    const token = await session.access.token();
    let response = await send(url, init, token);
    if (response.status === 401)
      response = await send(url, init, await session.access.renew(token));
    const { status, headers } = response;
    const text = await response.text();
    const body = parseJson(text);
    if (!response.ok) throw hold(failureOf({ status, headers, body, write }, reader), status);
    if (!isRecord(body))
      throw malformed(`${reader.title} answered ${status} without the JSON of its API`, write);
    return new Response(text, { status, headers: withoutEncoding(headers) });
  };

  return {
    fetch,
    sdkFetch: (input, init) => fetch(input instanceof Request ? input.url : input, init),
    toOurTime: (providerMs) => providerMs - offsetMs,
    toProviderTime: (ourMs) => ourMs + offsetMs,
  };
}

function isWrite(init: RequestInit): boolean {
  return !["GET", "HEAD"].includes((init.method ?? "GET").toUpperCase());
}

/** A read without an answer has changed nothing, also where it is the first half of a write. */
function harmless(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.executed === "no") return error;
  const { code, message, hint, retry, cause } = error;
  return new ProviderError(code, message, { hint, retry, cause, executed: "no" });
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The body was decoded already; an SDK must not try again. */
function withoutEncoding(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete("content-encoding");
  kept.delete("content-length");
  return kept;
}
