import { guarded } from "../kit/guard.ts";
import type { Provider } from "../provider.ts";
import { createClients } from "./clients.ts";
import { contactFilter } from "./filter.ts";
import { contactLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createMany } from "./many.ts";
import { createObserve } from "./observe.ts";
import { hubspotOAuth, isHubId, readAccount, serviceKey } from "./sign-in.ts";
import { apiVersion, batchSize, openWire } from "./wire.ts";

const api = "https://api.hubapi.com";

/** Contacts, both ways. What is particular about HubSpot stands in `docs/providers/hubspot.md`. */
export const hubspot: Provider = {
  name: "hubspot",
  title: "HubSpot",
  type: "crm",
  vendor: "hubspot",
  endpoints: {
    api,
    authorize: "https://app.hubspot.com/oauth/authorize",
    token: `${api}/oauth/${apiVersion}/token`,
    revoke: `${api}/oauth/${apiVersion}/token/revoke`,
  },
  // 10 a second of everything, but 5 of searches, which all programs at the account share.
  limits: { requestsPerSecond: 4, concurrency: 4, serialWrites: false },
  signIn: [serviceKey, hubspotOAuth],
  clients: {
    lens: contactLens,
    // Search shows changes some moments late.
    listing: "eventual",
    createKeySeconds: null,
    // A property that could hold one has to be made in each account first, with a scope that we do not ask for.
    ownId: false,
    // Look-ups by address are no search and are immediate; this is what a slow create may take.
    searchLagSeconds: 60,
    cursorSeconds,
    filter: contactFilter,
    batch: batchSize,
  },
  open: (session) => {
    const { filter = null } = session;
    const wire = openWire(session, Object.keys(filter ?? {}));
    const linked = session.endpoints.api === api;
    const { accountHint } = session.access;
    const observe = createObserve(linked && isHubId(accountHint) ? accountHint : null, filter);
    const options = { clock: session.deps.clock, wire, observe, filter };
    const clients = createClients(options);
    return guarded("HubSpot", {
      account: () => readAccount(session, wire),
      clients: { ...clients, ...createMany(options, clients) },
    });
  },
};
