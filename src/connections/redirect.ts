import type { OAuthSignIn } from "../providers/provider.ts";
import type { Callback, ExpectedCallback } from "./callback.ts";
import type { OAuthApp } from "./endpoints.ts";
import { openLoopback } from "./loopback.ts";

/** Where the provider sends the browser back to. */
export type Redirect =
  | {
      readonly kind: "loopback";
      readonly host: "127.0.0.1" | "localhost";
      /** null takes a free one. */
      readonly port: number | null;
      readonly path: string;
    }
  /** To https, where nobody listens for us: a person pastes the address that the browser landed on. */
  | { readonly kind: "pasted"; readonly uri: string };

/** Where an address has to be registered beforehand and the configuration names no port. */
const usualPort = 8765;

/**
 * The application's own address where one is set, else this machine: by https where the environment's applications
 * may send back to nothing else.
 */
export function redirectOf(
  signIn: OAuthSignIn,
  app: Pick<OAuthApp, "redirectPort" | "redirectUri"> | null,
  { environment = "production" }: { readonly environment?: string | undefined },
): Redirect {
  if (app?.redirectUri !== undefined) return { kind: "pasted", uri: app.redirectUri };
  const { httpsRedirect = [], redirectHost, redirectPath: path } = signIn;
  const port = app?.redirectPort ?? null;
  if (httpsRedirect === "always" || httpsRedirect.includes(environment))
    return { kind: "pasted", uri: `https://localhost:${port ?? usualPort}${path}` };
  // Who takes one spelling alone compares the address letter for letter, the port with it.
  if (redirectHost !== undefined)
    return { kind: "loopback", host: redirectHost, port: port ?? usualPort, path };
  return { kind: "loopback", host: "127.0.0.1", port, path };
}

/** The address as it has to be registered with the application; null where the port differs each time. */
export function addressToRegister(redirect: Redirect): string | null {
  if (redirect.kind === "pasted") return redirect.uri;
  const { host, port, path } = redirect;
  return port === null ? null : `http://${host}:${port}${path}`;
}

/** What waits for the browser of one sign-in. */
export interface Landing {
  readonly redirectUri: string;
  /** The listener; null where nobody listens. */
  readonly listener: { readonly port: number; readonly answered: Promise<Callback> } | null;
  close(): Promise<void>;
}

/** Throws `port-in-use`. */
export async function openLanding(
  redirect: Redirect,
  expected: Omit<ExpectedCallback, "redirectUri">,
): Promise<Landing> {
  if (redirect.kind === "pasted")
    return { redirectUri: redirect.uri, listener: null, close: async () => {} };
  const loopback = await openLoopback({ ...redirect, ...expected });
  return { redirectUri: loopback.redirectUri, listener: loopback, close: () => loopback.close() };
}
