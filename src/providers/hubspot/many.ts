import { instantOf } from "../../lib/clock.ts";
import { AuthError, InternalError, ProviderError } from "../../lib/errors.ts";
import { AnswerError, malformed, refusedRequest } from "../kit/answers.ts";
import { asExpected } from "../kit/fields.ts";
import { UnreadableRecord } from "../kit/records.ts";
import type {
  ClientsSession,
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
  WriteAnswer,
} from "../provider.ts";
import { sortBatch, type Sorted } from "./batch.ts";
import {
  answerWithout,
  done,
  parseWritten,
  type ClientsOptions,
  type SingleVerbs,
} from "./clients.ts";
import { emptyContact, type Contact, type ContactPatch } from "./contact.ts";
import { contactLens } from "./lens.ts";
import { readMany } from "./reading.ts";
import { readRefusal, type Refusal } from "./refusals.ts";
import { batchSize } from "./wire.ts";

type ManyVerbs = Required<Pick<ClientsSession, "createMany" | "updateMany">>;

/** One of a batch: what it asks for, what is there, and what is sent. */
interface Member<Request> {
  readonly request: Request;
  readonly before: Contact;
  readonly patch: ContactPatch;
}

/** How a batch is sent, and one of its members alone. */
interface Sending<Request> {
  together(members: readonly Member<Request>[]): Promise<readonly Sorted[]>;
  /** The answer that a refusal is; null where the member has to be asked for alone. */
  refused(refusal: Refusal): WriteAnswer | null;
  alone(request: Request): Promise<WriteAnswer>;
}

/** Several contacts in one request, with an answer for each. */
export function createMany(options: ClientsOptions, single: SingleVerbs): ManyVerbs {
  const { clock, wire, observe, filter } = options;

  /** With a trace id on each, HubSpot creates what is good and tells of the others one by one. */
  const creates: Sending<CreateRequest> = {
    together: async (members) => {
      const inputs = members.map(({ patch }, index) => ({
        properties: patch,
        objectWriteTraceId: String(index),
      }));
      return sortBatch(inputs, await wire.createMany(inputs));
    },
    refused: ({ taken, existingId, message }) => {
      if (!taken) return { kind: "refused", message };
      return existingId === null ? null : { kind: "exists", externalId: existingId };
    },
    alone: single.create,
  };

  const updates: Sending<UpdateRequest> = {
    together: async (members) => {
      const inputs = members.map(({ request, patch }, index) => ({
        id: request.externalId,
        properties: patch,
        objectWriteTraceId: String(index),
      }));
      return sortBatch(inputs, await wire.updateMany(inputs));
    },
    // What is missing since the read may have been merged.
    refused: ({ missing, message }) => (missing ? null : { kind: "refused", message }),
    alone: single.update,
  };

  /**
   * All in one request. A batch that is refused as a whole, nothing of it carried out, is halved until the one that
   * HubSpot does not take stands alone. Throws where the first request already fails.
   */
  const send = async <Request>(
    members: readonly Member<Request>[],
    sending: Sending<Request>,
  ): Promise<readonly ManyAnswer[]> => {
    const [first] = members;
    if (first === undefined) return [];
    if (members.length === 1) return [await sending.alone(first.request)];
    const requestedAt = instantOf(clock);
    const sorted = await unlessRefused(() => sending.together(members));
    if (sorted === null) {
      const middle = Math.ceil(members.length / 2);
      const halves = [members.slice(0, middle), members.slice(middle)];
      const answers: ManyAnswer[] = [];
      for (const half of halves)
        answers.push(
          ...(await send(half, sending).catch((error: unknown) => allFailed(half, error))),
        );
      return answers;
    }
    const answers: ManyAnswer[] = [];
    for (const [index, { request, before, patch }] of members.entries()) {
      const one = sorted[index] ?? { kind: "unknown" };
      answers.push(
        await answerOf(async () => {
          if (one.kind === "unknown")
            throw malformed("HubSpot's answer leaves out one of the batch", true);
          if (one.kind === "refused") {
            const told = one.error === null ? null : sending.refused(readRefusal(one.error));
            return told ?? sending.alone(request);
          }
          return done(observe(parseWritten(before, patch, one.result), requestedAt));
        }),
      );
    }
    return answers;
  };

  /** Reads all of them, compares, and answers at once for those that need no write or must not have one. */
  const decide = async (
    requests: readonly UpdateRequest[],
  ): Promise<readonly (WriteAnswer | Member<UpdateRequest>)[]> => {
    const readAt = instantOf(clock);
    const ids = requests.map((request) => request.externalId);
    const found = await readMany(wire, ids);
    return requests.map((request, index) => {
      const one = found[index] ?? { kind: "gone" };
      if (one.kind !== "contact") return answerWithout(one);
      const before = one.contact;
      if (!asExpected(request.expected.fields, contactLens.get(before)))
        return { kind: "stale", observation: observe(before, readAt) };
      const patch = contactLens.put(request.changes, before);
      if (Object.keys(patch).length === 0) return done(observe(before, readAt));
      return { request, before, patch };
    });
  };

  return {
    createMany: async (requests) => {
      checkSize(requests);
      const members = requests.map((request) => ({
        request,
        before: emptyContact,
        patch: { ...filter, ...contactLens.put(request.fields, null) },
      }));
      return inContract(() => send(members, creates));
    },
    updateMany: async (requests) => {
      checkSize(requests);
      return inContract(async () => {
        const decided = await decide(requests);
        const members = decided.filter((one) => "request" in one);
        const sending = send(members, updates);
        // Where something is known of some, the failure is that of the others alone.
        const answers = await (members.length === requests.length
          ? sending
          : sending.catch((error: unknown) => allFailed(members, error)));
        const bySlot = new Map(members.map((member, index) => [member, answers[index]]));
        return decided.map((one) => ("request" in one ? (bySlot.get(one) ?? unsaid) : one));
      });
    },
  };
}

const unsaid: ManyAnswer = {
  kind: "failed",
  error: malformed("HubSpot's answer leaves out one of the batch", true),
};

function checkSize(requests: readonly unknown[]): void {
  if (requests.length > batchSize)
    throw new InternalError(
      `${requests.length} requests are more than the ${batchSize} of a batch`,
    );
}

/** null where HubSpot turned the whole away. */
async function unlessRefused<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AnswerError) return null;
    throw error;
  }
}

async function answerOf(work: () => Promise<WriteAnswer>): Promise<ManyAnswer> {
  try {
    return await work();
  } catch (error) {
    return { kind: "failed", error: contractError(error) };
  }
}

function allFailed(members: readonly unknown[], error: unknown): readonly ManyAnswer[] {
  return members.map(() => ({ kind: "failed", error: contractError(error) }));
}

async function inContract<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw contractError(error);
  }
}

/** What only adapters know, in the contract's errors; a defect stays one. */
function contractError(error: unknown): ProviderError | AuthError {
  if (error instanceof ProviderError || error instanceof AuthError) return error;
  if (error instanceof AnswerError) return refusedRequest("HubSpot", error.answer);
  if (error instanceof UnreadableRecord)
    return malformed(`HubSpot's answer cannot be read: ${error.message}`, false);
  throw error;
}
