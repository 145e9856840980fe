import type { SandboxAnswer, SandboxRequest } from "../kit/vendor.ts";
import { apiError, RecordRefusal, RequestRefusal } from "./errors.ts";
import type { Operation, Result } from "./operations.ts";
import type { Usage } from "./usage.ts";

export interface ApiParts {
  readonly operations: readonly Operation[];
  readonly usage: Usage;
  /** Whether that access token is good. */
  readonly isLive: (token: string) => boolean;
}

export interface Api {
  /** null for a path that it does not have. */
  handle(request: SandboxRequest): SandboxAnswer | null;
  templateOf(request: SandboxRequest): string | null;
}

/** Leads requests to their operations, through sign-in and the daily limit. */
export function createApi({ operations, usage, isLive }: ApiParts): Api {
  const find = (request: SandboxRequest) => findOperation(operations, request);
  const answer = (request: SandboxRequest, run: () => Result): SandboxAnswer => {
    try {
      const [scheme, token] = (request.headers["authorization"] ?? "").split(" ");
      if (scheme !== "Bearer" || token === undefined || !isLive(token))
        throw new RequestRefusal(401, "INVALID_SESSION_ID", "Session expired or invalid");
      usage.count();
      const result = run();
      return { ...result, headers: { "Sforce-Limit-Info": usage.header() } };
    } catch (error) {
      if (!(error instanceof RequestRefusal) && !(error instanceof RecordRefusal)) throw error;
      const refused = apiError(error.status, error.problem);
      if (error.status === 401) return refused;
      return { ...refused, headers: { "Sforce-Limit-Info": usage.header() } };
    }
  };
  return {
    handle: (request) => {
      const found = find(request);
      if (found === null) return null;
      const { operation, id } = found;
      return {
        ...answer(request, () => {
          checkQuery(request, operation);
          return operation.run({ id, request });
        }),
        template: operation.template,
      };
    },
    templateOf: (request) => find(request)?.operation.template ?? null,
  };
}

function checkQuery({ query }: SandboxRequest, operation: Operation): void {
  const unknown = [...query.keys()].find((name) => !operation.parameters.includes(name));
  if (unknown !== undefined)
    throw new RequestRefusal(
      400,
      "INVALID_INPUT",
      `The sandbox does not simulate the parameter ${unknown}.`,
    );
}

function findOperation(
  operations: readonly Operation[],
  request: SandboxRequest,
): { readonly operation: Operation; readonly id: string } | null {
  const parts = request.path.split("/");
  for (const operation of operations) {
    if (operation.method !== request.method) continue;
    const wanted = operation.template.split("/");
    const fits =
      parts.length === wanted.length &&
      wanted.every((part, at) => (part.startsWith("{") ? parts[at] !== "" : part === parts[at]));
    if (!fits) continue;
    return { operation, id: parts[wanted.findIndex((part) => part.startsWith("{"))] ?? "" };
  }
  return null;
}
