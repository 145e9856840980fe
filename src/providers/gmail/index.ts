import { googleFailures } from "../google/answers.ts";
import { googleEndpoints, googleSignIn, readGoogleAccount } from "../google/sign-in.ts";
import { guarded } from "../kit/guard.ts";
import { createTransport } from "../kit/transport.ts";
import type { Provider } from "../provider.ts";
import { createClients } from "./clients.ts";
import { afterLoading, createMembership, personFilter } from "./filter.ts";
import { personLens } from "./lens.ts";
import { cursorSeconds } from "./listing.ts";
import { createObserve } from "./observe.ts";
import { openWire } from "./wire.ts";

const api = "https://people.googleapis.com";

const scopes = "https://www.googleapis.com/auth";

/** Google contacts, both ways. What is particular about them stands in `docs/providers/gmail.md`. */
export const gmail: Provider = {
  name: "gmail",
  title: "Gmail",
  type: "email",
  vendor: "google",
  endpoints: { api, ...googleEndpoints },
  // 90 a minute for each user, reads and writes together; a user's writes one at a time.
  limits: { requestsPerSecond: 10, requestsPerMinute: 85, concurrency: 4, serialWrites: true },
  signIn: [
    googleSignIn((collection, direction) => {
      if (collection !== "clients") return null;
      return direction === "pull" ? `${scopes}/contacts.readonly` : `${scopes}/contacts`;
    }),
  ],
  clients: {
    lens: personLens,
    // Writes take minutes to show in listings.
    listing: "eventual",
    createKeySeconds: null,
    ownId: true,
    searchLagSeconds: 300,
    cursorSeconds,
    filter: personFilter,
  },
  open: (session) => {
    const transport = createTransport(session, googleFailures("Google", session.deps.clock));
    const { filter = null } = session;
    const wire = openWire(transport, session.endpoints.api, { groups: filter !== null });
    const membership = filter === null ? null : createMembership(wire, filter);
    const moved = session.endpoints.api === api ? null : session.endpoints.api;
    const observe = createObserve(wire, moved === null, membership);
    const clients = createClients({ clock: session.deps.clock, wire, observe, membership });
    return guarded("Google", {
      account: () => readGoogleAccount(transport, moved),
      clients: membership === null ? clients : afterLoading(clients, membership),
    });
  },
};
