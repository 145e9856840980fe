import { ConfigError } from "../lib/errors.ts";
import type { Provider } from "./provider.ts";

/** The only list of providers: each by its name, loaded when it is first asked for. */
const loaders: Readonly<Record<string, () => Promise<Provider>>> = {
  stripe: async () => (await import("./stripe/index.ts")).stripe,
  gmail: async () => (await import("./gmail/index.ts")).gmail,
  quickbooks: async () => (await import("./quickbooks/index.ts")).quickbooks,
  salesforce: async () => (await import("./salesforce/index.ts")).salesforce,
  freshbooks: async () => (await import("./freshbooks/index.ts")).freshbooks,
  hubspot: async () => (await import("./hubspot/index.ts")).hubspot,
};

export const providerNames: readonly string[] = Object.keys(loaders);

/** Rejects with code `provider-unknown` for any other name. */
export async function loadProvider(name: string): Promise<Provider> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load === undefined) {
    throw new ConfigError("provider-unknown", `there is no provider "${name}"`, {
      hint: `The providers are: ${providerNames.join(", ")}.`,
    });
  }
  return load();
}
