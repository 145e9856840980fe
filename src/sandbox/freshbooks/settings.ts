import { BadInput } from "../kit/input.ts";
import type { ErrorShape } from "./errors.ts";

/** What a test or a person can change about this FreshBooks, beside the kit's own settings. */
export interface FreshbooksSettings {
  /** A second business of the same person, before or after the first in the list. */
  readonly other_business: "none" | "first" | "last";
  /** A business that keeps no books, at the head of the list: it has no `account_id`. */
  readonly business_without_books: boolean;
  /** Whether the first business has been left. */
  readonly left_business: boolean;
  /** The form of accounting errors. */
  readonly error_shape: ErrorShape;
  /** Whether accounting errors are answered with status 200. */
  readonly errors_with_status_200: boolean;
  /** The longest text that a client takes; null for any. FreshBooks documents no length. */
  readonly longest_text: number | null;
  /** Whether the person refuses where consent is automatic. */
  readonly deny_consent: boolean;
}

export const defaultSettings: FreshbooksSettings = {
  other_business: "none",
  business_without_books: false,
  left_business: false,
  error_shape: "errors",
  errors_with_status_200: false,
  longest_text: null,
  deny_consent: false,
};

/** The settings with those changes; throws BadInput for a name or a value that is not known. */
export function changeSettings(
  settings: FreshbooksSettings,
  changes: Readonly<Record<string, unknown>>,
): FreshbooksSettings {
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

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  other_business: (value) => value === "none" || value === "first" || value === "last",
  business_without_books: isFlag,
  left_business: isFlag,
  error_shape: (value) => value === "errors" || value === "details",
  errors_with_status_200: isFlag,
  longest_text: (value) => value === null || (typeof value === "number" && value > 0),
  deny_consent: isFlag,
} satisfies Readonly<Record<keyof FreshbooksSettings, (value: unknown) => boolean>>;
