/** What Stripe says of a refused request; `param` and `code` only where Stripe gives them. */
export interface ErrorDetails {
  readonly type: "api_error" | "idempotency_error" | "invalid_request_error";
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
}

/**
 * A request that is answered with an error. `executed` tells whether its execution had begun: an idempotency key
 * keeps only such answers.
 */
export class StripeError extends Error {
  readonly status: number;
  readonly details: ErrorDetails;
  readonly headers: Readonly<Record<string, string>>;
  readonly executed: boolean;

  constructor(
    status: number,
    details: ErrorDetails,
    options: { headers?: Readonly<Record<string, string>>; executed?: boolean } = {},
  ) {
    super(details.message);
    this.status = status;
    this.details = details;
    this.headers = options.headers ?? {};
    this.executed = options.executed ?? false;
  }
}

export function invalidRequest(
  message: string,
  details: { readonly code?: string; readonly param?: string } = {},
): StripeError {
  return new StripeError(400, { type: "invalid_request_error", message, ...details });
}

/** An id that nothing has: 404 in a path, 400 in a parameter. */
export function missing(
  kind: string,
  id: string,
  where: { readonly param: string; readonly status?: 400 | 404; readonly executed?: boolean },
): StripeError {
  return new StripeError(
    where.status ?? 404,
    {
      type: "invalid_request_error",
      code: "resource_missing",
      message: `No such ${kind}: '${id}'`,
      param: where.param,
    },
    { executed: where.executed ?? false },
  );
}

export function errorBody(details: ErrorDetails, requestId: string, atSeconds: number): unknown {
  const { code } = details;
  return {
    error: {
      ...(code === undefined
        ? {}
        : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }),
      message: details.message,
      ...(details.param === undefined ? {} : { param: details.param }),
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}?t=${atSeconds}`,
      type: details.type,
    },
  };
}
