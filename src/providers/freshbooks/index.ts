import { guarded } from "../kit/guard.ts";
import type { Provider } from "../provider.ts";
import { title } from "./answers.ts";
import { createActivities } from "./activities.ts";
import { createClients } from "./clients.ts";
import { clientLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createObserve } from "./observe.ts";
import { freshbooksOAuth } from "./sign-in.ts";
import { openWire } from "./wire.ts";

const api = "https://api.freshbooks.com";

/** Clients, both ways. What is particular about FreshBooks stands in `docs/providers/freshbooks.md`. */
export const freshbooks: Provider = {
  name: "freshbooks",
  title,
  type: "billing",
  vendor: "freshbooks",
  endpoints: {
    api,
    authorize: "https://auth.freshbooks.com/oauth/authorize",
    token: `${api}/auth/oauth/token`,
    revoke: `${api}/auth/oauth/revoke`,
  },
  // FreshBooks has limits and does not say which.
  limits: { requestsPerSecond: 4, concurrency: 2, serialWrites: false },
  signIn: [freshbooksOAuth],
  clients: {
    lens: clientLens,
    listing: "consistent",
    createKeySeconds: null,
    ownId: false,
    // No lag is known of. Since only the search by address keeps a create from being done twice, it is given time.
    searchLagSeconds: 60,
    cursorSeconds,
  },
  activities: { types: ["invoice", "payment"], cursorSeconds },
  open: (session) => {
    const wire = openWire(session);
    const { clock } = session.deps;
    const linked = session.endpoints.api === api;
    const observe = createObserve(wire, linked);
    return guarded(title, {
      account: () => wire.account(),
      clients: createClients({ clock, wire, observe }),
      activities: createActivities({ clock, wire, linked }),
    });
  },
};
