import { BadInput } from "../kit/input.ts";
import type { CreateVendor, SandboxAnswer, SandboxRequest } from "../kit/vendor.ts";
import { accounts, clients } from "./accounts.ts";
import { latest, type AddressBook } from "./address-book.ts";
import { answerAuthorize, authorizePath } from "./authorize.ts";
import { batchCreate, batchDelete, batchGet, batchUpdate } from "./batches.ts";
import { createConnections } from "./connections.ts";
import { createGroup, getGroup, listGroups, modifyMembers } from "./contact-groups.ts";
import { createContact, deleteContact, getPerson, updateContact } from "./contacts.ts";
import { jsonHeaders, Refusal } from "./errors.ts";
import { faultAnswer } from "./fault-answers.ts";
import { createGrants, type AccessToken } from "./grants.ts";
import { createIdTokens } from "./id-token.ts";
import { answerRevoke, answerTokeninfo, answerUserinfo } from "./identity.ts";
import { readablePaths } from "./masks.ts";
import { createPeopleApi } from "./people-api.ts";
import { toPerson } from "./person-output.ts";
import { canonicalScopes } from "./scopes.ts";
import { createSearch } from "./search.ts";
import { seedAddressBooks } from "./seed.ts";
import { changeSettings, defaultSettings } from "./settings.ts";
import { answerToken } from "./token-endpoint.ts";

/** Of the first account; never expires, so that a person or a test can play the other user of the contacts. */
const ownerToken = "ya29.sandbox-owner";

/** Google: OAuth2 with its consent page, userinfo, and the People API v1. */
export const createGoogle: CreateVendor = (world) => {
  const grants = createGrants(world);
  const idTokens = createIdTokens();
  const connections = createConnections(world);
  const search = createSearch();
  let settings = defaultSettings;
  let books = seedAddressBooks(world, { seed: 0, clients: 0 });

  const owner: AccessToken = {
    token: ownerToken,
    grant: {
      client: clients[0],
      account: accounts[0],
      scopes: canonicalScopes("openid email profile https://www.googleapis.com/auth/contacts"),
      refreshToken: null,
      endsAtMs: null,
    },
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };

  const authorize = (request: SandboxRequest): AccessToken | null => {
    const [scheme, token] = request.headers["authorization"]?.split(" ") ?? [];
    if (scheme?.toLowerCase() !== "bearer" || token === undefined) return null;
    return token === ownerToken ? owner : grants.access(token);
  };

  const parts = { world, grants, idTokens, authorize, settings: () => settings };
  const people = createPeopleApi({
    ...parts,
    bookOf: (accountId) => books.get(accountId) ?? null,
    operations: [
      connections.list,
      search.search,
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
    ],
  });

  const endpoints: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    [`GET ${authorizePath}`]: (request) => answerAuthorize(request, parts),
    [`POST ${authorizePath}`]: (request) => answerAuthorize(request, parts),
    "POST /token": (request) => answerToken(request, parts),
    "POST /revoke": (request) => answerRevoke(request, parts),
    "GET /tokeninfo": (request) => answerTokeninfo(request, parts, "oauth2"),
    "POST /tokeninfo": (request) => answerTokeninfo(request, parts, "oauth2"),
    "POST /oauth2/v2/tokeninfo": (request) => answerTokeninfo(request, parts, "v2"),
    "GET /oauth2/v2/userinfo": (request) => answerUserinfo(request, parts),
    "GET /userinfo/v2/me": (request) => answerUserinfo(request, parts),
    "GET /oauth2/v1/certs": () => json(idTokens.pems()),
    "GET /oauth2/v3/certs": () => json(idTokens.jwks()),
  };
  const endpointPaths = new Set(Object.keys(endpoints).map((key) => key.split(" ")[1]));

  const rename = (name: unknown) => {
    const found = [...books.values()].flatMap((book) => {
      const contact = book.find(String(name).replace(/^people\//, ""));
      return contact === null ? [] : [{ book, contact }];
    });
    const [first] = found;
    if (first === undefined) throw new BadInput(`There is no contact ${JSON.stringify(name)}.`);
    first.book.rename(first.contact);
  };

  return {
    name: "google",
    describe: (origin) => ({
      provider: "gmail",
      api: origin,
      endpoints: {
        api: origin,
        authorize: `${origin}${authorizePath}`,
        token: `${origin}/token`,
        revoke: `${origin}/revoke`,
      },
      credentials: {
        client_id: clients[0].id,
        client_secret: clients[0].secret,
        web_client_id: clients[1].id,
        web_client_secret: clients[1].secret,
        account: accounts[0].email,
        other_account: accounts[1].email,
        access_token: ownerToken,
      },
    }),
    handle: (request) => {
      const key = `${request.method} ${request.path}`;
      const endpoint = Object.hasOwn(endpoints, key) ? endpoints[key] : undefined;
      try {
        return endpoint?.(request) ?? people.handle(request);
      } catch (error) {
        if (error instanceof Refusal) return { template: request.path, ...error.answer };
        throw error;
      }
    },
    errorAnswer: (status, options) =>
      faultAnswer(status, {
        ...options,
        known: endpointPaths.has(options.path) || people.knows(options.path),
      }),
    reset: (options) => {
      books = seedAddressBooks(world, options);
      connections.expireCursors();
      search.clear();
      people.reset();
    },
    state: () => ({
      accounts: accounts.map(({ id, email }) => ({ id, email, ...stateOf(books.get(id)) })),
      grants: grants.list().map(({ client, account, scopes, refreshToken, endsAtMs }) => ({
        client_id: client.id,
        account: account.email,
        scopes,
        refreshable: refreshToken !== null,
        ends_at: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
      })),
      overlapping_writes: people.overlappingWrites(),
      settings,
    }),
    endTokens: (how) => grants.end(how),
    expireCursors: () => connections.expireCursors(),
    emptyPage: (answer) => {
      const body = connections.withoutContacts(answer.body);
      return body === null ? null : { ...answer, body };
    },
    answered: (requestNumber) => people.answered(requestNumber),
    settings: () => ({ ...settings }),
    changeSettings: (changes) => {
      const { rename_person: renamed, ...rest } = changes;
      settings = changeSettings(settings, rest);
      if (renamed !== undefined) rename(renamed);
    },
  };
};

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

function json(body: object): SandboxAnswer {
  return { status: 200, headers: jsonHeaders, body };
}
