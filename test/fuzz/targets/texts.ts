import { createStepClock, toInstant } from "../../../src/lib/clock.ts";
import { clockOffsetMs, retryAfterSeconds } from "../../../src/lib/http.ts";
import { isRecord, stableJson } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import { createPacedFetch } from "../../../src/lib/pacing.ts";
import { redact } from "../../../src/lib/redact.ts";
import { clientFields } from "../../../src/model/client.ts";
import type { FieldValue } from "../../../src/model/fields.ts";
import { phoneIdentity } from "../../../src/model/identity.ts";
import { isEmail, normalEmail, normalValue } from "../../../src/model/normal.ts";
import { personLens } from "../../../src/providers/gmail/lens.ts";
import { googleFailures } from "../../../src/providers/google/answers.ts";
import { failureOf } from "../../../src/providers/kit/answers.ts";
import { countryCode } from "../../../src/providers/kit/countries.ts";
import { cutText } from "../../../src/providers/kit/fields.ts";
import { customerLens } from "../../../src/providers/stripe/lens.ts";
import { startMs } from "../corpus.ts";
import type { Dice } from "../dice.ts";
import { mutatedText, strangeText } from "../mutants.ts";
import { claim, isStorable, isText, readOrRefused, textOf } from "../target.ts";
import type { Target } from "../target.ts";

const samples = [
  "Dr. Zoë Ångström",
  "ada@example.com",
  "+46 (0)8-123 456",
  "Drottninggatan 1\n2 tr",
  "Deutschland",
  "SE",
  "ｆｕｌｌ ｗｉｄｔｈ",
  "👩‍👩‍👧‍👦 family",
  "e\u0301\u0323 combined",
  "a\u0000b\u0007c",
];

function drawText(dice: Dice): string {
  let text = dice.chance(0.7) ? dice.pick(samples) : strangeText(dice);
  for (let count = dice.below(4); count > 0; count -= 1)
    text = mutatedText(dice, text, [strangeText(dice), dice.pick(samples)]);
  return dice.chance(0.01) ? text.repeat(1 + dice.below(400)) : text;
}

/** The normal forms that every value from outside takes, and those of the providers. */
export const normalTarget: Target = {
  name: "normal-forms",
  share: 150,
  draw: (dice) => ({
    field: dice.pick([...clientFields, "custom.vat"]),
    text: drawText(dice),
    other: drawText(dice),
  }),
  check: (input) => {
    const { field, text, other } = isRecord(input) ? input : {};
    const [name, one, two] = [textOf(field), textOf(text), textOf(other)];
    for (const given of [one, [one, two]] as readonly FieldValue[]) {
      const normal = normalValue(name, given);
      claim(
        stableJson(normalValue(name, normal)) === stableJson(normal),
        "a normal form has another one",
      );
      claim([normal ?? []].flat().every(isStorable), "a normal form cannot be stored as it is");
    }
    const email = normalEmail(one);
    claim(normalEmail(email) === email, "an address's normal form has another one");
    claim(isStorable(email), "an address cannot be stored as it is");
    const phone = phoneIdentity(one);
    if (phone !== null)
      claim(
        phoneIdentity(phone.value)?.value === phone.value,
        "a phone's identity has another one",
      );
    const country = countryCode(one);
    if (country !== null)
      claim(countryCode(country) === country, "a country's code has another one");
    claim(cutText(one, 7).length <= 7, "it is cut too late");
    checkLenses(name, one, two);
    return isEmail(one) || country !== null ? "taken" : "refused";
  },
};

function checkLenses(field: string, text: string, other: string): void {
  for (const lens of [customerLens, personLens]) {
    const local = normalValue(field, text);
    const normal = lens.normal({ [field]: local });
    claim(
      stableJson(lens.normal(normal)) === stableJson(normal),
      `the normal form of ${lens.version} has another one`,
    );
    const remote = normalValue(field, other);
    const lifted = lens.lift(field, remote, local, normal[field]);
    claim(
      lifted === null || [lifted].flat().every(isText),
      `${lens.version} lifts to what is no value`,
    );
  }
}

