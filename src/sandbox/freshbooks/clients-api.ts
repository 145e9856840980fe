import type { SandboxAnswer, SandboxRequest } from "../kit/vendor.ts";
import { showClient, type Client } from "./client.ts";
import { readClientInput } from "./client-input.ts";
import { clientNotFound, invalidValue } from "./errors.ts";
import { readListInput } from "./list-input.ts";
import type { FreshbooksSettings } from "./settings.ts";
import type { Store } from "./store.ts";

/** A request that has been let in, on the business that it names. */
export interface ClientsCall {
  readonly request: SandboxRequest;
  readonly accountId: string;
  readonly store: Store;
  readonly settings: FreshbooksSettings;
  /** The id in the path; empty where there is none. */
  readonly id: string;
}

export interface Operation {
  readonly method: "GET" | "POST" | "PUT";
  readonly scope: string;
  run(call: ClientsCall): SandboxAnswer;
}

export const onAll: readonly Operation[] = [
  {
    method: "GET",
    scope: "user:clients:read",
    run: ({ request, accountId, store }) => {
      const { page, perPage, accept } = readListInput(request.query);
      const accepted = store.all().filter(accept);
      const shown = accepted.slice((page - 1) * perPage, page * perPage);
      return result({
        clients: shown.map((client) => showClient(client, accountId)),
        page,
        pages: Math.ceil(accepted.length / perPage),
        per_page: perPage,
        total: accepted.length,
      });
    },
  },
  {
    method: "POST",
    scope: "user:clients:write",
    run: (call) => {
      refuseQuery(call.request);
      const input = readClientInput(call.request.body, call.settings.longest_text);
      if (input.visState !== null)
        throw invalidValue("vis_state", "The sandbox does not simulate it in a create.");
      return one(call, call.store.create(input), true);
    },
  },
];

export const onOne: readonly Operation[] = [
  {
    method: "GET",
    scope: "user:clients:read",
    run: (call) => {
      refuseQuery(call.request);
      return one(call, find(call), false);
    },
  },
  {
    method: "PUT",
    scope: "user:clients:write",
    run: (call) => {
      refuseQuery(call.request);
      const before = find(call);
      const input = readClientInput(call.request.body, call.settings.longest_text);
      const after = call.store.update(before, input);
      return one(call, after, after !== before);
    },
  },
];

/** One that is deleted is still read and written by its id. */
function find({ id, store }: ClientsCall): Client {
  const client = /^\d{1,15}$/.test(id) ? store.get(Number(id)) : undefined;
  if (client === undefined) throw clientNotFound(id);
  return client;
}

function refuseQuery({ query }: SandboxRequest): void {
  const [name] = [...query.keys()];
  if (name !== undefined) throw invalidValue(name, `The sandbox does not simulate ${name}.`);
}

function one({ accountId }: ClientsCall, client: Client, wrote: boolean): SandboxAnswer {
  return { ...result({ client: showClient(client, accountId) }), wrote };
}

function result(content: Readonly<Record<string, unknown>>): SandboxAnswer {
  return { status: 200, body: { response: { result: content } } };
}
