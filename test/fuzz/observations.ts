import { isDeepStrictEqual } from "node:util";
import { createIds } from "../../src/lib/ids.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import { isRecord } from "../../src/lib/json.ts";
import { maxFieldCharacters } from "../../src/model/client.ts";
import { sameValue } from "../../src/model/fields.ts";
import { identityText } from "../../src/model/identity.ts";
import { normalEmail, normalValue } from "../../src/model/normal.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { LensDescription, Lookup, Page, WriteAnswer } from "../../src/providers/provider.ts";
import { observe } from "../../src/reconcile/observe.ts";
import type { Circumstances, Party } from "../../src/reconcile/rules.ts";
import { Workspace } from "../../src/reconcile/workspace.ts";
import { startMs } from "./corpus.ts";
import { claim, isStorable, isText } from "./target.ts";

/** An instant that sorts as text. */
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** That it is what its type says, in the forms that the engine and the databases rely on. */
export function checkObservation(seen: Observation, lens: LensDescription): void {
  checkId(seen.externalId, "externalId");
  claim(seen.state === "present" || seen.state === "deleted", "the state is none");
  if (seen.mergedInto !== null) checkId(seen.mergedInto, "mergedInto");
  for (const key of ["version", "externalUrl", "ownId"] as const)
    claim(seen[key] === null || isText(seen[key]), `${key} is no text`);
  claim(instantForm.test(seen.requestedAt), "requestedAt is no instant");
  claim(seen.modifiedAt === null || instantForm.test(seen.modifiedAt), "modifiedAt is no instant");
  for (const [field, value] of Object.entries(seen.fields)) {
    claim(lens.holds(field), `${field} is not in the lens`);
    const texts = value === null ? [] : [value].flat();
    claim(Array.isArray(texts) && texts.every(isText), `${field} is no value`);
    claim(
      texts.every((text) => text !== "" && text.length <= 2 * maxFieldCharacters),
      `${field} is empty text, or longer than a field`,
    );
    claim(sameValue(normalValue(field, value), value), `${field} is not in its normal form`);
  }
  for (const email of seen.emails) {
    claim(isText(email) && email !== "", "an address is empty");
    claim(normalEmail(email) === email, "an address is not in its normal form");
    claim(isStorable(email), "an address cannot be stored as it is");
  }
  claim(seen.phones.every(isText), "a phone is no text");
  claim(isDeepStrictEqual(JSON.parse(JSON.stringify(seen)), seen), "it is no plain JSON");
}

export function checkPage(page: Page, lens: LensDescription): void {
  for (const seen of page.observations) checkObservation(seen, lens);
  for (const { externalId, reason, fingerprint } of page.bad) {
    if (externalId !== null) checkId(externalId, "the bad record's id");
    claim(isText(reason) && reason !== "", "a bad record has no reason");
    claim(/^[0-9a-f]{32}$/.test(fingerprint), "a bad record has no fingerprint");
  }
  const { next } = page;
  if (next.kind === "more") claim(isToken(next.page), "the next page's token cannot be stored");
  if (next.kind === "complete") claim(isToken(next.cursor), "the cursor cannot be stored");
  checkDecisions(page.observations, lens);
}

export function checkLookups(
  lookups: readonly Lookup[],
  asked: number,
  lens: LensDescription,
): void {
  claim(lookups.length === asked, "not every id has its answer");
  for (const lookup of lookups) {
    if (lookup.kind === "found") checkObservation(lookup.observation, lens);
    if (lookup.kind === "merged") checkId(lookup.into, "the id it was merged into");
  }
}

export function checkAnswer(answer: WriteAnswer, lens: LensDescription): void {
  if (answer.kind === "done" || answer.kind === "stale") checkObservation(answer.observation, lens);
  if (answer.kind === "gone" && answer.mergedInto !== null)
    checkId(answer.mergedInto, "mergedInto");
  if (answer.kind === "refused") claim(answer.message !== "", "a refusal without a reason");
}

/** That deciding about these records fails nowhere, and gives rows that a database takes. */
export function checkDecisions(seen: readonly Observation[], lens: LensDescription): void {
  const work = new Workspace({
    clients: [],
    identities: [],
    mappings: [],
    outbox: [],
    conflicts: [],
    parked: [],
  });
  const { here, party } = circumstancesOf(lens);
  for (const one of [...seen, ...seen.slice(0, 3)]) observe(work, here, party, one);
  const { clients, identities, mappings, parked } = work.changes();
  for (const client of clients.insert) {
    const texts = Object.values(client.fields).flatMap((value) => value ?? []);
    claim(texts.every(isStorable), "a client's field cannot be stored as it is");
  }
  const keys = identities.insert.map(identityText);
  claim(keys.every(isStorable), "an identity cannot be stored as it is");
  claim(new Set(keys).size === keys.length, "two clients have one identity");
  claim(
    identities.insert.every(({ value }) => value !== ""),
    "an identity is empty",
  );
  const records = mappings.insert.flatMap(({ externalId }) => externalId ?? []);
  claim(new Set(records).size === records.length, "a record has two mappings");
  claim(
    parked.put.every(({ externalId }) => isStorable(externalId)),
    "a parked id cannot be stored",
  );
}

function circumstancesOf(lens: LensDescription): { here: Circumstances; party: Party } {
  const clock = { now: () => startMs };
  const ids = createIds(clock, createSeededRandom(1));
  const party: Party = {
    connectionId: "c",
    name: "records",
    lens,
    rules: {
      strategy: () => "last-write-wins",
      direction: () => "both",
      clear: () => "propagate",
      precedes: () => false,
    },
    direction: "both",
    create: { here: true, there: true },
    deletes: "unlink",
    listed: true,
    previousPassAt: null,
  };
  const at = new Date(startMs).toISOString();
  return {
    party,
    here: { orgId: "o", match: ["email", "phone"], parties: [party], at, runId: "r", ids },
  };
}

function checkId(id: unknown, what: string): void {
  claim(isText(id) && id !== "" && id.length <= 256, `${what} is no id`);
  // eslint-disable-next-line no-control-regex
  claim(isStorable(id) && !/[\u0000-\u001f\u007f]/.test(id), `${what} cannot be stored as it is`);
}

function isToken(token: unknown): boolean {
  if (!isText(token) || !isStorable(token)) return false;
  const value: unknown = JSON.parse(token);
  return isRecord(value) && Object.values(value).every((item) => item !== undefined);
}
