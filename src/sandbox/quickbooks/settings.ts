import { BadInput } from "../kit/input.ts";

/** What a test or a person can change about this QuickBooks, beside the kit's own settings. */
export interface QuickBooksSettings {
  /** Whether each refresh answers with a new refresh token; else one that is a day old is replaced. */
  readonly rotate_refresh_tokens: boolean;
  /** Whether the user refuses where consent is automatic. */
  readonly deny_consent: boolean;
  /** Whether the service's faults come with status 200. */
  readonly faults_in_success: boolean;
  /** Whether a sparse update merges into an address or a phone instead of replacing it. */
  readonly sparse_merges_nested: boolean;
  /** Whether the name of a customer gets " (deleted)" behind it when it is made inactive. */
  readonly marks_deleted_names: boolean;
  /** The company's subscription has ended: every request is refused with 6190. */
  readonly subscription_ended: boolean;
  /** The user who signed in has left the company: every request is refused with 120. */
  readonly user_lost_access: boolean;
  /** For how long a repeated `requestid` gives the first answer again. */
  readonly request_id_seconds: number;
}

export const defaultSettings: QuickBooksSettings = {
  rotate_refresh_tokens: false,
  deny_consent: false,
  faults_in_success: false,
  sparse_merges_nested: false,
  marks_deleted_names: true,
  subscription_ended: false,
  user_lost_access: false,
  request_id_seconds: 900,
};

/** The settings with those changes; throws BadInput for a name or a value that is not known. */
export function changeSettings(
  settings: QuickBooksSettings,
  changes: Readonly<Record<string, unknown>>,
): QuickBooksSettings {
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
const isCount = (value: unknown) => typeof value === "number" && Number.isSafeInteger(value);

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  rotate_refresh_tokens: isFlag,
  deny_consent: isFlag,
  faults_in_success: isFlag,
  sparse_merges_nested: isFlag,
  marks_deleted_names: isFlag,
  subscription_ended: isFlag,
  user_lost_access: isFlag,
  request_id_seconds: isCount,
} satisfies Readonly<Record<keyof QuickBooksSettings, (value: unknown) => boolean>>;
