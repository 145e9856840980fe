import { BadInput, isObject } from "../kit/input.ts";
import type { Vendor, World } from "../kit/vendor.ts";
import { createCompany } from "./company.ts";
import { createDispatch } from "./dispatch.ts";
import { createGrants } from "./grants.ts";
import { authorizePath, createOAuth, oauthError, revokePath, tokenPath } from "./oauth.ts";
import { createMoneyStore, moneyEntities, showTransaction } from "./money-store.ts";
import { createOperations } from "./operations.ts";
import { createRequestIds } from "./request-ids.ts";
import { changeSettings, defaultSettings } from "./settings.ts";
import { createStore, type Store } from "./store.ts";

/** QuickBooks Online's API of minor version 75, as far as the customers of one company go. */
export function createQuickBooks(world: World): Vendor {
  let settings = defaultSettings;
  let captureFloorMs = 0;
  const company = createCompany(world);
  const grants = createGrants(world);
  const parts = { world, company, grants, settings: () => settings };
  const oauth = createOAuth(parts);
  const store = createStore(world, parts.settings);
  const money = createMoneyStore(world, store);
  const requestIds = createRequestIds(world, () => settings.request_id_seconds);
  const operations = createOperations({
    ...parts,
    store,
    money,
    captureFloorMs: () => captureFloorMs,
  });
  const dispatch = createDispatch({ ...parts, requestIds, operations });
  return {
    name: "quickbooks",
    describe: (origin) => ({
      provider: "quickbooks",
      environment: "sandbox",
      api: origin,
      endpoints: {
        api: origin,
        authorize: `${origin}${authorizePath}`,
        token: `${origin}${tokenPath}`,
        revoke: `${origin}${revokePath}`,
      },
      credentials: {
        client_id: oauth.clientId,
        client_secret: oauth.clientSecret,
        realm_id: company.realmId,
        access_token: grants.ownerToken,
      },
    }),
    handle: (request) => oauth.handle(request) ?? dispatch.handle(request),
    errorAnswer: (status, options) =>
      options.path.startsWith("/v3/")
        ? dispatch.errorAnswer(status, options)
        : oauthError(status, "server_error", undefined, options.retryAfterSeconds),
    reset: (options) => {
      captureFloorMs = 0;
      requestIds.clear();
      store.reset(options);
      money.clear();
      money.seed(store.all());
    },
    state: () => ({
      customers: store.all().map((customer) => store.show(customer)),
      transactions: moneyEntities.flatMap((entity) => money.all(entity).map(showTransaction)),
    }),
    act: (name, input) => money.act(name, input),
    endTokens: (how) => grants.end(how),
    expireCursors: () => {
      captureFloorMs = world.now();
    },
    emptyPage: (answer) =>
      isObject(answer.body) && "QueryResponse" in answer.body
        ? { ...answer, body: { ...answer.body, QueryResponse: {} } }
        : null,
    settings: () => ({ ...settings }),
    changeSettings: ({ merge_customers, pay_customer, add_vendor, ...changes }) => {
      settings = changeSettings(settings, changes);
      act(store, { merge_customers, pay_customer, add_vendor });
    },
  };
}

/** What only people in QuickBooks itself can do, as settings that act once. */
function act(store: Store, asked: Readonly<Record<string, unknown>>): void {
  const { merge_customers: pair, pay_customer: id, add_vendor: name } = asked;
  if (pair !== undefined) {
    const [loser, winner]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof loser !== "string" || typeof winner !== "string" || !store.merge(loser, winner))
      throw new BadInput(
        "merge_customers takes the ids of two customers, the one that goes first.",
      );
  }
  if (id !== undefined && (typeof id !== "string" || !store.pay(id, 100)))
    throw new BadInput("pay_customer takes the id of a customer.");
  if (name === undefined) return;
  if (typeof name !== "string" || name === "") throw new BadInput("add_vendor takes a name.");
  store.addOther(name);
}