/** Log lines and messages with who knows what in them. */
export const redactTarget: Target = {
  name: "redact",
  share: 120,
  draw: (dice) => {
    const parts = Array.from({ length: 1 + dice.below(6) }, () => drawSecretive(dice));
    const text = parts.join(dice.pick([" ", "&", "\n", ""]));
    return dice.chance(0.02) ? text.repeat(1 + dice.below(200)) : text;
  },
  check: (input) => {
    const text = textOf(input);
    const safe = redact(text);
    claim(!/\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8}/.test(safe), "a key is still there");
    claim(!/\bya29\.[A-Za-z0-9]/.test(safe), "a token is still there");
    return safe === text ? "refused" : "taken";
  },
};

function drawSecretive(dice: Dice): string {
  const form = dice.pick([
    "sk_live_abcdefgh12345678",
    "ya29.abc-DEF_123",
    "Bearer abcdefgh",
    "postgres://ada:pa:ss@word@db/x",
    "access_token=abc&refresh_token='def'",
    '{"client_secret":"x y"}',
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "?code=4/0Abcdefghijkl&state=x",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.x",
    "token".repeat(5),
    "://:@".repeat(8),
  ]);
  return dice.chance(0.5) ? form : mutatedText(dice, form);
}

const waits = [
  "3",
  "120",
  "0.5",
  "Wed, 04 Nov 2026 07:28:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "1e9",
  "9".repeat(30),
];

/** Headers that say when: every wait ends, and what is read can be written as an instant. */
export const waitTarget: Target = {
  name: "waits",
  share: 80,
  draw: (dice) => {
    const header = () => {
      const text = dice.pick(waits);
      return dice.chance(0.6)
        ? mutatedText(dice, text, ["0", "9", "-", "e", ".", " ", "GMT", "+", "275760"])
        : text;
    };
    const message = `Retry after ${mutatedText(dice, "2026-11-02T10:00:00.386Z", ["9", "-", "+275760", "Z"])}`;
    return { wait: header(), date: dice.chance(0.5) ? header() : "", message };
  },
  check: async (input) => {
    const { wait, date, message } = isRecord(input) ? input : {};
    const headers = headersOf({ "retry-after": wait ?? null, date: date ?? null });
    if (headers === null) return "refused";
    const clock = createStepClock(startMs);
    const seconds = retryAfterSeconds(headers, clock);
    claim(seconds === null || isBounded(seconds), `the wait is ${String(seconds)} s`);
    const offset = clockOffsetMs(new Response("", { headers }), clock);
    claim(offset === null || Number.isFinite(offset), "the clocks' difference is no number");
    const answer = {
      status: 429,
      headers,
      body: { error: { message: message ?? null } },
      write: true,
    };
    const failure = failureOf(answer, googleFailures("Google", clock));
    await readOrRefused(() => {
      throw failure;
    });
    const paced = createPacedFetch(
      async () => new Response("", { status: 429, headers }),
      { requestsPerSecond: 10, concurrency: 2, serialWrites: false },
      { clock },
    );
    for (let count = 0; count < 2; count += 1) await readOrRefused(() => paced("https://a.test"));
    claim(clock.now() - startMs < 60_000, "a long wait is sat out");
    return seconds === null ? "refused" : "taken";
  },
};

function isBounded(seconds: number): boolean {
  return seconds >= 0 && /^\d{4}-/.test(toInstant(startMs + seconds * 1000));
}

function headersOf(values: Readonly<Record<string, Json>>): Headers | null {
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(values))
      if (isText(value) && value !== "") headers.set(name, value);
    return headers;
  } catch (error) {
    // HTTP itself does not carry these.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

export const textTargets: readonly Target[] = [normalTarget, redactTarget, waitTarget];
