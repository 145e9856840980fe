import { AuthError, InternalError, ProviderError } from "../../lib/errors.ts";
import type { Filter } from "../../model/connection.ts";
import { AnswerError, refusedRequest, unavailable } from "../kit/answers.ts";
import type {
  ClientsSession,
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
  WriteAnswer,
} from "../provider.ts";
import { contactLens } from "./lens.ts";
import type { Reads, Seen } from "./reads.ts";
import { goneCodes, names, problemsOf, refusalText } from "./refusals.ts";
import { collectionSize, rowLocked, type SalesforceWire } from "./requests.ts";
import type { SaveResult } from "./wire.ts";
import { prepareUpdate, written } from "./updates.ts";

export type ManyVerbs = Required<Pick<ClientsSession, "createMany" | "updateMany">>;

interface Parts {
  readonly wire: SalesforceWire;
  readonly reads: Reads;
  /** The single create. */
  readonly create: (request: CreateRequest) => Promise<WriteAnswer>;
  readonly filter: Filter | null;
}

/** Several contacts in one request, with an answer for each. */
export function createMany(parts: Parts): ManyVerbs {
  return {
    createMany: (requests) => inOurWords(requests, () => createAll(requests, parts)),
    updateMany: (requests) => inOurWords(requests, () => updateAll(requests, parts)),
  };
}

/** Two requests for all of them: the writes, and what became of them. */
async function createAll(
  requests: readonly CreateRequest[],
  { wire, reads, create, filter }: Parts,
): Promise<readonly ManyAnswer[]> {
  const patches = requests.map(({ fields }) => ({ ...filter, ...contactLens.put(fields, null) }));
  const saves = await halving(patches, (some) => wire.createMany(some));
  const settled = await settle(saves, reads);
  const answers: ManyAnswer[] = [];
  let outage: ManyAnswer | null = null;
  for (const [at, request] of requests.entries()) {
    const save = saves[at];
    // A collection does not name the twins that a duplicate rule found; nothing was written, and a single create does.
    const isTwin = save?.kind === "refused" && names(save.problems, "DUPLICATES_DETECTED");
    const answer = isTwin
      ? (outage ?? (await failedOr(() => create(request))))
      : answerAt(settled, at);
    if (isTwin && answer.kind === "failed") outage = notAsked;
    answers.push(answer);
  }
  return answers;
}

/** After one that failed the others are not sent again, one by one, into an outage. */
const notAsked: ManyAnswer = {
  kind: "failed",
  error: unavailable("Salesforce could not be asked for a contact that it may have already", false),
};

/** Three requests for all of them: what is there, the writes, and what became of them. */
async function updateAll(
  requests: readonly UpdateRequest[],
  { wire, reads }: Parts,
): Promise<readonly ManyAnswer[]> {
  const seen = await reads.see(requests.map(({ externalId }) => externalId));
  const ready = requests.map((request, at) => prepareUpdate(request, seen[at] ?? gone));
  const patches = ready.flatMap((one) =>
    "patch" in one ? [[one.contact.Id, one.patch] as const] : [],
  );
  const saves = await halving(patches, (some) => wire.updateMany(some));
  const settled = await settle(saves, reads);
  const ids = patches.map(([id]) => id);
  const isGone = saves.map((save) => save.kind === "refused" && names(save.problems, ...goneCodes));
  const later = await goneAfter(
    ids.filter((_, at) => isGone[at]),
    reads,
  );
  let next = 0;
  return ready.map((one): ManyAnswer => {
    if ("answer" in one) return one.answer;
    const at = next;
    next += 1;
    return later.get(one.contact.Id) ?? answerAt(settled, at);
  });
}

const gone = { kind: "gone", mergedInto: null } as const;

/** What one record came to: saved, refused, or not known because its half of the request failed. */
type Save = SaveResult | { readonly kind: "failed"; readonly error: ProviderError | AuthError };

/** One that cannot even be read makes Salesforce turn all of them away: halves are sent until it stands alone. */
async function halving<Item>(
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<readonly SaveResult[]>,
): Promise<readonly Save[]> {
  if (items.length === 0) return [];
  try {
    return await send(items);
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === null) throw error;
    if (items.length === 1) return [{ kind: "refused", problems }];
  }
  const middle = Math.ceil(items.length / 2);
  const saves: Save[] = [];
  for (const half of [items.slice(0, middle), items.slice(middle)]) {
    try {
      saves.push(...(await halving(half, send)));
    } catch (error) {
      const failed = failure(error);
      saves.push(...half.map(() => failed));
    }
  }
  return saves;
}

async function settle(saves: readonly Save[], reads: Reads): Promise<readonly ManyAnswer[]> {
  const ids = saves.flatMap((save) => (save.kind === "saved" ? [save.id] : []));
  const after = await readAfter(ids, reads);
  return saves.map((save): ManyAnswer => {
    if (save.kind === "failed") return save;
    if (save.kind === "saved") return after.get(save.id) ?? written(undefined);
    const { problems } = save;
    if (names(problems, "UNABLE_TO_LOCK_ROW")) return { kind: "failed", error: rowLocked() };
    return { kind: "refused", message: refusalText(problems) };
  });
}

async function readAfter(
  ids: readonly string[],
  reads: Reads,
): Promise<ReadonlyMap<string, ManyAnswer>> {
  if (ids.length === 0) return new Map();
  try {
    const seen = await reads.readBack(ids);
    return new Map(ids.map((id, at) => [id, writtenOrFailed(seen[at])]));
  } catch (error) {
    const failed = failure(error);
    return new Map(ids.map((id) => [id, failed]));
  }
}

function writtenOrFailed(seen: Seen | undefined): ManyAnswer {
  try {
    return written(seen);
  } catch (error) {
    return failure(error);
  }
}

/** Where those went that were there a moment ago. */
async function goneAfter(
  ids: readonly string[],
  reads: Reads,
): Promise<ReadonlyMap<string, ManyAnswer>> {
  if (ids.length === 0) return new Map();
  const seen = await failedOr(() => reads.see(ids));
  if ("kind" in seen) return new Map(ids.map((id) => [id, seen]));
  return new Map(
    ids.flatMap((id, at) => {
      const one = seen[at];
      return one?.kind === "gone" ? [[id, one] as const] : [];
    }),
  );
}

async function failedOr<Result>(
  work: () => Promise<Result>,
): Promise<Result | Extract<ManyAnswer, { kind: "failed" }>> {
  try {
    return await work();
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Extract<ManyAnswer, { kind: "failed" }> {
  const told = contractError(error);
  // Anything else is a defect, and no answer.
  if (told === null) throw error;
  return { kind: "failed", error: told };
}

async function inOurWords<Result>(
  requests: readonly unknown[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (requests.length > collectionSize)
    throw new InternalError(`more than ${collectionSize} writes are in one batch`);
  try {
    return await work();
  } catch (error) {
    throw contractError(error) ?? error;
  }
}

/** What only this adapter knows turned into what the contract does. */
function contractError(error: unknown): ProviderError | AuthError | null {
  if (error instanceof ProviderError || error instanceof AuthError) return error;
  return error instanceof AnswerError ? refusedRequest("Salesforce", error.answer) : null;
}

function answerAt(answers: readonly ManyAnswer[], at: number): ManyAnswer {
  return answers[at] ?? writtenOrFailed(undefined);
}
