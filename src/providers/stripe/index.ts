import { guarded } from "../kit/guard.ts";
import type { Provider } from "../provider.ts";
import { createActivities } from "./activities.ts";
import { createClients } from "./clients.ts";
import { customerFilter } from "./filter.ts";
import { customerLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createObserve } from "./observe.ts";
import { connectOAuth, readAccount, restrictedKey } from "./sign-in.ts";
import { openWire } from "./wire.ts";

const api = "https://api.stripe.com";

/** Customers, both ways. What is particular about Stripe stands in `docs/providers/stripe.md`. */
export const stripe: Provider = {
  name: "stripe",
  title: "Stripe",
  type: "billing",
  vendor: "stripe",
  endpoints: {
    api,
    authorize: "https://connect.stripe.com/oauth/authorize",
    token: "https://connect.stripe.com/oauth/token",
    revoke: "https://connect.stripe.com/oauth/deauthorize",
  },
  // 25 a second for each operation and for test accounts (https://docs.stripe.com/rate-limits).
  limits: { requestsPerSecond: 20, concurrency: 8, serialWrites: false },
  signIn: [restrictedKey, connectOAuth],
  clients: {
    lens: customerLens,
    listing: "consistent",
    // Keys may be pruned after 24 hours.
    createKeySeconds: 23 * 3600,
    ownId: true,
    // Look-ups by address are immediate; by metadata they can take an hour in an outage.
    searchLagSeconds: 3600,
    cursorSeconds,
    filter: customerFilter,
  },
  activities: { types: ["invoice", "payment", "refund"], cursorSeconds },
  open: (session) => {
    const wire = openWire(session);
    const { filter = null } = session;
    const { clock } = session.deps;
    const linked = session.endpoints.api === api;
    const observe = createObserve(wire, linked, filter);
    return guarded("Stripe", {
      account: () => readAccount(session, wire),
      clients: createClients({ clock, wire, observe, filter }),
      activities: createActivities({ clock, wire, access: session.access, linked }),
    });
  },
};
