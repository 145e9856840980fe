import { BadInput } from "../kit/input.ts";

/** What a test or a person can change about this HubSpot, beside the kit's own settings. */
export interface HubSpotSettings {
  /** Whether the user refuses where consent is automatic. */
  readonly deny_consent: boolean;
  /** Each refresh answers with a new refresh token and ends the old one. */
  readonly rotate_refresh_tokens: boolean;
  /** What becomes of a batch of creates with a taken e-mail address: the whole is refused, or that input alone. */
  readonly batch_conflict: "whole" | "each";
  /** Whether a merged contact's old ids lead to the new one in batch reads, too. */
  readonly batch_read_follows_merges: boolean;
}

export const defaultSettings: HubSpotSettings = {
  deny_consent: false,
  rotate_refresh_tokens: false,
  batch_conflict: "each",
  batch_read_follows_merges: true,
};

/** What a person does in HubSpot's own pages, which have no way for programs: each names a contact's id. */
export interface HandWork {
  /** Merges the contact with an empty one that was made by hand: it goes on under a new id. */
  readonly merge_with_blank: (id: string) => boolean;
  readonly restore_contact: (id: string) => boolean;
}

/** The settings with those changes; throws BadInput for a name or a value that is not known. */
export function changeSettings(
  settings: HubSpotSettings,
  changes: Readonly<Record<string, unknown>>,
  handWork: HandWork,
): HubSpotSettings {
  let changed = settings;
  for (const [name, value] of Object.entries(changes)) {
    if (name === "merge_with_blank" || name === "restore_contact") {
      if (typeof value !== "string" || !handWork[name](value))
        throw new BadInput(`"${name}" needs the id of a contact that this can be done to.`);
      continue;
    }
    const fits = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (fits === undefined)
      throw new BadInput(
        `"${name}" is not known; there is ${Object.keys(checks).join(", ")}, merge_with_blank, restore_contact.`,
      );
    if (!fits(value)) throw new BadInput(`"${name}" cannot be ${JSON.stringify(value)}.`);
    changed = { ...changed, [name]: value };
  }
  return changed;
}

const isFlag = (value: unknown) => typeof value === "boolean";

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  deny_consent: isFlag,
  rotate_refresh_tokens: isFlag,
  batch_conflict: (value) => value === "whole" || value === "each",
  batch_read_follows_merges: isFlag,
} satisfies Readonly<Record<keyof HubSpotSettings, (value: unknown) => boolean>>;
