import { UsageError } from "../lib/errors.ts";
import type { Config, OrgConfig } from "./config.ts";

/** The organization of that name, or the only one; throws `org-required` or `org-unknown`. */
export function chooseOrg(config: Config, name: string | undefined): OrgConfig {
  const names = config.orgs.map((org) => org.name);
  const known =
    names.length === 0
      ? "The file has no organization yet; `astralis init` writes one."
      : `It has: ${names.join(", ")}.`;
  if (name === undefined) {
    const [only, ...others] = config.orgs;
    if (only && others.length === 0) return only;
    throw new UsageError(
      "org-required",
      only ? "several organizations are configured" : "no organization is configured",
      {
        hint: only ? `Name one with --org: ${names.join(", ")}.` : known,
      },
    );
  }
  const org = config.orgs.find((one) => one.name === name);
  if (org) return org;
  throw new UsageError("org-unknown", `there is no organization "${name}" in ${config.file}`, {
    hint: known,
  });
}
