import type { Endpoints, Provider } from "./provider.ts";

/**
 * Where a connection really goes: the provider's own endpoints, with what the configuration moves. `api` alone
 * moves all of them: the others keep their paths on its origin.
 */
export function resolveEndpoints(
  provider: Pick<Provider, "endpoints">,
  overrides: Partial<Endpoints>,
): Endpoints {
  const { endpoints } = provider;
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
