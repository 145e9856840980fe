import { connect } from "node:net";
import { readCallback, readPastedCallback } from "../../../src/connections/callback.ts";
import type { Callback } from "../../../src/connections/callback.ts";
import { credentialText, parseCredential } from "../../../src/connections/credential.ts";
import type { OAuthCredential } from "../../../src/connections/credential.ts";
import { openLoopback } from "../../../src/connections/loopback.ts";
import type { Loopback } from "../../../src/connections/loopback.ts";
import { exchangeCode, refreshTokens } from "../../../src/connections/token-endpoint.ts";
import type { TokenAnswer } from "../../../src/connections/token-answer.ts";
import type { OAuthClient } from "../../../src/connections/token-endpoint.ts";
import { createStepClock, toInstant } from "../../../src/lib/clock.ts";
import { isRecord, stableJson } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import { connectOAuth } from "../../../src/providers/stripe/sign-in.ts";
import { startMs } from "../corpus.ts";
import { mutated, mutatedText, strangeText } from "../mutants.ts";
import { claim, isText, readOrRefused, textOf } from "../target.ts";
import type { Target } from "../target.ts";
import { written } from "../wire.ts";

const state = "the-state-of-this-sign-in";
const code = "4/0AfuzzedAuthorizationCode";
const expected = { redirectUri: "http://127.0.0.1:5001/", state };
const good = `http://127.0.0.1:5001/?state=${state}&iss=https://a.test&code=${code}&scope=x`;
const pieces = [
  "&state=",
  "?",
  "#",
  "&code=",
  "&error=access_denied",
  "%00",
  "%ff",
  "%E2%80",
  "//",
  "@",
  ":",
  "http://",
  "\u202e",
  "&redirect_uri=x",
  "[",
  "[::1]",
];

/** The address that a browser landed on, as a person pastes it. */
export const callbackTarget: Target = {
  name: "callback",
  share: 200,
  draw: (dice) => {
    let text = dice.pick([good, good.replace("http://", ""), `${good}&error=access_denied`]);
    for (let count = dice.below(5); count > 0; count -= 1)
      text = mutatedText(dice, text, [...pieces, strangeText(dice)]);
    return text;
  },
  check: (input) => {
    const text = textOf(input);
    const read = [
      readPastedCallback(text, expected),
      readCallback(new URLSearchParams(text.slice(text.indexOf("?") + 1)), expected),
    ];
    for (const callback of read) checkCallback(callback);
    return read.some(({ kind }) => kind === "code") ? "taken" : "refused";
  },
};

function checkCallback(callback: Callback): void {
  if (callback.kind === "code") claim(callback.code !== "", "a code is empty");
  if (callback.kind === "refused")
    claim(/^[a-z_ ]{1,60}$/.test(callback.error), "a refusal repeats a sentence from outside");
  if (callback.kind === "unusable")
    claim(!callback.message.includes(code), "a message repeats the code");
}

let opening: Promise<Loopback> | undefined;

