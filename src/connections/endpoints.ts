import { ConfigError } from "../lib/errors.ts";
import type { Endpoints } from "../providers/provider.ts";

/** The OAuth application that a vendor's connections sign in with. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** A fixed port of the loopback redirect; null takes a free one. */
  readonly redirectPort: number | null;
}

/** Every origin that credentials of these endpoints may be sent to (law 10). */
export function originsOf(endpoints: Endpoints): readonly string[] {
  const urls = [endpoints.api, endpoints.token, endpoints.revoke];
  return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).origin))];
}

/** Throws where a secret would travel in the clear: http is for loopback addresses alone. */
export function checkSecure(endpoints: Endpoints): void {
  for (const [name, address] of Object.entries(endpoints)) {
    const url = new URL(String(address));
    if (url.protocol === "https:" || isLoopback(url)) continue;
    throw new ConfigError("config-invalid", `the endpoint ${name} (${url.origin}) is not https`, {
      hint: `Use https in endpoints.${name}; http is for loopback addresses alone.`,
    });
  }
}

/** Whether the address is plain http on this machine. */
export function isLoopback(url: URL): boolean {
  const { protocol, hostname } = url;
  const here = hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]";
  return protocol === "http:" && (here || /^127(\.\d{1,3}){3}$/.test(hostname));
}
