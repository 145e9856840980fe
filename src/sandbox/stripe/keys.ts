import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Account } from "./accounts.ts";
import { StripeError } from "./errors.ts";

/** Stripe's own names, as its refusals show them. */
export type Permission =
  | "rak_accounts_kyc_basic_read"
  | "rak_customer_read"
  | "rak_customer_write"
  | "rak_event_read"
  | "rak_invoice_read"
  | "rak_payment_intent_read"
  | "rak_charge_read";

/** What a key may do: a secret key everything, a restricted one what it was given. */
export interface Key {
  readonly secret: string;
  readonly permissions: "all" | readonly Permission[];
  /** Of a token that came through Connect: the grant's id. */
  readonly grant: string | null;
}

export interface Keys {
  /** Everything; also the platform's secret in the Connect flow. It never ends. */
  secretKey(): string;
  /** Restricted: customers, events, invoices, payments and the account. Rolled whenever it is ended. */
  restrictedKey(): string;
  /** Restricted: customers and events to read, nothing else; no money. */
  readOnlyKey(): string;
  /** A new token of a Connect grant. */
  issue(grant: string, scope: "read_only" | "read_write"): string;
  endGrant(grant: string): void;
  /** Restricted keys and Connect tokens; restricted keys are replaced by new ones at once. */
  end(how: "expired" | "revoked"): void;
  /** The key of these headers; refused as Stripe refuses it. */
  authenticate(headers: Readonly<Record<string, string>>): Key;
}

const reads: readonly Permission[] = ["rak_customer_read", "rak_event_read"];
const moneyReads: readonly Permission[] = [
  "rak_invoice_read",
  "rak_payment_intent_read",
  "rak_charge_read",
];

export function createKeys(world: World, account: Account): Keys {
  const live = new Map<string, Key>();
  const expired = new Set<string>();
  const add = (prefix: string, permissions: Key["permissions"], grant: string | null = null) => {
    const stem = account.id.slice("acct_1".length);
    const secret = `${prefix}_51${stem}${randomText(() => world.random(), 32)}`;
    live.set(secret, { secret, permissions, grant });
    return secret;
  };
  const addRestricted = () => ({
    full: add("rk_test", [
      "rak_accounts_kyc_basic_read",
      "rak_customer_write",
      ...reads,
      ...moneyReads,
    ]),
    readOnly: add("rk_test", reads),
  });
  const secretKey = add("sk_test", "all");
  let restricted = addRestricted();

  return {
    secretKey: () => secretKey,
    restrictedKey: () => restricted.full,
    readOnlyKey: () => restricted.readOnly,
    issue: (grant, scope) =>
      add(
        "sk_test",
        scope === "read_write" ? "all" : ["rak_accounts_kyc_basic_read", ...reads, ...moneyReads],
        grant,
      ),
    endGrant: (grant) => {
      for (const key of live.values()) if (key.grant === grant) live.delete(key.secret);
    },
    end: (how) => {
      for (const { secret } of live.values()) {
        if (secret === secretKey) continue;
        live.delete(secret);
        if (how === "expired") expired.add(secret);
      }
      restricted = addRestricted();
    },
    authenticate: (headers) => {
      const secret = secretOf(headers["authorization"] ?? "");
      if (secret === "") throw unauthenticated(noKeyMessage);
      const key = live.get(secret);
      if (key !== undefined) return key;
      if (expired.has(secret))
        throw unauthenticated(`Expired API Key provided: ${masked(secret)}`, "api_key_expired");
      throw unauthenticated(`Invalid API Key provided: ${masked(secret)}`);
    },
  };
}

export function requirePermission(key: Key, permission: Permission, account: Account): void {
  if (key.permissions === "all" || key.permissions.includes(permission)) return;
  throw new StripeError(403, {
    type: "invalid_request_error",
    message: `The provided key '${masked(key.secret)}' does not have the required permissions for this endpoint on account '${account.id}'. Having the '${permission}' permission would allow this request to continue.`,
  });
}

/** A Bearer token, or the user name of Basic; empty where there is neither. */
export function secretOf(authorization: string): string {
  const [scheme = "", value = ""] = authorization.split(/\s+/, 2);
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return "";
  return Buffer.from(value, "base64").toString("utf8").split(":", 1)[0] ?? "";
}

/** "rk_test_*****abcd" */
export function masked(secret: string): string {
  const prefix = /^[a-z]+_(?:test|live)_/.exec(secret)?.[0] ?? "";
  const tail = secret.length > prefix.length + 8 ? secret.slice(-4) : "";
  return `${prefix}${"*".repeat(Math.max(secret.length - prefix.length - tail.length, 0))}${tail}`;
}

const noKeyMessage =
  "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.";

function unauthenticated(message: string, code?: string): StripeError {
  return new StripeError(
    401,
    { type: "invalid_request_error", message, ...(code === undefined ? {} : { code }) },
    { headers: { "WWW-Authenticate": 'Bearer realm="Stripe"' } },
  );
}
