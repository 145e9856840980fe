import { createHash } from "node:crypto";
import { createGoogle } from "../../../../src/sandbox/google/vendor.ts";
import { createRandom } from "../../../../src/sandbox/kit/random.ts";
import type { SandboxAnswer, Vendor } from "../../../../src/sandbox/kit/vendor.ts";
import { isRecord, type JsonRecord } from "../../../support/json.ts";

export const contactsScope = "https://www.googleapis.com/auth/contacts";
export const startMs = Date.parse("2026-03-01T09:00:00Z");

/** A Google of its own world: the clock stands still, and answers leave at once unless `holdsAnswers`. */
export interface GoogleRoom {
  readonly vendor: Vendor;
  readonly world: {
    nowMs: number;
    lagMs: number;
    autoConsent: boolean;
    rateLimit: number;
    holdsAnswers: boolean;
  };
  call(method: string, path: string, options?: RoomCall): RoomAnswer;
  credential(name: string): string;
}

export interface RoomCall {
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly json?: unknown;
  readonly form?: readonly (readonly [string, string])[];
  /** The owner's where it is left out, none where it is null. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RoomAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonRecord;
  readonly text: string;
  readonly wrote: boolean;
  readonly template: string | null;
}

export function createRoom(options: { clients?: number; seed?: number } = {}): GoogleRoom {
  const { clients = 0, seed = 1 } = options;
  const world = {
    nowMs: startMs,
    lagMs: 0,
    autoConsent: true,
    rateLimit: 0,
    holdsAnswers: false,
  };
  const random = createRandom(seed);
  const vendor = createGoogle({
    now: () => world.nowMs,
    random,
    listingLagMs: () => world.lagMs,
    autoConsent: () => world.autoConsent,
    rateLimitPerSecond: () => world.rateLimit,
  });
  vendor.reset({ seed, clients });
  const credential = (name: string) =>
    vendor.describe("http://127.0.0.1:1").credentials[name] ?? "";
  let count = 0;
  return {
    vendor,
    world,
    credential,
    call: (method, path, call = {}) => {
      count += 1;
      const { token = credential("access_token"), headers = {} } = call;
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(call.query ?? {}))
        for (const item of typeof value === "string" ? [value] : value) query.append(name, item);
      const answer = vendor.handle({
        method,
        path,
        query,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: Buffer.from(bodyOf(call)),
        number: count,
      });
      if (!world.holdsAnswers) vendor.answered?.(count);
      return toRoomAnswer(answer ?? vendor.errorAnswer(404, { path }));
    },
  };
}

function bodyOf({ json, form }: RoomCall): string {
  if (json !== undefined) return JSON.stringify(json);
  if (form === undefined) return "";
  return new URLSearchParams(
    form.map(([name, value]): [string, string] => [name, value]),
  ).toString();
}

function toRoomAnswer(answer: SandboxAnswer): RoomAnswer {
  const { status, headers = {}, body, wrote = false, template = null } = answer;
  return {
    status,
    headers,
    body: isRecord(body) ? body : {},
    text: typeof body === "string" ? body : "",
    wrote,
    template,
  };
}

/** A member of an answer, by its path: "error.details.0.reason"; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const name of path.split(".")) {
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isRecord(found)) found = found[name];
    else return undefined;
  }
  return found;
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === "string" ? found : "";
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** A contact made by createContact, as that answers it. */
export function makeContact(room: GoogleRoom, person: JsonRecord): JsonRecord {
  return room.call("POST", "/v1/people:createContact", { json: person }).body;
}

export const verifier = "0123456789-0123456789-0123456789-0123456789";

/** Parameters of a good authorization request, as a desktop client sends it. */
export function authorization(
  room: GoogleRoom,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const query = {
    client_id: room.credential("client_id"),
    redirect_uri: "http://127.0.0.1:53412",
    response_type: "code",
    scope: `openid email ${contactsScope}`,
    state: "s-1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    access_type: "offline",
    prompt: "consent",
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

/** Where the authorization endpoint sent the browser. */
export function redirectOf(answer: RoomAnswer): URLSearchParams {
  return new URL(answer.headers["Location"] ?? "http://nowhere.invalid/").searchParams;
}

/** The token endpoint's answer to a whole sign-in. */
export function signIn(
  room: GoogleRoom,
  changes: Readonly<Record<string, string | null>> = {},
): RoomAnswer {
  const query = authorization(room, changes);
  const code = redirectOf(room.call("GET", "/o/oauth2/v2/auth", { query })).get("code") ?? "";
  return exchange(room, code, { redirect_uri: query["redirect_uri"] ?? "" });
}

export function exchange(
  room: GoogleRoom,
  code: string,
  changes: Readonly<Record<string, string | null>> = {},
): RoomAnswer {
  const form = {
    grant_type: "authorization_code",
    code,
    client_id: room.credential("client_id"),
    client_secret: room.credential("client_secret"),
    redirect_uri: "http://127.0.0.1:53412",
    code_verifier: verifier,
    ...changes,
  };
  return room.call("POST", "/token", { token: null, form: withoutNull(form) });
}

export function refresh(
  room: GoogleRoom,
  token: string,
  changes: Readonly<Record<string, string | null>> = {},
): RoomAnswer {
  const form = {
    grant_type: "refresh_token",
    refresh_token: token,
    client_id: room.credential("client_id"),
    client_secret: room.credential("client_secret"),
    ...changes,
  };
  return room.call("POST", "/token", { token: null, form: withoutNull(form) });
}

function withoutNull(
  form: Readonly<Record<string, string | null>>,
): readonly (readonly [string, string])[] {
  return Object.entries(form).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
}
