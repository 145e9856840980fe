import { BadInput } from "../kit/input.ts";

/** What a test or a person can change about this Salesforce, beside the kit's own settings. */
export interface SalesforceSettings {
  /** Each refresh answers with a new refresh token and ends the old one. */
  readonly rotate_refresh_tokens: boolean;
  /** Whether the user refuses where consent is automatic. */
  readonly deny_consent: boolean;
  /** Whether the application must send its secret for codes and refreshes. */
  readonly require_client_secret: boolean;
  /** A duplicate rule that blocks contacts with the e-mail address of another one. */
  readonly duplicate_rule: boolean;
  /** A validation rule that lets nobody write a contact without a phone. */
  readonly phone_rule: boolean;
  /** Countries come from the org's list: other text is refused. */
  readonly country_picklist: boolean;
  /** API requests in 24 hours, and how many of them others have made. */
  readonly daily_limit: number;
  readonly daily_used: number;
  /** So many of the next writes find their row locked by somebody else's. */
  readonly locked_writes: number;
  /** How much earlier than they show writes are stamped: a long transaction is stamped when it begins to save. */
  readonly commit_delay_ms: number;
}

export const defaultSettings: SalesforceSettings = {
  rotate_refresh_tokens: false,
  deny_consent: false,
  require_client_secret: true,
  duplicate_rule: false,
  phone_rule: false,
  country_picklist: false,
  daily_limit: 1_000_000,
  daily_used: 0,
  locked_writes: 0,
  commit_delay_ms: 0,
};

/** The settings with those changes; throws BadInput for a name or a value that is not known. */
export function changeSettings(
  settings: SalesforceSettings,
  changes: Readonly<Record<string, unknown>>,
): SalesforceSettings {
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
const isCount = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  rotate_refresh_tokens: isFlag,
  deny_consent: isFlag,
  require_client_secret: isFlag,
  duplicate_rule: isFlag,
  phone_rule: isFlag,
  country_picklist: isFlag,
  daily_limit: isCount,
  daily_used: isCount,
  locked_writes: isCount,
  commit_delay_ms: isCount,
} satisfies Readonly<Record<keyof SalesforceSettings, (value: unknown) => boolean>>;
