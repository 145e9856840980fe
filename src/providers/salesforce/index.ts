import { guarded } from "../kit/guard.ts";
import type { Provider } from "../provider.ts";
import { createClients } from "./clients.ts";
import { contactFilter } from "./filter.ts";
import { contactLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createObserve } from "./observe.ts";
import { collectionSize, openWire } from "./requests.ts";
import { endpointsAt, readAccount, webServerFlow } from "./sign-in.ts";

/** Contacts, both ways. What is particular about Salesforce stands in `docs/providers/salesforce.md`. */
export const salesforce: Provider = {
  name: "salesforce",
  title: "Salesforce",
  type: "crm",
  vendor: "salesforce",
  endpoints: endpointsAt("https://login.salesforce.com"),
  environments: { sandbox: endpointsAt("https://test.salesforce.com") },
  // Requests count by the day; 25 long ones may run at once. Writes to contacts of one account wait for each other.
  limits: { requestsPerSecond: 10, concurrency: 5, serialWrites: true },
  signIn: [webServerFlow],
  clients: {
    lens: contactLens,
    listing: "consistent",
    createKeySeconds: null,
    ownId: false,
    // A create whose answer was lost may still be in its transaction, with the org's own triggers.
    searchLagSeconds: 120,
    cursorSeconds,
    filter: contactFilter,
    batch: collectionSize,
  },
  open: (session) => {
    const { filter = null } = session;
    const wire = openWire(session, Object.keys(filter ?? {}));
    const observe = createObserve(wire, session.access, filter);
    const { many, ...clients } = createClients({
      clock: session.deps.clock,
      wire,
      observe,
      filter,
    });
    return guarded("Salesforce", {
      account: () => readAccount(session, wire),
      clients: { ...clients, ...many },
    });
  },
};
