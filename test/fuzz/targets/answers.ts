import { must } from "../../../src/lib/assert.ts";
import { createStepClock } from "../../../src/lib/clock.ts";
import { isRecord } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import { createPacedFetch } from "../../../src/lib/pacing.ts";
import type {
  ClientsSession,
  LensDescription,
  Page,
  ProviderSession,
} from "../../../src/providers/provider.ts";
import { openAt, ownId, someFields, startMs, verbs } from "../corpus.ts";
import type { Corpus, Exchange, Verb } from "../corpus.ts";
import type { Dice } from "../dice.ts";
import { mutated } from "../mutants.ts";
import { checkAnswer, checkLookups, checkObservation, checkPage } from "../observations.ts";
import { claim, readOrRefused, textOf } from "../target.ts";
import type { Target, Verdict } from "../target.ts";
import { written } from "../wire.ts";

const statuses = [
  200, 201, 204, 301, 304, 400, 401, 402, 403, 404, 408, 409, 410, 412, 422, 429, 500, 503,
];

const headerValues = [
  "",
  "0",
  "3",
  "-1",
  "1e9",
  "9".repeat(400),
  "99999999999999999",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "Sat, 13 Sep 275760 00:00:00 GMT",
  "yesterday",
  "true",
];
const headerNames = [
  "retry-after",
  "date",
  "idempotent-replayed",
  "content-type",
  "stripe-should-retry",
];

/** No verb asks so often; one that does goes round in circles. */
const mostRequests = 300;

/** Whole answers, through the vendor's library, the transport and the limiter. */
export function answersTarget(corpus: Corpus, share: number): Target {
  return {
    name: `${corpus.provider.name}-answers`,
    share,
    draw: (dice) => {
      const verb = dice.pick(verbs);
      const answers = corpus.answers[verb].map((answer) => ({ ...answer }));
      const place = dice.below(Math.max(1, answers.length));
      const changed = answers.map((answer, index) =>
        index === place ? strange(dice, answer, corpus) : answer,
      );
      return { verb, answers: changed };
    },
    check: (input) => checkTalk(corpus, input),
  };
}

function strange(dice: Dice, answer: Exchange, corpus: Corpus): Exchange {
  if (dice.chance(0.15)) {
    const failure = dice.pick(corpus.failures);
    return { ...failure, ...(dice.chance(0.5) ? { body: mutated(dice, failure.body) } : {}) };
  }
  const status = dice.chance(0.1) ? dice.pick(statuses) : answer.status;
  const headers = dice.chance(0.1)
    ? { ...answer.headers, [dice.pick(headerNames)]: dice.pick(headerValues) }
    : answer.headers;
  return { status, headers, body: mutated(dice, answer.body) };
}

async function checkTalk(corpus: Corpus, input: Json): Promise<Verdict> {
  const { verb, answers } = talkOf(input);
  const clock = createStepClock(startMs);
  let asked = 0;
  const answering = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    claim(asked < mostRequests, `it asks more than ${mostRequests} times`);
    return responseOf(answer);
  };
  const fetch = createPacedFetch(answering, corpus.provider.limits, { clock });
  const session = openAt(corpus.provider, clock, fetch);
  const result = await readOrRefused(() => ask(session, verb, corpus), [secret]);
  // Whatever came: the next requests, in their own time, are not stopped for ever.
  return result === null ? "refused" : "taken";
}

const secret = "sk_test_fuzzedfuzzedfuzzed";

async function ask(session: ProviderSession, verb: Verb, corpus: Corpus): Promise<void> {
  const clients = must(session.clients, "the provider has clients");
  const { lens } = must(corpus.provider.clients, "the provider declares clients");
  const id = corpus.provider.name === "stripe" ? "cus_1" : "people/c1";
  switch (verb) {
    case "account": {
      const account = await session.account();
      claim(typeof account.id === "string" && account.id !== "", "an account without an id");
      claim(typeof account.name === "string", "an account without a name");
      return;
    }
    case "pull":
      return checkListing(clients, null, lens);
    case "changes":
      return checkListing(clients, corpus.cursors[0] ?? null, lens);
    case "get":
      return checkLookups(await clients.get([id, "people/c2", "people/c3"]), 3, lens);
    case "find":
      for (const seen of await clients.find({ ownId, emails: ["zoe@example.com"] }))
        checkObservation(seen, lens);
      return;
    case "create":
      return checkAnswer(await clients.create({ fields: someFields, ownId, key: "k" }), lens);
    case "update": {
      const changes = { name: "Zoë", city: null };
      const expected = { version: null, fields: {} };
      return checkAnswer(
        await clients.update({ externalId: id, changes, expected, key: "k" }),
        lens,
      );
    }
    case "remove":
      return checkAnswer(await clients.remove(id), lens);
  }
}

/** Every page, as long as there are more. */
async function checkListing(
  clients: ClientsSession,
  cursor: string | null,
  lens: LensDescription,
): Promise<void> {
  let page: string | null = null;
  do {
    const pulled: Page = await clients.pull({ cursor, page });
    checkPage(pulled, lens);
    page = pulled.next.kind === "more" ? pulled.next.page : null;
  } while (page !== null);
}

function talkOf(input: Json): { verb: Verb; answers: readonly Exchange[] } {
  const { verb, answers } = isRecord(input) ? input : {};
  const list = Array.isArray(answers) ? answers : [];
  return {
    verb: verbs.find((name) => name === verb) ?? "pull",
    answers: list.map((item: Json): Exchange => {
      const { status, headers, body } = isRecord(item) ? item : {};
      return {
        status: typeof status === "number" ? status : 200,
        headers: isRecord(headers) ? textsOf(headers) : {},
        body: body ?? null,
      };
    }),
  };
}

function textsOf(headers: Record<string, Json>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]));
}

function responseOf(answer: Exchange | undefined): Response {
  if (answer === undefined) return new Response("", { status: 502 });
  const known = statuses.includes(answer.status) || answer.status === 502 ? answer.status : 200;
  const body = known === 204 || known === 304 ? null : written(answer.body);
  return new Response(body, { status: known, headers: answer.headers });
}
