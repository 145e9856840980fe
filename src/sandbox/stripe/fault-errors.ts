import type { SandboxRequest } from "../kit/vendor.ts";
import { StripeError } from "./errors.ts";
import { inUse } from "./idempotency.ts";
import { masked, secretOf } from "./keys.ts";
import { rateLimited } from "./lists.ts";

/** What Stripe says with that status, where a fault asks for it or a path is not there. */
export function faultError(
  status: number,
  { path, request }: { readonly path: string; readonly request?: SandboxRequest },
): StripeError {
  const secret = secretOf(request?.headers["authorization"] ?? "");
  const refuse = (message: string) =>
    new StripeError(status, { type: "invalid_request_error", message });
  if (status === 401) return refuse(`Invalid API Key provided: ${masked(secret)}`);
  if (status === 403)
    return refuse(
      `The provided key '${masked(secret)}' does not have the required permissions for this endpoint.`,
    );
  if (status === 404)
    return refuse(
      `Unrecognized request URL (${request?.method ?? "GET"}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    );
  if (status === 409) return inUse(request?.headers["idempotency-key"] ?? "");
  if (status === 429) return rateLimited({ "Stripe-Rate-Limited-Reason": "global-rate" });
  if (status < 500) return refuse("The request was refused.");
  return new StripeError(status, {
    type: "api_error",
    message:
      "Sorry! There was an error while talking to one of our backends. Support has been notified.",
  });
}
