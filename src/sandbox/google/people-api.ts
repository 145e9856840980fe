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
import { createLimiter, createWriteWatch } from "./request-watch.ts";
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
  /** Of the operation that answers such a request; null where there is none. */
  templateOf(request: SandboxRequest): string | null;
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
  const limiter = createLimiter(parts.world);
  const writes = createWriteWatch(() => parts.settings().refuse_concurrent_writes);

  const run = (operation: Operation, id: string, request: SandboxRequest): SandboxAnswer => {
    const access = parts.authorize(request);
    if (access === null)
      return unauthenticated(request.headers["authorization"] !== undefined, operation.rpc);
    const { account, scopes } = access.grant;
    if (!operation.scopes.some((scope) => scopes.includes(scope)))
      return scopeInsufficient(operation.rpc, operation.scopes);
    if (limiter.isTooMany(`${operation.method} ${operation.template}`)) return quotaExceeded();
    checkParameters(operation, request.query);
    const book = parts.bookOf(account.id);
    if (book === null) return rpcError("NOT_FOUND", "Requested entity was not found.");
    if (operation.writes) writes.enter(request.number, account.id);
    try {
      const body = operation.run({ request, id, account, book, scopes });
      return { status: 200, headers: jsonHeaders, body, wrote: operation.writes === true };
    } catch (error) {
      writes.leave(request.number);
      throw error;
    }
  };

  const find = ({ method, path }: SandboxRequest) =>
    routes.find(({ operation, pattern }) => operation.method === method && pattern.test(path));

  return {
    handle: (request) => {
      const route = find(request);
      if (route === undefined) return null;
      const { template } = route.operation;
      const id = decode(route.pattern.exec(request.path)?.[1] ?? "");
      try {
        return { ...run(route.operation, id, request), template };
      } catch (error) {
        if (error instanceof Refusal) return { ...error.answer, template };
        throw error;
      }
    },
    templateOf: (request) => find(request)?.operation.template ?? null,
    knows: (path) => routes.some(({ pattern }) => pattern.test(path)),
    answered: (requestNumber) => writes.leave(requestNumber),
    overlappingWrites: () => writes.overlapping(),
    reset: () => writes.reset(),
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
