import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { accessTokenSeconds, type AccessToken } from "./grants.ts";
import { emailScope, profileScope } from "./scopes.ts";

export interface IdTokens {
  /** A JWT of the grant's account, signed with RS256. */
  issue(
    access: AccessToken,
    options: { readonly nonce: string | null; readonly nowMs: number },
  ): string;
  /** The public keys, as `/oauth2/v3/certs` shows them. */
  jwks(): object;
  /** The same as `/oauth2/v1/certs` shows them: PEM by key id. */
  pems(): object;
}

const keyId = "a5tr4l15a5tr4l15a5tr4l15a5tr4l15a5tr4l15";

let key: KeyObject | null = null;

/** Made when it is first needed, and then for all worlds of the process: that takes a while. */
function privateKey(): KeyObject {
  key ??= generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  return key;
}

export function createIdTokens(): IdTokens {
  return {
    issue: (access, { nonce, nowMs }) => {
      const { account, client, scopes } = access.grant;
      const issuedAt = Math.floor(nowMs / 1000);
      const digest = createHash("sha256").update(access.token).digest();
      const claims = {
        iss: "https://accounts.google.com",
        azp: client.id,
        aud: client.id,
        sub: account.id,
        hd: account.email.split("@")[1],
        ...(scopes.includes(emailScope) ? { email: account.email, email_verified: true } : {}),
        at_hash: digest.subarray(0, 16).toString("base64url"),
        ...(nonce === null ? {} : { nonce }),
        ...(scopes.includes(profileScope)
          ? {
              name: `${account.givenName} ${account.familyName}`,
              given_name: account.givenName,
              family_name: account.familyName,
            }
          : {}),
        iat: issuedAt,
        exp: issuedAt + accessTokenSeconds + 1,
      };
      const signed = [{ alg: "RS256", kid: keyId, typ: "JWT" }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const signature = sign("sha256", Buffer.from(signed), privateKey());
      return `${signed}.${signature.toString("base64url")}`;
    },
    jwks: () => {
      const jwk = createPublicKey(privateKey()).export({ format: "jwk" });
      return { keys: [{ ...jwk, use: "sig", alg: "RS256", kid: keyId }] };
    },
    pems: () => ({
      [keyId]: createPublicKey(privateKey()).export({ format: "pem", type: "spki" }),
    }),
  };
}
