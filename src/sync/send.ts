import { toInstant } from "../lib/clock.ts";
import type { Instant } from "../lib/clock.ts";
import { AstralisError, AuthError, InternalError, ProviderError } from "../lib/errors.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Frozen, OutboxEntry } from "../model/outbox.ts";
import type { Observation } from "../model/observation.ts";
import type {
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
  WriteAnswer,
} from "../providers/provider.ts";
import { settle } from "../reconcile/answer.ts";
import type { Outcome } from "../reconcile/answer.ts";
import { adopt, observe } from "../reconcile/observe.ts";
import type { Circumstances, Party } from "../reconcile/rules.ts";
import type { Workspace } from "../reconcile/workspace.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { lookUp } from "./look-up.ts";
import { waitAfter } from "./patience.ts";

/** Writes in a row that got no clear answer: the provider is down, and outages spend no retries (law 11). */
const failuresBeforeStop = 3;

/** A write that is frozen and committed, and may be sent. */
export interface Claimed {
  readonly entry: OutboxEntry;
  readonly mapping: Mapping;
  readonly frozen: Frozen;
}

/** How a connection's writes go in this run. */
export interface Trouble {
  failures: number;
  /** How long the provider asked to be left alone, in seconds. */
  waitSeconds: number;
  /** Set when it is of no use to go on. */
  error: AstralisError | null;
  /** Records are there that no mapping knows: each create is looked for before it is sent. */
  looksFirst: boolean;
}

export function noTrouble(): Trouble {
  return { failures: 0, waitSeconds: 0, error: null, looksFirst: false };
}

/** Sends a write, and tells what became of it as far as that is known; never throws for what a provider did. */
export async function send(line: Line, claimed: Claimed, trouble: Trouble): Promise<Outcome> {
  try {
    const there = trouble.looksFirst ? await alreadyThere(line, claimed) : null;
    const answer = there ?? (await write(line, claimed));
    trouble.failures = 0;
    return await outcomeOf(line, answer);
  } catch (error) {
    return failed(line, error, trouble);
  }
}

/** The same for several that are of one kind, in one request where the provider takes them so; in their order. */
export async function sendSome(
  line: Line,
  claimed: readonly Claimed[],
  trouble: Trouble,
): Promise<readonly Outcome[]> {
  const [only, ...others] = claimed;
  if (only === undefined) return [];
  if (others.length === 0) return [await send(line, only, trouble)];
  let answers: readonly ManyAnswer[];
  try {
    answers = await writeMany(line, claimed);
  } catch (error) {
    const outcome = failed(line, error, trouble);
    return claimed.map(() => outcome);
  }
  const outcomes: Outcome[] = [];
  for (const answer of answers) {
    if (answer.kind !== "failed") trouble.failures = 0;
    outcomes.push(
      answer.kind === "failed"
        ? failed(line, answer.error, trouble)
        : await outcomeOf(line, answer).catch((error: unknown) => failed(line, error, trouble)),
    );
  }
  return outcomes;
}

export interface Settled {
  readonly entry: OutboxEntry;
  readonly outcome: Outcome;
}

export function settleEntry(line: Line, entry: OutboxEntry, outcome: Outcome): Promise<void> {
  return settleSome(line, [{ entry, outcome }]);
}

/** Takes the outcomes of writes in; whoever cleared an entry up meanwhile leaves only the observation to be made. */
export async function settleSome(line: Line, settled: readonly Settled[]): Promise<void> {
  const subject = {
    clientIds: settled.map(({ entry }) => entry.clientId),
    mappingIds: settled.map(({ entry }) => entry.mappingId),
    observations: settled.flatMap(({ outcome }) => seenIn(outcome) ?? []),
    externalIds: settled.flatMap(({ outcome }) =>
      outcome.kind === "gone" && outcome.mergedInto ? [outcome.mergedInto] : [],
    ),
  };
  await decideFor(line, subject, (work, here, party) => {
    for (const one of settled) settleOne(line, work, here, party, one);
  });
}

