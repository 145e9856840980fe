import { BadInput } from "../kit/input.ts";
import type { Vendor, World } from "../kit/vendor.ts";
import { createApi } from "./api.ts";
import { rowOf } from "./contact.ts";
import { faultAnswer } from "./errors.ts";
import { createGrants } from "./grants.ts";
import { createLocators } from "./locators.ts";
import { createOAuth } from "./oauth.ts";
import { createOperations } from "./operations.ts";
import { changeSettings, defaultSettings } from "./settings.ts";
import { createStore, type Store } from "./store.ts";
import { createUsage } from "./usage.ts";

/** Salesforce's REST API of version 66.0, as far as the contacts of one org go, and its OAuth endpoints. */
export function createSalesforce(world: World): Vendor {
  let settings = defaultSettings;
  let origin = "";
  const currentSettings = () => settings;
  const store = createStore(world, currentSettings);
  const grants = createGrants(world, store.org.id);
  const locators = createLocators(world);
  const usage = createUsage(world, currentSettings);
  const oauth = createOAuth({
    world,
    grants,
    org: store.org,
    userId: store.userId,
    settings: currentSettings,
    originOf: ({ headers }) =>
      headers["host"] === undefined ? origin : `http://${headers["host"]}`,
  });
  /** Never ends, so that a person or a test can play another user of the org. */
  const owner = `${store.org.id.slice(0, 15)}!AQ-sandbox-owner`;
  const takeLock = () => {
    const isLocked = settings.locked_writes > 0;
    if (isLocked) settings = { ...settings, locked_writes: settings.locked_writes - 1 };
    return isLocked;
  };
  const operations = createOperations({ store, locators, settings: currentSettings, takeLock });
  const isLive = (token: string) => token === owner || grants.isLive(token);
  const api = createApi({ operations, usage, isLive });

  return {
    name: "salesforce",
    describe: (at) => {
      origin = at;
      return {
        provider: "salesforce",
        environment: "sandbox",
        api: origin,
        endpoints: {
          api: origin,
          authorize: `${origin}/services/oauth2/authorize`,
          token: `${origin}/services/oauth2/token`,
          revoke: `${origin}/services/oauth2/revoke`,
        },
        credentials: {
          client_id: oauth.clientId,
          client_secret: oauth.clientSecret,
          account: store.org.id,
          access_token: owner,
        },
      };
    },
    handle: (request) => oauth.handle(request) ?? api.handle(request),
    errorAnswer: (status, options) => {
      const template = options.request === undefined ? null : api.templateOf(options.request);
      return { ...faultAnswer(status, options), ...(template === null ? {} : { template }) };
    },
    reset: (options) => {
      locators.clear();
      usage.clear();
      store.reset(options);
    },
    state: () => ({
      contacts: store.contacts().map(rowOf),
      accounts: [...store.accounts()].map(([Id, Name]) => ({ Id, Name })),
      grants: grants.list().map(({ id, scopes }) => ({ id, scopes })),
    }),
    endTokens: (how) => grants.end(how),
    // Incremental queries ask by time alone; what can end of them is the pages that are still to be read.
    expireCursors: () => locators.clear(),
    emptyPage: (answer) =>
      isQueryAnswer(answer.body)
        ? { ...answer, body: { totalSize: 0, done: true, records: [] } }
        : null,
    settings: () => ({ ...settings }),
    changeSettings: (changes) => {
      const { merge_contacts, undelete_contact, empty_recycle_bin, ...others } = changes;
      settings = changeSettings(settings, others);
      if (merge_contacts !== undefined) store.merge(...mergeOf(merge_contacts));
      if (typeof undelete_contact === "string") store.undelete(undelete_contact);
      if (empty_recycle_bin === true) store.emptyBin();
    },
  } satisfies Vendor;
}

/** `{"winner": "003…", "losers": ["003…"]}` */
function mergeOf(value: unknown): Parameters<Store["merge"]> {
  const { winner, losers } =
    typeof value === "object" && value !== null && "winner" in value && "losers" in value
      ? value
      : {};
  if (typeof winner !== "string" || !Array.isArray(losers))
    throw new BadInput('Give "merge_contacts" a "winner" and a list of "losers".');
  return [winner, losers.map(String)];
}

function isQueryAnswer(body: unknown): boolean {
  return typeof body === "object" && body !== null && "records" in body && "totalSize" in body;
}
