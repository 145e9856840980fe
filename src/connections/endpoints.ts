import { ConfigError } from "../lib/errors.ts";
import type { Endpoints } from "../providers/provider.ts";

/** The OAuth application that a vendor's connections sign in with. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** A fixed port of the redirect to this machine; null takes the usual or a free one. */
  readonly redirectPort: number | null;
  /** The https address that is redirected to instead; only where one is set. */
  readonly redirectUri?: string;
}

/** The application by HTTP Basic. Characters that ids and secrets are made of stand as they are. */
export function basicAuthorization(clientId: string, clientSecret: string): string {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** Every origin that credentials of these endpoints may be sent to (law 10). */
export function originsOf(endpoints: Endpoints): readonly string[] {
  const urls = [endpoints.api, endpoints.token, endpoints.revoke];
  return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).origin))];
}

/** What a token answer says of where the account's API is: an origin that its tokens may go to, or why they may not. */
export type ToldOrigin = { readonly origin: string } | { readonly problem: string };

/** https alone, as everywhere; a server on this machine may name others on this machine. */
export function readToldOrigin(told: unknown, endpoints: Endpoints): ToldOrigin {
  const url = typeof told === "string" ? URL.parse(told) : null;
  if (url === null) return { problem: "no address" };
  if (url.username !== "" || url.password !== "") return { problem: "an address with a password" };
  if (url.protocol === "https:") return { origin: url.origin };
  if (url.protocol !== "http:") return { problem: "an address of another kind than https" };
  const here = endpoints.token !== undefined && isLoopback(new URL(endpoints.token));
  if (here && isLoopback(url)) return { origin: url.origin };
  return { problem: `${url.origin}, which is not https` };
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
