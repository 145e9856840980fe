import type { ClientsSession, ProviderSession } from "../provider.ts";
import { AnswerError, malformed, refusedRequest } from "./answers.ts";
import { UnreadableRecord } from "./records.ts";

/** The session with what only adapters know turned into the contract's errors: nothing else leaves it. */
export function guarded(
  title: string,
  session: ProviderSession & { readonly clients: ClientsSession },
): ProviderSession {
  const { clients } = session;
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
      update: (request) => guard(() => clients.update(request)),
      remove: (externalId) => guard(() => clients.remove(externalId)),
    },
  };
}
