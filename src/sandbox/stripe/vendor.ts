import type { Vendor, World } from "../kit/vendor.ts";
import { createAccount } from "./accounts.ts";
import { showCustomer } from "./customer.ts";
import { createDispatch } from "./dispatch.ts";
import { showEvent } from "./events.ts";
import { createMoneyActs } from "./money-acts.ts";
import { showCharge, showIntent, showInvoice, showRefund } from "./money.ts";
import { createGrants } from "./grants.ts";
import { createIdempotency } from "./idempotency.ts";
import { createKeys } from "./keys.ts";
import { createOAuth, refusal } from "./oauth.ts";
import { createOperations } from "./operations.ts";
import { createStore } from "./store.ts";

/** Stripe's API of version 2026-10-28.endive, as far as customers, money and events of one account go. */
export function createStripe(world: World): Vendor {
  const account = createAccount(world);
  const keys = createKeys(world, account);
  const grants = createGrants(world, keys);
  const oauth = createOAuth({ world, account, keys, grants });
  const store = createStore(world);
  const act = createMoneyActs({ ...store, world, customer: (id) => store.customers.get(id) });
  const idempotency = createIdempotency(world);
  const operations = createOperations({ account, store });
  const dispatch = createDispatch({ world, account, keys, idempotency, operations });
  return {
    name: "stripe",
    describe: (origin) => ({
      provider: "stripe",
      api: origin,
      endpoints: {
        api: origin,
        authorize: `${origin}/oauth/authorize`,
        token: `${origin}/oauth/token`,
        revoke: `${origin}/oauth/deauthorize`,
      },
      credentials: {
        account: account.id,
        api_key: keys.restrictedKey(),
        read_only_key: keys.readOnlyKey(),
        secret_key: keys.secretKey(),
        client_id: oauth.clientId,
        client_secret: keys.secretKey(),
      },
    }),
    handle: (request) => oauth.handle(request) ?? dispatch.handle(request),
    errorAnswer: (status, options) =>
      options.path.startsWith("/oauth/")
        ? refusal(status, "invalid_request", "The request could not be served.", options)
        : dispatch.errorAnswer(status, options),
    reset: (options) => {
      idempotency.clear();
      store.reset(options);
    },
    state: () => ({
      customers: store.customers.all().map(showCustomer),
      events: store.events.all().map(showEvent),
      invoices: store.money.invoices.all().map((one) => showInvoice(one, true)),
      payment_intents: store.money.intents.all().map(showIntent),
      charges: store.money.charges.all().map(showCharge),
      refunds: store.money.refunds.all().map(showRefund),
    }),
    act,
    endTokens: (how) => {
      keys.end(how);
      if (how === "revoked") grants.endAll();
    },
    expireCursors: () => store.events.clear(),
    emptyPage: (answer) =>
      isList(answer.body)
        ? { ...answer, body: { ...answer.body, data: [], has_more: false } }
        : null,
    answered: (number) => idempotency.answered(number),
  };
}

function isList(body: unknown): body is Readonly<Record<string, unknown>> {
  return (
    typeof body === "object" &&
    body !== null &&
    "object" in body &&
    (body.object === "list" || body.object === "search_result")
  );
}
