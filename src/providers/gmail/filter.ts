import { ProviderError } from "../../lib/errors.ts";
import type { Filter } from "../../model/connection.ts";
import { unmetCondition } from "../kit/filter.ts";
import type { ClientsSession, FilterDescription } from "../provider.ts";
import type { Entry, PeopleWire, Person } from "./wire.ts";

/** Contact groups, which Google's pages call labels. */
export const personFilter: FilterDescription = {
  possible: "`group`, the name of a contact group (a label)",
  problem: (name) => (name === "group" ? null : "is nothing that contacts can be narrowed by"),
};

/** The group that a connection is narrowed to; its id is asked for once a session, before anything else. */
export interface Membership {
  readonly load: () => Promise<void>;
  unmetIn(person: Person): string | null;
  /** What makes a new contact a member; it stays among "My Contacts" as well, as those that people make. */
  entries(): readonly Entry[];
}

export function createMembership(wire: PeopleWire, filter: Filter): Membership {
  const wanted = filter["group"] ?? "";
  let loading: Promise<string> | null = null;
  let resourceName: string | null = null;
  return {
    load: async () => {
      loading ??= findGroup(wire, wanted).catch((error: unknown) => {
        loading = null;
        throw error;
      });
      resourceName = await loading;
    },
    unmetIn: ({ groups }) =>
      unmetCondition(filter, () =>
        resourceName !== null && groups.includes(resourceName) ? wanted : null,
      ),
    entries: () =>
      [...new Set([resourceName ?? myContacts, myContacts])].map((name) => ({
        contactGroupMembership: { contactGroupResourceName: name },
      })),
  };
}

/** The same verbs, each after the group is known. */
export function afterLoading(clients: ClientsSession, { load }: Membership): ClientsSession {
  return {
    pull: (request) => load().then(() => clients.pull(request)),
    get: (ids) => load().then(() => clients.get(ids)),
    find: (request) => load().then(() => clients.find(request)),
    create: (request) => load().then(() => clients.create(request)),
    update: (request) => load().then(() => clients.update(request)),
    remove: (id) => clients.remove(id),
  };
}

const myContacts = "contactGroups/myContacts";

/** Google's own groups have a name for programs and one for people. */
async function findGroup(wire: PeopleWire, wanted: string): Promise<string> {
  const groups = await wire.listGroups();
  const found = groups.find(({ names }) => names.includes(wanted));
  if (found !== undefined) return found.resourceName;
  throw new ProviderError(
    "provider-refused",
    `the Google account has no contact group ${JSON.stringify(wanted)}`,
    { hint: "The connection's `filter` names it: correct it there, or make the group." },
  );
}
