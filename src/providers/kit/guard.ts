import type { ClientsSession, ProviderSession, WriteAnswer } from "../provider.ts";
import { AnswerError, malformed, refusedRequest } from "./answers.ts";
import { UnreadableRecord } from "./records.ts";

/** The session with what only adapters know turned into the contract's errors: nothing else leaves it. */
export function guarded(
  title: string,
  session: ProviderSession & { readonly clients: ClientsSession },
): ProviderSession {
  const { clients, activities } = session;
  const { createMany, updateMany } = clients;
  const guard = async <Result>(verb: () => Promise<Result>): Promise<Result> => {
    try {
      return await verb();
    } catch (error) {
      if (error instanceof AnswerError) throw refusedRequest(title, error.answer);
      if (error instanceof UnreadableRecord)
        throw malformed(`${title}'s answer cannot be read: ${error.message}`, false);
      throw error;
    }
  };
  return {
    account: () => guard(() => session.account()),
    clients: {
      pull: (request) => guard(() => clients.pull(request)),
      get: (externalIds) => guard(() => clients.get(externalIds)),
      find: (request) => guard(() => clients.find(request)),
      create: (request) => guard(() => clients.create(request)),
      update: (request) => guard(() => refusedUnread(() => clients.update(request))),
      remove: (externalId) => guard(() => clients.remove(externalId)),
      ...(createMany && { createMany: (requests) => guard(() => createMany(requests)) }),
      ...(updateMany && { updateMany: (requests) => guard(() => updateMany(requests)) }),
    },
    ...(activities && {
      activities: { pull: (request) => guard(() => activities.pull(request)) },
    }),
  };
}

/** An update reads before it writes: a record that it cannot read is not written to, and would not be the next time. */
async function refusedUnread(update: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await update();
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    return { kind: "refused", message: `the record there cannot be read: ${error.message}` };
  }
}
