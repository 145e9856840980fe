import type { SandboxAnswer, SandboxRequest, Vendor, World } from "../kit/vendor.ts";
import type { Company } from "./company.ts";
import {
  accessLost,
  companyRefused,
  Fault,
  faultBody,
  gatewayBody,
  GatewayFault,
  notFound,
  subscriptionEnded,
  systemFault,
  throttled,
  tokenRefused,
  unsupported,
} from "./errors.ts";
import type { Grants } from "./grants.ts";
import type { Operation } from "./operations.ts";
import type { RequestIds } from "./request-ids.ts";
import type { QuickBooksSettings } from "./settings.ts";
import { pacificTime } from "./times.ts";

interface Parts {
  readonly world: World;
  readonly company: Company;
  readonly grants: Grants;
  readonly requestIds: RequestIds;
  readonly operations: readonly Operation[];
  readonly settings: () => QuickBooksSettings;
}

const usualParameters = ["minorversion", "format"];

/** Leads requests to their operations, through token, limit, company and request id. */
export function createDispatch(parts: Parts): Pick<Vendor, "handle" | "errorAnswer"> {
  const { world, operations, settings } = parts;
  const limit = createLimiter(world);
  const headers = { intuit_tid: "1-sandbox", "Cache-Control": "max-age=0, no-cache, no-store" };
  const answerTo = (error: Fault | GatewayFault): SandboxAnswer =>
    error instanceof Fault
      ? {
          status: settings().faults_in_success ? 200 : error.status,
          body: faultBody(error, pacificTime(world.now())),
        }
      : { status: error.status, body: gatewayBody(error, world.now()) };
  return {
    handle: (request) => {
      const found = findOperation(operations, request);
      if (found === null) return null;
      const { template } = found.operation;
      try {
        if (!parts.grants.allows(request.headers["authorization"] ?? "")) throw tokenRefused();
        limit(`${request.method} ${template}`);
        checkCompany(found.realmId, parts);
        const answer = execute(found, request, parts);
        return { ...answer, headers, template };
      } catch (error) {
        if (!(error instanceof Fault) && !(error instanceof GatewayFault)) throw error;
        return { ...answerTo(error), headers, template };
      }
    },
    errorAnswer: (status, { request, retryAfterSeconds }) => {
      const found = request === undefined ? null : findOperation(operations, request);
      return {
        ...answerTo(faultOf(status)),
        // A fault that is asked for by its status has that status.
        status,
        headers: {
          ...headers,
          ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
        },
        ...(found === null ? {} : { template: found.operation.template }),
      };
    },
  };
}

interface Found {
  readonly operation: Operation;
  readonly realmId: string;
  readonly id: string;
}

function checkCompany(realmId: string, { company, settings }: Parts): void {
  if (realmId !== company.realmId) throw companyRefused();
  if (settings().user_lost_access) throw accessLost();
  if (settings().subscription_ended) throw subscriptionEnded();
}

function execute(
  { operation, id }: Found,
  request: SandboxRequest,
  { world, requestIds }: Parts,
): SandboxAnswer {
  const known = [...usualParameters, ...operation.parameters];
  const unknown = [...request.query.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw unsupported(unknown);
  const minor = request.query.get("minorversion") ?? "";
  // Since 2025-08-01, all below are treated as 75.
  if (minor !== "" && !/^\d{1,3}$/.test(minor)) throw unsupported("minorversion");
  if (!accepts(request, "application/json")) throw unsupported("Accept");
  const requestId = request.query.get("requestid");
  if (requestId !== null && (requestId === "" || requestId.length > 50))
    throw unsupported("requestid");
  const former = requestId === null ? null : requestIds.recall(requestId);
  if (former !== null)
    return { status: 200, body: { ...former.answer.body, time: former.time }, wrote: false };
  const answer = operation.run(request, id);
  const time = pacificTime(world.now());
  if (requestId !== null) requestIds.keep(requestId, answer, time);
  return { status: 200, body: { ...answer.body, time }, wrote: answer.wrote ?? false };
}

/** Without it, QuickBooks answers in XML. */
function accepts(request: SandboxRequest, type: string): boolean {
  const accept = request.headers["accept"] ?? "";
  return accept.includes(type) || request.query.get("format") === "json";
}

function faultOf(status: number): Fault | GatewayFault {
  if (status === 401) return tokenRefused();
  if (status === 403) return companyRefused();
  if (status === 429) return throttled();
  if (status >= 500) return systemFault(status);
  return notFound();
}

function findOperation(operations: readonly Operation[], request: SandboxRequest): Found | null {
  const parts = request.path.split("/");
  for (const operation of operations) {
    const wanted = operation.template.split("/");
    const fits =
      operation.method === request.method &&
      parts.length === wanted.length &&
      wanted.every((part, index) =>
        part.startsWith("{") ? parts[index] !== "" : part === parts[index]?.toLowerCase(),
      );
    if (!fits) continue;
    const at = (name: string) => parts[wanted.indexOf(name)] ?? "";
    return { operation, realmId: at("{realmId}"), id: at("{id}") };
  }
  return null;
}

/** Refuses the request that is one too many for its operation in this second, where a limit is set. */
function createLimiter(world: World): (operation: string) => void {
  const counts = new Map<string, { second: number; count: number }>();
  return (operation) => {
    const limit = world.rateLimitPerSecond();
    if (limit === 0) return;
    const second = Math.floor(world.now() / 1000);
    const count = counts.get(operation) ?? { second, count: 0 };
    if (count.second !== second) Object.assign(count, { second, count: 0 });
    count.count += 1;
    counts.set(operation, count);
    if (count.count > limit) throw throttled();
  };
}
