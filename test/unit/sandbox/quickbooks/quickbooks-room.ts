import { createRandom } from "../../../../src/sandbox/kit/random.ts";
import type { SandboxAnswer, Vendor } from "../../../../src/sandbox/kit/vendor.ts";
import { createQuickBooks } from "../../../../src/sandbox/quickbooks/vendor.ts";
import { isRecord, type JsonRecord } from "../../../support/json.ts";

/** A QuickBooks of its own world, whose clock stands still. */
export interface QuickBooksRoom {
  readonly vendor: Vendor;
  readonly world: { nowMs: number; autoConsent: boolean; rateLimit: number };
  readonly company: string;
  call(method: string, path: string, options?: RoomCall): RoomAnswer;
  credential(name: string): string;
}

export interface RoomCall {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** The owner's token where it is left out. */
  readonly authorization?: string;
}

export interface RoomAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonRecord;
  readonly text: string;
}

export function createRoom(options: { readonly clients?: number } = {}): QuickBooksRoom {
  const world = { nowMs: Date.parse("2026-11-02T09:00:00Z"), autoConsent: true, rateLimit: 0 };
  const vendor = createQuickBooks({
    now: () => world.nowMs,
    random: createRandom(1),
    listingLagMs: () => 0,
    autoConsent: () => world.autoConsent,
    rateLimitPerSecond: () => world.rateLimit,
  });
  vendor.reset({ seed: 1, clients: options.clients ?? 0 });
  const credential = (name: string) =>
    vendor.describe("http://127.0.0.1:1").credentials[name] ?? "";
  let number = 0;
  return {
    vendor,
    world,
    credential,
    company: `/v3/company/${credential("realm_id")}`,
    call: (method, path, call = {}) => {
      const { query = {}, json, form, authorization } = call;
      const type = form === undefined ? "application/json" : "application/x-www-form-urlencoded";
      const text =
        form === undefined ? JSON.stringify(json ?? null) : String(new URLSearchParams(form));
      const answer = vendor.handle({
        method,
        path,
        query: new URLSearchParams(query),
        headers: {
          authorization: authorization ?? `Bearer ${credential("access_token")}`,
          accept: "application/json",
          "content-type": type,
        },
        body: Buffer.from(json === undefined && form === undefined ? "" : text),
        number: (number += 1),
      });
      if (answer === null) throw new Error(`there is no ${method} ${path}`);
      return toAnswer(answer);
    },
  };
}

/** The code of a fault, in either of its forms; null where there is none. */
export function codeOf({ body }: RoomAnswer): string | null {
  const { Fault: fault, fault: gateway } = body;
  const errors = isRecord(fault) ? fault["Error"] : isRecord(gateway) ? gateway["error"] : null;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  return isRecord(first) ? String(first["code"]) : null;
}

function toAnswer({ status, headers = {}, body }: SandboxAnswer): RoomAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers, body: isRecord(body) ? body : {}, text };
}
