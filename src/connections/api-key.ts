import { AuthError } from "../lib/errors.ts";
import type { ApiKeySignIn, Endpoints, Provider } from "../providers/provider.ts";
import type { SignedIn } from "./credential.ts";
import { checkSecure, originsOf } from "./endpoints.ts";

export interface ApiKeyRequest {
  readonly provider: Pick<Provider, "title">;
  readonly signIn: ApiKeySignIn;
  readonly endpoints: Endpoints;
}

/** A key of the right form; `connect` proves that the provider takes it before it is stored. Throws `key-rejected`. */
export function signInWithApiKey(text: string, request: ApiKeyRequest): SignedIn {
  const { provider, signIn, endpoints } = request;
  checkSecure(endpoints);
  const key = text.trim();
  const problem = problemOf(key, signIn);
  if (problem !== null) {
    const message = `that is not a ${signIn.label} of ${provider.title}: ${problem}`;
    throw new AuthError("key-rejected", message, { hint: signIn.advice });
  }
  const credential = { kind: "api-key", key, origins: originsOf(endpoints) } as const;
  return { credential, scopes: [], grantExpiresAtMs: null };
}

function problemOf(key: string, signIn: ApiKeySignIn): string | null {
  if (key === "") return "nothing was given";
  // A header takes neither white space nor control characters: what has them was pasted wrongly.
  if (!/^[\x21-\x7e]+$/.test(key)) return "it has spaces or characters that no key has";
  return signIn.check(key);
}
