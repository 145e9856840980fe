import type { Vendor, World } from "../kit/vendor.ts";
import { createAccount, showAccount } from "./account.ts";
import { contactOperations, contactState } from "./contacts.ts";
import { createDispatch } from "./dispatch.ts";
import { faultAnswer, HubSpotError } from "./errors.ts";
import { isObject } from "./input.ts";
import { createOAuth } from "./oauth.ts";
import type { Operation } from "./operation.ts";
import { changeSettings, defaultSettings } from "./settings.ts";
import { createStore } from "./store.ts";
import { createTokens } from "./tokens.ts";
import { apiVersion } from "./version.ts";

/** HubSpot's API of one dated version, as far as the contacts of one account go. */
export function createHubSpot(world: World): Vendor {
  let settings = defaultSettings;
  const account = createAccount(world);
  const tokens = createTokens(world);
  const oauth = createOAuth({ world, account, tokens, settings: () => settings });
  const store = createStore(world);
  const details: Operation = {
    method: "GET",
    template: `/account-info/${apiVersion}/details`,
    scope: null,
    run: () => ({ status: 200, body: showAccount(account) }),
  };
  const operations = [
    details,
    ...contactOperations({ world, account, store, settings: () => settings }),
  ];
  const dispatch = createDispatch({ world, tokens, operations });
  return {
    name: "hubspot",
    describe: (origin) => ({
      provider: "hubspot",
      api: origin,
      endpoints: {
        api: origin,
        authorize: `${origin}/oauth/authorize`,
        token: `${origin}/oauth/${apiVersion}/token`,
        revoke: `${origin}/oauth/${apiVersion}/token/revoke`,
      },
      credentials: {
        account: String(account.hubId),
        api_key: tokens.serviceKey(),
        read_only_key: tokens.readOnlyKey(),
        client_id: oauth.clientId,
        client_secret: oauth.clientSecret,
      },
    }),
    handle: (request) => oauth.handle(request) ?? dispatch(request),
    errorAnswer: (status, { retryAfterSeconds }) => faultAnswer(status, world, retryAfterSeconds),
    reset: (options) => store.reset(options),
    state: () => ({ contacts: store.all().map(contactState) }),
    endTokens: (how) => tokens.end(how),
    // Its searches and lists go by time and id: there is no cursor that HubSpot could forget.
    expireCursors: () => {},
    emptyPage: (answer) => {
      const { body } = answer;
      if (!isObject(body) || !Array.isArray(body["results"])) return null;
      const { paging: _paging, ...rest } = body;
      const total = "total" in rest ? { total: 0 } : {};
      return { ...answer, body: { ...rest, results: [], ...total } };
    },
    settings: () => ({ ...settings }),
    changeSettings: (changes) => {
      settings = changeSettings(settings, changes, {
        merge_with_blank: (id) => {
          const contact = store.find(id);
          if (contact === null || contact.id !== id) return false;
          store.merge(contact, store.create({}));
          return true;
        },
        restore_contact: (id) => {
          const contact = store.findArchived(id);
          if (contact === null) return false;
          try {
            store.restore(contact);
            return true;
          } catch (error) {
            if (error instanceof HubSpotError) return false;
            throw error;
          }
        },
      });
    },
  };
}
