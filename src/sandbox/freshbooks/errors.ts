/** What an accounting error says of a request (https://www.freshbooks.com/api/errors). */
export interface AccountingProblem {
  readonly errno: number;
  readonly message: string;
  readonly field?: string;
  readonly object?: string;
  readonly value?: string;
}

/** Numbers of https://www.freshbooks.com/api/errors. */
export const errno = {
  requiredField: 1001,
  accessDenied: 1003,
  invalidValue: 1004,
  parseError: 1005,
  unknownResource: 1012,
  invalidPerPage: 1013,
  invalidPage: 1014,
  maxLengthExceeded: 1017,
} as const;

/** An accounting request that is answered with an error, in the form that the settings ask for. */
export class AccountingError extends Error {
  readonly status: number;
  readonly problem: AccountingProblem;

  constructor(status: number, problem: AccountingProblem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

/** A sign-in, or a request without one, that is refused: these errors have the form of OAuth. */
export class AuthRefusal extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.status = status;
    this.error = error;
  }
}

/** The form with `errno`, or the newer one of google.rpc: which request is answered in which is not documented. */
export type ErrorShape = "errors" | "details";

export function accountingBody(problem: AccountingProblem, shape: ErrorShape): unknown {
  const { errno: number, message, field = null, object = null, value = null } = problem;
  if (shape === "errors")
    return { response: { errors: [{ errno: number, field, message, object, value }] } };
  return {
    code: 5,
    message: "Request failed.",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: String(number),
        domain: "accounting.api.freshbooks.com",
        metadata: {
          message,
          ...(field === null ? {} : { field }),
          ...(object === null ? {} : { object }),
          ...(value === null ? {} : { value }),
        },
      },
    ],
  };
}

export function authBody(refusal: AuthRefusal): unknown {
  return { error: refusal.error, error_description: refusal.message };
}

export function unauthenticated(): AuthRefusal {
  return new AuthRefusal(
    401,
    "unauthenticated",
    "This action requires authentication to continue.",
  );
}

export function accessDenied(): AccountingError {
  return new AccountingError(403, {
    errno: errno.accessDenied,
    message: "The server could not verify that you are authorized to access the URL requested.",
  });
}

export function clientNotFound(id: string): AccountingError {
  return new AccountingError(404, {
    errno: errno.unknownResource,
    field: "userid",
    message: "Client not found.",
    object: "client",
    value: id,
  });
}

export function invalidValue(field: string, message: string, value = ""): AccountingError {
  return new AccountingError(422, {
    errno: errno.invalidValue,
    field,
    message,
    object: "client",
    value,
  });
}
