import { BadInput } from "../kit/input.ts";

/** What a test or a person can change about this Google, beside the kit's own settings. */
export interface GoogleSettings {
  /** Scopes that the user unticks where consent is automatic. */
  readonly untick_scopes: readonly string[];
  /** Whether the user refuses where consent is automatic. */
  readonly deny_consent: boolean;
  /** The address of the account that signs in where consent is automatic and the request has no `login_hint`. */
  readonly account: string | null;
  /** No answer of the token endpoint carries a refresh token. */
  readonly withhold_refresh_token: boolean;
  /** An app whose consent screen is "External" and in "Testing": grants end after 7 days. */
  readonly testing_mode: boolean;
  /** Each refresh answers with a new refresh token and ends the old one. */
  readonly rotate_refresh_tokens: boolean;
  /** Whether the desktop client must send its secret, too; the web client always must. */
  readonly require_client_secret: boolean;
  /** Whether revoking one token ends all grants of that user and client. */
  readonly revoke_ends_all_grants: boolean;
  /** Whether a write is refused while the answer to another write of that user is on its way. */
  readonly refuse_concurrent_writes: boolean;
  /** The redirect URIs registered for the web client. */
  readonly redirect_uris: readonly string[];
}

export const defaultSettings: GoogleSettings = {
  untick_scopes: [],
  deny_consent: false,
  account: null,
  withhold_refresh_token: false,
  testing_mode: false,
  rotate_refresh_tokens: false,
  require_client_secret: false,
  revoke_ends_all_grants: true,
  refuse_concurrent_writes: false,
  redirect_uris: ["http://127.0.0.1:8787/oauth/callback"],
};

/** The settings with those changes; throws BadInput for a name or a value that is not known. */
export function changeSettings(
  settings: GoogleSettings,
  changes: Readonly<Record<string, unknown>>,
): GoogleSettings {
  let changed = settings;
  for (const [name, value] of Object.entries(changes)) {
    const fits = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (fits === undefined)
      throw new BadInput(`"${name}" is not known; there is ${Object.keys(checks).join(", ")}.`);
    if (!fits(value)) throw new BadInput(`"${name}" cannot be ${JSON.stringify(value)}.`);
    changed = { ...changed, [name]: value };
  }
  return changed;
}

const isFlag = (value: unknown) => typeof value === "boolean";
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  untick_scopes: isTexts,
  deny_consent: isFlag,
  account: (value) => value === null || typeof value === "string",
  withhold_refresh_token: isFlag,
  testing_mode: isFlag,
  rotate_refresh_tokens: isFlag,
  require_client_secret: isFlag,
  revoke_ends_all_grants: isFlag,
  refuse_concurrent_writes: isFlag,
  redirect_uris: isTexts,
} satisfies Readonly<Record<keyof GoogleSettings, (value: unknown) => boolean>>;
