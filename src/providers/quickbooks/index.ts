import { guarded } from "../kit/guard.ts";
import type { Provider } from "../provider.ts";
import { createActivities } from "./activities.ts";
import { createClients } from "./clients.ts";
import { customerLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createObserve } from "./observe.ts";
import { quickBooksSignIn, readCompany } from "./sign-in.ts";
import { openWire } from "./wire.ts";

const api = "https://quickbooks.api.intuit.com";

/** Customers, both ways. What is particular about QuickBooks stands in `docs/providers/quickbooks.md`. */
export const quickbooks: Provider = {
  name: "quickbooks",
  title: "QuickBooks Online",
  type: "billing",
  vendor: "quickbooks",
  endpoints: {
    api,
    authorize: "https://appcenter.intuit.com/connect/oauth2",
    token: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revoke: "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
  },
  environments: { sandbox: { api: "https://sandbox-quickbooks.api.intuit.com" } },
  // 500 a minute for a company, shared with its other applications, and 10 a second for each of them.
  limits: { requestsPerSecond: 8, requestsPerMinute: 450, concurrency: 4, serialWrites: false },
  signIn: [quickBooksSignIn],
  clients: {
    lens: customerLens,
    listing: "consistent",
    // Nobody says for how long a `requestid` is honoured. Ten minutes cover a lost answer and a restart; a create that
    // is repeated too late is met by the unique name, which then leads to the customer of the first time.
    createKeySeconds: 600,
    ownId: false,
    // Nothing is said of queries being late, and nothing of their not being so.
    searchLagSeconds: 60,
    cursorSeconds,
  },
  activities: { types: ["invoice", "payment", "credit"], cursorSeconds },
  open: (session) => {
    const wire = openWire(session);
    const { clock } = session.deps;
    const linked = session.endpoints.api === api;
    const observe = createObserve(linked);
    return guarded("QuickBooks", {
      account: () => readCompany(wire),
      clients: createClients({ clock, wire, observe }),
      activities: createActivities({ clock, wire, linked }),
    });
  },
};
