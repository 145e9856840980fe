import { BadInput } from "../kit/input.ts";
import type { CreateVendor, SandboxRequest, Vendor, VendorDescription } from "../kit/vendor.ts";
import { accounts, clients } from "./accounts.ts";
import { latest, type AddressBook } from "./address-book.ts";
import { authorizePath } from "./authorize.ts";
import { batchCreate, batchDelete, batchGet, batchUpdate } from "./batches.ts";
import { createConnections } from "./connections.ts";
import { createGroup, getGroup, listGroups, modifyMembers } from "./contact-groups.ts";
import { createContact, deleteContact, getPerson, updateContact } from "./contacts.ts";
import { createEndpoints } from "./endpoints.ts";
import { Refusal } from "./errors.ts";
import { faultAnswer } from "./fault-answers.ts";
import { createGrants, type AccessToken } from "./grants.ts";
import { readablePaths } from "./masks.ts";
import type { Operation } from "./operation.ts";
import { createPeopleApi } from "./people-api.ts";
import { toPerson } from "./person-output.ts";
import { canonicalScopes } from "./scopes.ts";
import { createSearch } from "./search.ts";
import { seedAddressBooks } from "./seed.ts";
import { changeSettings, defaultSettings } from "./settings.ts";

/** Google: OAuth2 with its consent page, userinfo, and the People API v1. */
export const createGoogle: CreateVendor = (world) => {
  const grants = createGrants(world);
  const connections = createConnections(world);
  const search = createSearch();
  let settings = defaultSettings;
  let books = seedAddressBooks(world, { seed: 0, clients: 0 });
  const access = (token: string) => (token === owner.token ? owner : grants.access(token));
  const parts = {
    world,
    grants,
    settings: () => settings,
    access,
    authorize: (request: SandboxRequest) => {
      const [scheme, token] = request.headers["authorization"]?.split(" ") ?? [];
      return scheme?.toLowerCase() === "bearer" && token !== undefined ? access(token) : null;
    },
  };
  const endpoints = createEndpoints(parts);
  const people = createPeopleApi({
    ...parts,
    bookOf: (accountId) => books.get(accountId) ?? null,
    operations: [connections.list, search.search, ...operations],
  });

  return {
    name: "google",
    describe,
    handle: (request) => {
      try {
        return endpoints.handle(request) ?? people.handle(request);
      } catch (error) {
        if (error instanceof Refusal) return error.answer;
        throw error;
      }
    },
    errorAnswer: (status, options) => {
      const known = endpoints.knows(options.path) || people.knows(options.path);
      const template = options.request && people.templateOf(options.request);
      return { ...faultAnswer(status, { ...options, known }), ...(template ? { template } : {}) };
    },
    reset: (options) => {
      books = seedAddressBooks(world, options);
      connections.expireCursors();
      search.clear();
      people.reset();
    },
    state: () => ({
      accounts: accounts.map(({ id, email }) => ({ id, email, ...stateOf(books.get(id)) })),
      grants: grants.list().map(describeGrant),
      overlapping_writes: people.overlappingWrites(),
    }),
    endTokens: (how) => grants.end(how),
    expireCursors: () => connections.expireCursors(),
    emptyPage: (answer) => {
      const body = connections.withoutContacts(answer.body);
      return body === null ? null : { ...answer, body };
    },
    answered: (requestNumber) => people.answered(requestNumber),
    settings: () => ({ ...settings }),
    changeSettings: ({ rename_person: renamed, ...changes }) => {
      settings = changeSettings(settings, changes);
      if (renamed !== undefined) rename(renamed, [...books.values()]);
    },
  } satisfies Vendor;
};

const operations: readonly Operation[] = [
  getPerson,
  createContact,
  updateContact,
  deleteContact,
  batchGet,
  batchCreate,
  batchUpdate,
  batchDelete,
  listGroups,
  getGroup,
  createGroup,
  modifyMembers,
];

/** Of the first account; never ends, so that a person or a test can play the other user of the contacts. */
const owner: AccessToken = {
  token: "ya29.sandbox-owner",
  grant: {
    id: 0,
    client: clients[0],
    account: accounts[0],
    scopes: canonicalScopes("openid email profile https://www.googleapis.com/auth/contacts"),
    refreshToken: null,
    endsAtMs: null,
  },
  // The year 2036, so that what is left of it in seconds fits the 32 bits of `expires_in`.
  expiresAtMs: Date.UTC(2036, 0, 1),
};

function describe(origin: string): VendorDescription {
  const [desktop, web] = clients;
  const [account, otherAccount] = accounts;
  return {
    provider: "gmail",
    api: origin,
    endpoints: {
      api: origin,
      authorize: `${origin}${authorizePath}`,
      token: `${origin}/token`,
      revoke: `${origin}/revoke`,
    },
    credentials: {
      client_id: desktop.id,
      client_secret: desktop.secret,
      web_client_id: web.id,
      web_client_secret: web.secret,
      account: account.email,
      other_account: otherAccount.email,
      access_token: owner.token,
    },
  };
}

function stateOf(book: AddressBook | undefined): object {
  const view = {
    mask: new Set(readablePaths),
    sources: new Set(["READ_SOURCE_TYPE_CONTACT"]),
  };
  return {
    contacts: (book?.contacts() ?? [])
      .filter((contact) => !latest(contact).deleted)
      .map((contact) => toPerson(contact, latest(contact), view)),
    groups: (book?.groups() ?? []).map(({ id, name, system }) => ({
      resourceName: `contactGroups/${id}`,
      name,
      system,
    })),
  };
}

function describeGrant({ client, account, scopes, refreshToken, endsAtMs }: AccessToken["grant"]) {
  return {
    client_id: client.id,
    account: account.email,
    scopes,
    refreshable: refreshToken !== null,
    ends_at: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
  };
}

/** Gives a contact another resource name, as Google does when a contact and a profile are linked. */
function rename(name: unknown, books: readonly AddressBook[]): void {
  for (const book of books) {
    const contact = typeof name === "string" ? book.find(name.replace(/^people\//, "")) : null;
    if (contact === null) continue;
    book.rename(contact);
    return;
  }
  throw new BadInput(`There is no contact ${JSON.stringify(name)} to rename.`);
}
