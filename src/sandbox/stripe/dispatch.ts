import { randomText } from "../kit/random.ts";
import type { SandboxAnswer, SandboxRequest, Vendor, World } from "../kit/vendor.ts";
import type { Account } from "./accounts.ts";
import { errorBody, invalidRequest, StripeError } from "./errors.ts";
import { apiVersion } from "./events.ts";
import { faultError } from "./fault-errors.ts";
import { canonicalForm, parseForm, type Form } from "./form.ts";
import type { Idempotency, KeyedRequest, Outcome } from "./idempotency.ts";
import { requirePermission, type Key, type Keys } from "./keys.ts";
import { createLimiter } from "./lists.ts";
import type { Operation } from "./operation.ts";

interface Parts {
  readonly world: World;
  readonly account: Account;
  readonly keys: Keys;
  readonly idempotency: Idempotency;
  readonly operations: readonly Operation[];
}

/** Leads requests to their operations, through sign-in, limit, permission and idempotency key. */
export function createDispatch(parts: Parts): Pick<Vendor, "handle" | "errorAnswer"> {
  const { world, idempotency, operations } = parts;
  const limit = createLimiter(world);
  const newRequestId = () => `req_${randomText(() => world.random(), 14)}`;
  const nowSeconds = () => Math.floor(world.now() / 1000);
  return {
    handle: (request) => {
      const found = findOperation(operations, request);
      if (found === null) return null;
      const { operation, id } = found;
      const requestId = newRequestId();
      const headers = { ...standardHeaders(request), "Request-Id": requestId };
      const { template } = operation;
      try {
        const key = authenticate(request, parts);
        limit(`${operation.method} ${template}`);
        requirePermission(key, operation.permission, parts.account);
        const answer = execute(operation, id, receive(request, requestId), parts);
        return { ...answer, headers: { ...headers, ...answer.headers }, template };
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        const outcome = outcomeOf(error, requestId, nowSeconds());
        return { ...outcome, headers: { ...headers, ...error.headers }, template };
      }
    },
    errorAnswer: (status, { path, request, retryAfterSeconds }) => {
      const requestId = newRequestId();
      const error = faultError(status, { path, ...(request === undefined ? {} : { request }) });
      const outcome = outcomeOf(error, requestId, nowSeconds());
      // Where the request was carried out, its key now keeps this answer.
      const kept = request === undefined ? null : idempotency.kept(request.number);
      if (kept !== null) idempotency.keep(kept, outcome);
      const found = request === undefined ? null : findOperation(operations, request);
      return {
        ...outcome,
        headers: {
          ...(request === undefined ? {} : standardHeaders(request)),
          "Request-Id": requestId,
          ...error.headers,
          ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
        },
        ...(found === null ? {} : { template: found.operation.template }),
      };
    },
  };
}

function authenticate(request: SandboxRequest, { keys, account }: Parts): Key {
  const key = keys.authenticate(request.headers);
  const version = request.headers["stripe-version"] ?? apiVersion;
  if (version !== apiVersion)
    throw invalidRequest(
      `Invalid Stripe API version: ${version}. The sandbox simulates ${apiVersion} alone.`,
    );
  const wanted = request.headers["stripe-account"] ?? account.id;
  if (wanted === account.id) return key;
  throw new StripeError(403, {
    type: "invalid_request_error",
    code: "account_invalid",
    message: `The provided key does not have access to account '${wanted}' (or that account does not exist). Application access may have been revoked.`,
  });
}

/** Carries a request out, or gives the kept answer of its key. */
function execute(
  operation: Operation,
  id: string,
  { requestId, form, keyed }: Received,
  { world, idempotency }: Parts,
): SandboxAnswer {
  const former = keyed === null ? null : idempotency.recall(keyed);
  if (former !== null)
    return {
      ...former.outcome,
      headers: { "Idempotent-Replayed": "true", "Original-Request": former.requestId },
    };
  const cause = { id: requestId, idempotencyKey: keyed?.key ?? null };
  const run = operation.prepare({ id, form, cause });
  try {
    const { body, wrote = false } = run();
    if (keyed !== null) idempotency.keep(keyed, { status: 200, body });
    return { status: 200, body, wrote };
  } catch (error) {
    if (error instanceof StripeError && error.executed && keyed !== null)
      idempotency.keep(keyed, outcomeOf(error, requestId, Math.floor(world.now() / 1000)));
    throw error;
  }
}

function outcomeOf(error: StripeError, requestId: string, atSeconds: number): Outcome {
  return { status: error.status, body: errorBody(error.details, requestId, atSeconds) };
}

/** A request as its operation takes it. */
interface Received {
  readonly form: Form;
  readonly requestId: string;
  /** Where it carries an idempotency key: those of other methods than POST mean nothing. */
  readonly keyed: KeyedRequest | null;
}

function receive(request: SandboxRequest, requestId: string): Received {
  const form = formOf(request);
  const idempotencyKey = request.headers["idempotency-key"];
  const keyed =
    idempotencyKey === undefined || request.method !== "POST"
      ? null
      : {
          key: idempotencyKey,
          path: request.path,
          fingerprint: canonicalForm(form),
          requestId,
          requestNumber: request.number,
        };
  return { form, requestId, keyed };
}

function formOf(request: SandboxRequest): Form {
  if (request.body.length === 0) return parseForm(request.query);
  const contentType = request.headers["content-type"] ?? "application/x-www-form-urlencoded";
  if (!contentType.startsWith("application/x-www-form-urlencoded"))
    throw invalidRequest(
      "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.",
    );
  return parseForm([...request.query, ...new URLSearchParams(request.body.toString("utf8"))]);
}

function findOperation(
  operations: readonly Operation[],
  request: SandboxRequest,
): { readonly operation: Operation; readonly id: string } | null {
  const parts = request.path.split("/");
  for (const operation of operations) {
    const wanted = operation.template.split("/");
    const fits =
      operation.method === request.method &&
      parts.length === wanted.length &&
      wanted.every((part, index) =>
        isParameter(part) ? parts[index] !== "" : part === parts[index],
      );
    if (!fits) continue;
    const encoded = parts[wanted.findIndex(isParameter)] ?? "";
    return { operation, id: decoded(encoded) };
  }
  return null;
}

function isParameter(part: string): boolean {
  return part.startsWith("{");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function standardHeaders(request: SandboxRequest): Record<string, string> {
  const key = request.headers["idempotency-key"];
  return {
    "Cache-Control": "no-cache, no-store",
    "Stripe-Version": apiVersion,
    ...(key === undefined || request.method !== "POST" ? {} : { "Idempotency-Key": key }),
  };
}