/** Raw requests to the listener that waits for the browser: none of them ends it. */
export const loopbackTarget: Target = {
  name: "loopback",
  share: 3,
  draw: (dice) => {
    const target = dice.pick([
      `/?state=${state}x&code=c`,
      "/",
      "//",
      "/favicon.ico",
      "*",
      "http://[",
      "/?%",
    ]);
    const text = dice.chance(0.7)
      ? mutatedText(dice, target, [...pieces, strangeText(dice)])
      : target;
    const method = dice.pick(["GET", "GET", "GET", "POST", "OPTIONS", "GE T", ""]);
    const host = dice.pick(["", "evil.test", "HOST", "HOST", "HOST", "HOST"]);
    return { method, target: text, host };
  },
  check: async (input) => {
    opening ??= openLoopback({ port: null, path: "/", state });
    const loopback = await opening;
    const { method, target, host } = isRecord(input) ? input : {};
    const name = host === "HOST" ? `127.0.0.1:${loopback.port}` : textOf(host);
    const line = `${textOf(method)} ${textOf(target)} HTTP/1.1\r\n`;
    const answer = await exchange(
      loopback.port,
      `${line}Host: ${name}\r\nConnection: close\r\n\r\n`,
    );
    claim(
      /^HTTP\/1\.1 (200|400|404) /.test(answer),
      `it answered ${JSON.stringify(answer.slice(0, 40))}`,
    );
    return answer.startsWith("HTTP/1.1 200") ? "taken" : "refused";
  },
};

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request, "latin1"));
    let answer = "";
    socket.setTimeout(5000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

const secret = "fuzzed-token-of-this-sign-in";
const tokens: Json = {
  access_token: secret,
  refresh_token: `${secret}-to-refresh`,
  token_type: "Bearer",
  expires_in: 3599,
  scope: "openid contacts",
  id_token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.x",
  refresh_token_expires_in: 604_799,
  stripe_user_id: "acct_1",
  instance_url: "https://acme.a.test",
};
const refusals: readonly Json[] = [
  { error: "invalid_grant", error_description: `the token ${secret} has been revoked` },
  { error: "temporarily_unavailable" },
  { error: { code: 401 } },
];

/** What a token endpoint answers, through the library and our own reading. */
export const tokenTarget: Target = {
  name: "token-endpoint",
  share: 15,
  draw: (dice) => {
    const isRefusal = dice.chance(0.3);
    const body = isRefusal ? dice.pick(refusals) : tokens;
    return {
      status: dice.chance(0.1)
        ? dice.pick([200, 201, 302, 400, 401, 403, 429, 500, 503])
        : isRefusal
          ? 400
          : 200,
      type: dice.chance(0.1)
        ? dice.pick(["text/html", "", "application/json; charset=x"])
        : "application/json",
      wait: dice.pick(["", "3", "1e9", "9".repeat(400), "Sat, 13 Sep 275760 00:00:00 GMT"]),
      body: dice.chance(0.1) ? body : mutated(dice, body),
      exchange: dice.chance(0.3),
    };
  },
  check: async (input) => {
    const asked = isRecord(input) ? input : {};
    const client = clientAnswering(asked);
    const outcome = await readOrRefused(
      () =>
        asked["exchange"] === true
          ? exchangeCode(client, { code, redirectUri: expected.redirectUri, verifier: null })
          : refreshTokens(client, { refreshToken: "refresh", redirectUri: null }),
      [secret],
    );
    if (outcome === null) return "refused";
    if (outcome.value.kind === "refused") {
      claim(
        /^[a-z0-9_.-]{1,60}$/.test(outcome.value.error),
        "a refusal is no word of the protocol",
      );
      return "refused";
    }
    checkTokens(outcome.value.answer);
    return "taken";
  },
};

function clientAnswering({ status, type, wait, body }: Record<string, Json>): OAuthClient {
  const headers = new Headers({ "content-type": textOf(type) });
  if (isText(wait) && wait !== "") headers.set("retry-after", wait);
  const code = typeof status === "number" && status >= 200 && status < 600 ? status : 200;
  return {
    title: "Fuzzed",
    signIn: {
      ...connectOAuth,
      answerNames: { account: "stripe_user_id", api: "instance_url" },
    },
    endpoints: { api: "https://a.test", authorize: "https://a.test/a", token: "https://a.test/t" },
    app: { clientId: "id", clientSecret: "secret", redirectPort: null },
    deps: {
      clock: createStepClock(startMs),
      fetch: async () => new Response(written(body ?? null), { status: code, headers }),
    },
  };
}

function checkTokens(answer: TokenAnswer): void {
  claim(isText(answer.accessToken) && answer.accessToken !== "", "an access token is empty");
  claim(answer.refreshToken === null || isText(answer.refreshToken), "a refresh token is no text");
  claim(answer.scopes === null || answer.scopes.every(isText), "a scope is no text");
  claim(answer.accountHint === null || isText(answer.accountHint), "the account's hint is no text");
  const apiOrigin = answer.api !== null && "origin" in answer.api ? answer.api.origin : null;
  claim(
    apiOrigin === null ||
      (apiOrigin.startsWith("https:") && new URL(apiOrigin).origin === apiOrigin),
    "the API is at no https origin",
  );
  for (const end of [answer.expiresAtMs, answer.grantExpiresAtMs]) {
    if (end === null) continue;
    claim(Number.isFinite(end), "a token ends at no time");
    claim(/^\d{4}-/.test(toInstant(end)), "a token ends at a time that cannot be written");
  }
  const { accessToken, refreshToken, issuedAtMs, expiresAtMs, scopes, accountHint } = answer;
  const credential: OAuthCredential = {
    kind: "oauth",
    accessToken,
    refreshToken,
    issuedAtMs,
    expiresAtMs,
    accountHint,
    scopes: scopes ?? [],
    origins: ["https://a.test"],
    apiOrigin,
    redirectUri: expected.redirectUri,
  };
  const read = parseCredential(credentialText(credential));
  claim(
    stableJson(read) === stableJson(credential),
    "the credential is not read as it was written",
  );
}

/** Stored credentials, decrypted: what an older version or a stranger wrote. */
export const credentialTarget: Target = {
  name: "credential",
  share: 150,
  draw: (dice) => {
    const credential = dice.pick<Json>([
      { kind: "api-key", key: "sk_test_1", origins: ["https://a.test"] },
      {
        kind: "oauth",
        accessToken: "a",
        issuedAtMs: 1,
        expiresAtMs: 2,
        refreshToken: null,
        scopes: ["a"],
        origins: ["https://a.test"],
        accountHint: null,
        apiOrigin: "https://acme.a.test",
        redirectUri: "https://localhost:8765/",
      },
    ]);
    return dice.chance(0.2)
      ? mutatedText(dice, written(credential))
      : written(mutated(dice, credential));
  },
  check: (input) => {
    const credential = parseCredential(textOf(input));
    if (credential === null) return "refused";
    const text = credentialText(credential);
    // What JSON cannot say of a number is written as null.
    const again = text.includes(":null") ? credential : parseCredential(text);
    claim(stableJson(again) === stableJson(credential), "it is not read as it was written");
    return "taken";
  },
};

export const signInTargets: readonly Target[] = [
  callbackTarget,
  loopbackTarget,
  tokenTarget,
  credentialTarget,
];
