import { ConfigError } from "../lib/errors.ts";
import type { Endpoints, Provider } from "./provider.ts";

/** The environment that every provider has. */
const usualEnvironment = "production";

/**
 * Where a connection really goes: the provider's own endpoints, with what its environment moves and over that what
 * the configuration moves. `api` alone moves all of them: the others keep their paths on its origin.
 * Throws `config-invalid` for an environment that the provider does not have.
 */
export function resolveEndpoints(
  provider: Pick<Provider, "endpoints"> & Named,
  overrides: Partial<Endpoints>,
  { environment = usualEnvironment }: { readonly environment?: string | undefined } = {},
): Endpoints {
  const endpoints = { ...provider.endpoints, ...movedBy(environment, provider) };
  const moved = overrides.api === undefined ? null : new URL(overrides.api).origin;
  const place = (url: string | undefined) =>
    url === undefined || moved === null ? url : `${moved}${new URL(url).pathname}`;
  const authorize = overrides.authorize ?? place(endpoints.authorize);
  const token = overrides.token ?? place(endpoints.token);
  const revoke = overrides.revoke ?? place(endpoints.revoke);
  return {
    api: moved ?? endpoints.api,
    ...(authorize === undefined ? {} : { authorize }),
    ...(token === undefined ? {} : { token }),
    ...(revoke === undefined ? {} : { revoke }),
  };
}

type Named = Partial<Pick<Provider, "environments" | "title" | "vendor">>;

function movedBy(
  environment: string,
  { environments = {}, title = "the provider", vendor = "<vendor>" }: Named,
): Partial<Endpoints> {
  const moved = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (moved !== undefined || environment === usualEnvironment) return moved ?? {};
  const known = [...new Set([usualEnvironment, ...Object.keys(environments)])];
  // What was written there may have come out of a variable, and is not repeated.
  throw new ConfigError(
    "config-invalid",
    `apps.${vendor}.environment is none of the environments of ${title}`,
    { hint: `Set it to one of: ${known.join(", ")}.` },
  );
}
