import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where the vendors' published API descriptions lie: one folder for each vendor. */
export const contractsDir = resolve(
  process.env["ASTRALIS_CONTRACTS"] ?? join(import.meta.dirname, "../../../shared/contracts"),
);

/** A vendor's folder, or null where there is none: then its contract tests cannot run. */
export function contractsOf(vendor: string): string | null {
  const folder = join(contractsDir, vendor);
  return existsSync(folder) ? folder : null;
}

/** Told at the end of a run, so that nobody takes its silence for a pass. */
export function teardown(): void {
  const absent = ["google", "stripe", "freshbooks", "hubspot", "quickbooks"].filter(
    (vendor) => contractsOf(vendor) === null,
  );
  if (absent.length > 0)
    process.stdout.write(
      `\nContract tests did not run for ${absent.join(", ")}: there are no API descriptions in ${contractsDir} (ASTRALIS_CONTRACTS).\n`,
    );
}
