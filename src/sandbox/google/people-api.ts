import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import type { AddressBook } from "./address-book.ts";
import {
  jsonHeaders,
  quotaExceeded,
  Refusal,
  refuse,
  refuseInput,
  rpcError,
  scopeInsufficient,
  unauthenticated,
} from "./errors.ts";
import type { AccessToken } from "./grants.ts";
import type { Operation } from "./operation.ts";
import type { GoogleSettings } from "./settings.ts";

export interface PeopleParts {
  readonly world: World;
  readonly operations: readonly Operation[];
  settings(): GoogleSettings;
  authorize(request: SandboxRequest): AccessToken | null;
  bookOf(accountId: string): AddressBook | null;
}

export interface PeopleApi {
  /** null for a path or method that the API does not have. */
  handle(request: SandboxRequest): SandboxAnswer | null;
  knows(path: string): boolean;
  /** The answer to that request has left. */
  answered(requestNumber: number): void;
  /** Writes that came while the answer to another write of the same user was on its way. */
  overlappingWrites(): number;
  reset(): void;
}

/** Parameters that every method takes. */
const commonParameters = ["alt", "fields", "prettyPrint", "key", "quotaUser", "$.xgafv"];

export function createPeopleApi(parts: PeopleParts): PeopleApi {
  const routes = parts.operations.map((operation) => ({
    operation,
    pattern: patternOf(operation.template),
  }));
  /** Writes whose answers are on their way: the request's number and its user. */
  const underWay = new Map<number, string>();
  const served = new Map<string, { second: number; count: number }>();
  let overlapping = 0;

  const isTooMany = (operation: Operation): boolean => {
    const limit = parts.world.rateLimitPerSecond();
    if (limit === 0) return false;
    const key = `${operation.method} ${operation.template}`;
    const second = Math.floor(parts.world.now() / 1000);
    const before = served.get(key);
    const count = before?.second === second ? before.count + 1 : 1;
    served.set(key, { second, count });
    return count > limit;
  };

  const enterWrite = (request: SandboxRequest, accountId: string): void => {
    const overlaps = [...underWay.values()].includes(accountId);
    if (overlaps) overlapping += 1;
    if (overlaps && parts.settings().refuse_concurrent_writes)
      refuse("ABORTED", "The operation was aborted: another write of this user is under way.");
    underWay.set(request.number, accountId);
  };

  const run = (operation: Operation, id: string, request: SandboxRequest): SandboxAnswer => {
    const access = parts.authorize(request);
    if (access === null)
      return unauthenticated(request.headers["authorization"] !== undefined, operation.rpc);
    const { account, scopes } = access.grant;
    if (!operation.scopes.some((scope) => scopes.includes(scope)))
      return scopeInsufficient(operation.rpc, operation.scopes);
    if (isTooMany(operation)) return quotaExceeded();
    checkParameters(operation, request.query);
    const book = parts.bookOf(account.id);
    if (book === null) return rpcError("NOT_FOUND", "Requested entity was not found.");
    if (operation.writes) enterWrite(request, account.id);
    try {
      const body = operation.run({ request, id, account, book, scopes });
      return { status: 200, headers: jsonHeaders, body, wrote: operation.writes === true };
    } catch (error) {
      underWay.delete(request.number);
      throw error;
    }
  };

  return {
    handle: (request) => {
      for (const { operation, pattern } of routes) {
        const match = operation.method === request.method ? pattern.exec(request.path) : null;
        if (match === null) continue;
        const id = decode(match[1] ?? "");
        try {
          return { ...run(operation, id, request), template: operation.template };
        } catch (error) {
          if (error instanceof Refusal) return { ...error.answer, template: operation.template };
          throw error;
        }
      }
      return null;
    },
    knows: (path) => routes.some(({ pattern }) => pattern.test(path)),
    answered: (requestNumber) => void underWay.delete(requestNumber),
    overlappingWrites: () => overlapping,
    reset: () => {
      overlapping = 0;
      served.clear();
    },
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{\w+\}/, "([^/:]+)")}$`);
}

/** Text that is no valid percent-encoding names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function checkParameters(operation: Operation, query: URLSearchParams): void {
  for (const [name, value] of query) {
    if (operation.parameters.includes(name)) continue;
    if (!commonParameters.includes(name))
      refuseInput(
        "",
        `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
      );
    if (name === "fields" || (name === "alt" && value !== "json"))
      refuse("INVALID_ARGUMENT", `The sandbox does not simulate the parameter "${name}".`);
  }
}
