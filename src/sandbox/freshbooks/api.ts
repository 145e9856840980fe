import type { SandboxAnswer, SandboxRequest, Vendor, World } from "../kit/vendor.ts";
import { onAll, onOne, type Operation } from "./clients-api.ts";
import {
  accessDenied,
  accountingBody,
  AccountingError,
  authBody,
  AuthRefusal,
  unauthenticated,
} from "./errors.ts";
import type { Grant } from "./grants.ts";
import { businessesOf, showIdentity, type Identity } from "./identity.ts";
import type { FreshbooksSettings } from "./settings.ts";
import type { Store } from "./store.ts";

interface Parts {
  readonly world: World;
  readonly identity: Identity;
  readonly settings: () => FreshbooksSettings;
  /** The grant of a live access token. */
  access(token: string): Grant | null;
  storeOf(accountId: string): Store | null;
}

const mePath = "/auth/api/v1/users/me";
const clientsPath = /^\/accounting\/account\/([^/]+)\/users\/clients(?:\/([^/]+))?$/;

const moneyPath = /^\/accounting\/account\/([^/]+)\/(invoices|payments)\/\2(?:\/([^/]+))?$/;

/** Who signed in, and the clients of the businesses. */
export function createApi(parts: Parts): Pick<Vendor, "handle" | "errorAnswer"> {
  const { world, identity, settings } = parts;
  const limit = createLimiter(world);

  const answer = (request: SandboxRequest, route: Route): SandboxAnswer => {
    const grant = parts.access(bearerOf(request));
    if (grant === null) throw unauthenticated();
    const limited = limit(`${request.method} ${route.template}`);
    if (limited !== null) return limited;
    if (!grant.scopes.includes(route.scope)) throw accessDenied();
    const businesses = businessesOf(identity, settings());
    if (route.kind === "me") return { status: 200, body: showIdentity(identity, businesses) };
    const isOwn = businesses.some(({ accountId }) => accountId === route.accountId);
    const store = isOwn ? parts.storeOf(route.accountId) : null;
    if (store === null) throw accessDenied();
    if (route.kind === "money") {
      const { entries, id, accountId } = route;
      return id === ""
        ? store.money.list(entries, request.query, accountId)
        : store.money.one(entries, id, accountId);
    }
    return route.operation.run({ ...route, request, store, settings: settings() });
  };

  return {
    handle: (request) => {
      const route = routeOf(request);
      if (route === null) return null;
      const { template } = route;
      try {
        return { ...answer(request, route), template };
      } catch (error) {
        return { ...refusalOf(error, settings()), template };
      }
    },
    errorAnswer: (status, { request, retryAfterSeconds }) => {
      const route = request === undefined ? null : routeOf(request);
      const headers: Record<string, string> =
        retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
      const { template } = route ?? {};
      return {
        status,
        headers,
        body: faultBody(status),
        ...(template === undefined ? {} : { template }),
      };
    },
  };
}

type Route = { readonly template: string; readonly scope: string } & (
  | { readonly kind: "me" }
  | {
      readonly kind: "money";
      readonly accountId: string;
      readonly id: string;
      readonly entries: "invoices" | "payments";
    }
  | {
      readonly kind: "clients";
      readonly accountId: string;
      readonly id: string;
      readonly operation: Operation;
    }
);

function routeOf({ method, path }: SandboxRequest): Route | null {
  if (path === mePath)
    return method === "GET" ? { kind: "me", template: mePath, scope: "user:profile:read" } : null;
  const money = method === "GET" ? moneyRoute(path) : null;
  if (money !== null) return money;
  const [matched, accountId = "", id] = clientsPath.exec(path) ?? [];
  if (matched === undefined) return null;
  const operation = (id === undefined ? onAll : onOne).find((one) => one.method === method);
  if (operation === undefined) return null;
  const base = "/accounting/account/{accountid}/users/clients";
  return {
    kind: "clients",
    template: id === undefined ? base : `${base}/{clientid}`,
    scope: operation.scope,
    accountId,
    id: id ?? "",
    operation,
  };
}

function moneyRoute(path: string): Route | null {
  const [matched, accountId = "", name, id = ""] = moneyPath.exec(path) ?? [];
  if (matched === undefined) return null;
  const entries = name === "invoices" ? "invoices" : "payments";
  const base = `/accounting/account/{accountid}/${entries}/${entries}`;
  return {
    kind: "money",
    template: id === "" ? base : `${base}/{id}`,
    scope: `user:${entries}:read`,
    accountId,
    id,
    entries,
  };
}

function refusalOf(error: unknown, settings: FreshbooksSettings): SandboxAnswer {
  if (error instanceof AuthRefusal) return { status: error.status, body: authBody(error) };
  if (!(error instanceof AccountingError)) throw error;
  return {
    status: settings.errors_with_status_200 ? 200 : error.status,
    body: accountingBody(error.problem, settings.error_shape),
  };
}

function bearerOf({ headers }: SandboxRequest): string {
  const [scheme, token = ""] = headers["authorization"]?.split(" ") ?? [];
  return scheme?.toLowerCase() === "bearer" ? token : "";
}

/** Refuses the request that is one too many for its operation in this second, where a limit is set. */
function createLimiter(world: World): (operation: string) => SandboxAnswer | null {
  const counts = new Map<string, { second: number; count: number }>();
  return (operation) => {
    const limit = world.rateLimitPerSecond();
    if (limit === 0) return null;
    const second = Math.floor(world.now() / 1000);
    const before = counts.get(operation);
    const count = before?.second === second ? before.count + 1 : 1;
    counts.set(operation, { second, count });
    return count > limit ? { status: 429, body: faultBody(429) } : null;
  };
}

/** What is said with that status where nothing of the request is to blame; of a 429 FreshBooks documents nothing. */
function faultBody(status: number): unknown {
  if (status === 401) return authBody(unauthenticated());
  if (status === 403) return accountingBody(accessDenied().problem, "errors");
  if (status === 404) return { errno: 404, message: "Requested resource could not be found." };
  if (status === 429) return { message: "API rate limit exceeded" };
  if (status < 500) return { message: "The request was refused." };
  return { message: "The server encountered an unexpected error." };
}
