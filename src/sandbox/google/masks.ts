import { refuse } from "./errors.ts";

/** Paths of `personFields`; the order gives each its number inside person etags. */
export const readablePaths: readonly string[] = [
  "addresses",
  "ageRanges",
  "biographies",
  "birthdays",
  "calendarUrls",
  "clientData",
  "coverPhotos",
  "emailAddresses",
  "events",
  "externalIds",
  "genders",
  "imClients",
  "interests",
  "locales",
  "locations",
  "memberships",
  "metadata",
  "miscKeywords",
  "names",
  "nicknames",
  "occupations",
  "organizations",
  "phoneNumbers",
  "photos",
  "relations",
  "sipAddresses",
  "skills",
  "urls",
  "userDefined",
];

const readOnlyPaths = ["ageRanges", "coverPhotos", "metadata", "photos", "skills"];

/** Paths of `updatePersonFields`. */
export const writablePaths: readonly string[] = readablePaths.filter(
  (path) => !readOnlyPaths.includes(path),
);

export const groupPaths: readonly string[] = [
  "clientData",
  "groupType",
  "memberCount",
  "metadata",
  "name",
];

export interface MaskOptions {
  /** As the error names it: "personFields". */
  readonly name: string;
  readonly valid: readonly string[];
  /** The page that the error points to: "people/get". */
  readonly page: string;
}

/** The mask's paths; null where it is left out or empty. An unknown path is refused. */
export function readMask(value: string | null, options: MaskOptions): ReadonlySet<string> | null {
  const paths = (value ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
  const wrong = paths.find((path) => !options.valid.includes(path));
  if (wrong !== undefined)
    refuse(
      "INVALID_ARGUMENT",
      `Invalid ${options.name} mask path: "${wrong}". ${documentedAt(options)}`,
    );
  return paths.length === 0 ? null : new Set(paths);
}

/** The mask's paths, which must be there. */
export function requireMask(value: string | null, options: MaskOptions): ReadonlySet<string> {
  return (
    readMask(value, options) ??
    refuse(
      "INVALID_ARGUMENT",
      `${options.name} mask is required. Please specify one or more valid paths. ${documentedAt(options)}`,
    )
  );
}

function documentedAt(options: MaskOptions): string {
  return `Valid paths are documented at https://developers.google.com/people/api/rest/v1/${options.page}.`;
}