function settleOne(
  line: Line,
  work: Workspace,
  here: Circumstances,
  party: Party,
  { entry, outcome }: Settled,
): void {
  const current = work.entry(entry.id);
  const mapping = work.mapping(entry.mappingId);
  const frozen = current?.frozen ?? entry.frozen;
  if (outcome.kind === "stale" && mapping?.state === "creating") {
    const { externalId } = outcome.observation;
    const other = work.mappingByExternalId(line.row.id, externalId);
    const aside = work.parkedAt(line.row.id, externalId);
    if (current && other === undefined && aside?.reason === "ambiguous") {
      const told = `record ${externalId} has the address already: ${aside.message}`;
      return settle(
        work,
        here,
        party,
        { ...current, frozen },
        { kind: "ambiguous", message: told },
      );
    }
    // What is found for an unborn record is adopted, not believed to be the answer.
    if (other === undefined) return adopt(work, here, party, mapping, outcome.observation);
    const message = `record ${externalId} has the identity already, and is of client ${other.clientId}`;
    if (current) settle(work, here, party, { ...current, frozen }, { kind: "refused", message });
    return;
  }
  if (current) return settle(work, here, party, { ...current, frozen }, outcome);
  const seen = seenIn(outcome);
  if (seen) observe(work, here, party, seen);
}

function seenIn(outcome: Outcome): Observation | null {
  return "observation" in outcome ? outcome.observation : null;
}

/** Until then, a record that is not found may still be on its way (law 5). */
export function unknownUntil(line: Line, sentMs: number): Instant {
  const lagSeconds = line.config.searchLagSeconds ?? line.capabilities.searchLagSeconds;
  const waitSeconds = line.config.requestTimeoutSeconds + lagSeconds;
  return toInstant(sentMs + 1000 * waitSeconds);
}

/** A record that was set aside and has the client's address is taken, not made a second time (law 5). */
async function alreadyThere(
  { session }: Line,
  { entry, mapping, frozen }: Claimed,
): Promise<WriteAnswer | null> {
  const { email } = frozen.fields;
  if (entry.action !== "create" || typeof email !== "string") return null;
  const [found] = await session.find({ ownId: mapping.id, emails: [email] });
  return found === undefined ? null : { kind: "exists", externalId: found.externalId };
}

function write({ session }: Line, claimed: Claimed): Promise<WriteAnswer> {
  const { action } = claimed.entry;
  if (action === "create") return session.create(createOf(claimed));
  if (action === "delete") return session.remove(claimed.frozen.externalId ?? "");
  return session.update(updateOf(claimed));
}

function writeMany({ session }: Line, claimed: readonly Claimed[]): Promise<readonly ManyAnswer[]> {
  const action = claimed[0]?.entry.action;
  if (action === "create" && session.createMany) return session.createMany(claimed.map(createOf));
  if (action === "update" && session.updateMany) return session.updateMany(claimed.map(updateOf));
  throw new InternalError(`several writes of the kind ${action} cannot be sent at once`);
}

function createOf({ mapping, frozen }: Claimed): CreateRequest {
  return { fields: frozen.fields, ownId: mapping.id, key: frozen.key };
}

function updateOf({ mapping, frozen }: Claimed): UpdateRequest {
  return {
    externalId: frozen.externalId ?? "",
    changes: frozen.fields,
    // The record as the decision saw it (law 6).
    expected: { version: mapping.remoteVersion, fields: mapping.seen?.fields ?? {} },
    key: frozen.key,
  };
}

async function outcomeOf(line: Line, answer: WriteAnswer): Promise<Outcome> {
  if (answer.kind !== "exists") return answer;
  const [found] = await lookUp(line, [answer.externalId]);
  if (found?.kind !== "found") {
    return { kind: "refused", message: "another record has the identity, and it cannot be read" };
  }
  return { kind: "stale", observation: found.observation };
}

/** An error is told apart by what it says of the write: never carried out, or perhaps. */
function failed(line: Line, error: unknown, trouble: Trouble): Outcome {
  if (!(error instanceof AstralisError)) throw error;
  const maybeDone = error instanceof ProviderError && error.executed === "unknown";
  if (!maybeDone && error.code === "provider-refused") {
    trouble.failures = 0;
    return { kind: "refused", message: error.message };
  }
  trouble.failures += 1;
  const waitSeconds = waitAfter(error, trouble.failures, line.deps.random.fraction());
  const askedSeconds = typeof error.retry === "object" ? error.retry.afterSeconds : 0;
  const stops =
    error instanceof AuthError || waitSeconds === null || trouble.failures >= failuresBeforeStop;
  if (stops) trouble.error = error;
  else if (error.code === "rate-limited") trouble.waitSeconds = waitSeconds;
  if (maybeDone) {
    return {
      kind: "unknown",
      at: unknownUntil(line, line.deps.clock.now()),
      reason: error.message,
    };
  }
  const at = toInstant(line.deps.clock.now() + 1000 * (waitSeconds ?? askedSeconds));
  return { kind: "later", at, reason: error.message };
}
