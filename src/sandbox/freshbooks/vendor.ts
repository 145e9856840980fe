import { isObject } from "../kit/input.ts";
import type { CreateVendor, Vendor } from "../kit/vendor.ts";
import { createApi } from "./api.ts";
import { showClient } from "./client.ts";
import { createGrants, type Grant } from "./grants.ts";
import { businessesOf, createIdentity } from "./identity.ts";
import { createOAuth, registeredScopes } from "./oauth.ts";
import { changeSettings, defaultSettings } from "./settings.ts";
import { createStore } from "./store.ts";

/** FreshBooks: the sign-in, who signed in, and the clients of that person's businesses. */
export const createFreshbooks: CreateVendor = (world) => {
  const identity = createIdentity(world);
  const grants = createGrants(world);
  let settings = defaultSettings;
  const oauth = createOAuth({ world, grants, settings: () => settings });
  const accountId = identity.first.accountId ?? "";
  const stores = new Map([
    [accountId, createStore(world)],
    [identity.other.accountId ?? "", createStore(world)],
  ]);
  const api = createApi({
    world,
    identity,
    settings: () => settings,
    access: (token) => (token === ownerToken ? owner : grants.access(token)),
    storeOf: (id) => stores.get(id) ?? null,
  });

  return {
    name: "freshbooks",
    describe: (origin) => ({
      provider: "freshbooks",
      api: origin,
      endpoints: {
        api: origin,
        authorize: `${origin}/oauth/authorize`,
        token: `${origin}/auth/oauth/token`,
        revoke: `${origin}/auth/oauth/revoke`,
      },
      credentials: {
        client_id: oauth.clientId,
        client_secret: oauth.clientSecret,
        account: accountId,
        other_account: identity.other.accountId ?? "",
        access_token: ownerToken,
      },
    }),
    handle: (request) => oauth.handle(request) ?? api.handle(request),
    errorAnswer: (status, options) => api.errorAnswer(status, options),
    reset: (options) => {
      for (const [id, store] of stores)
        store.reset(id === accountId ? options : { ...options, clients: 0 });
    },
    state: () => ({
      clients: [...stores].flatMap(([id, store]) =>
        store.all().map((client) => showClient(client, id)),
      ),
      businesses: businessesOf(identity, settings),
      grants: grants.list(),
    }),
    act: (name, input) => stores.get(accountId)?.money.act(name, input),
    endTokens: (how) => grants.end(how),
    // Nothing that an updated-since filter needs can lapse.
    expireCursors: () => {},
    emptyPage: (answer) => {
      const shown = isObject(answer.body) ? answer.body["response"] : null;
      const result = isObject(shown) ? shown["result"] : null;
      if (!isObject(result) || !Array.isArray(result["clients"])) return null;
      const empty = { ...result, clients: [], pages: 0, total: 0 };
      return { ...answer, body: { response: { result: empty } } };
    },
    settings: () => ({ ...settings }),
    changeSettings: (changes) => {
      settings = changeSettings(settings, changes);
    },
  } satisfies Vendor;
};

/** Never ends, so that a person or a test can play the other user of the clients. */
const ownerToken = "sandbox-owner";

const owner: Grant = { id: 0, scopes: registeredScopes };
