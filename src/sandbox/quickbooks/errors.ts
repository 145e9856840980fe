/** One of QuickBooks' errors; `code` is text there. */
export interface FaultError {
  readonly Message: string;
  readonly Detail: string;
  readonly code: string;
  readonly element?: string;
}

export type FaultType =
  | "ValidationFault"
  | "SystemFault"
  | "AuthenticationFault"
  | "AuthorizationFault";

/** A request that the service refuses (https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes). */
export class Fault extends Error {
  readonly status: number;
  readonly error: FaultError;
  readonly type: FaultType;

  constructor(status: number, error: FaultError, type: FaultType = "ValidationFault") {
    super(error.Message);
    this.status = status;
    this.error = error;
    this.type = type;
  }
}

/** A request that the gateway in front of the service refuses: another form, in lower case. */
export class GatewayFault extends Error {
  readonly status: number;
  readonly code: number;
  readonly type: "AUTHENTICATION" | "SERVICE";
  readonly detail: string;

  constructor(
    status: number,
    code: number,
    options: { readonly name: string; readonly detail: string },
  ) {
    const padded = String(code).padStart(6, "0");
    super(`message=${options.name}; errorCode=${padded}; statusCode=${status}`);
    this.status = status;
    this.code = code;
    this.type = status === 401 ? "AUTHENTICATION" : "SERVICE";
    this.detail = options.detail;
  }
}

export function faultBody(fault: Fault, time: string): unknown {
  return { Fault: { Error: [fault.error], type: fault.type }, time };
}

export function gatewayBody(fault: GatewayFault, nowMs: number): unknown {
  return {
    warnings: null,
    intuitObject: null,
    fault: {
      error: [
        { message: fault.message, detail: fault.detail, code: String(fault.code), element: null },
      ],
      type: fault.type,
    },
    time: nowMs,
  };
}

function validation(
  code: string,
  Message: string,
  options: { readonly detail: string; readonly element?: string },
): Fault {
  const { detail, element } = options;
  return new Fault(400, {
    Message,
    Detail: detail,
    code,
    ...(element === undefined ? {} : { element }),
  });
}

export function notFound(): Fault {
  return validation("610", "Object Not Found", {
    detail:
      "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.",
  });
}

export function stale(): Fault {
  return validation("5010", "Stale Object Error", {
    detail:
      "Stale Object Error : You and another user were working on this at the same time. The other user finished before you did, so your work was not saved.",
  });
}

export function nameTaken(): Fault {
  return validation("6240", "Duplicate Name Exists Error", {
    detail:
      "The name supplied already exists. : Another customer, vendor or employee is already using this \nname. Please use a different name.",
  });
}

export function tooLong(element: string, limit: number): Fault {
  return validation(
    "2050",
    "String length is either shorter or longer than supported by specification",
    {
      detail: `String length specified does not match the supported length. Min:0 Max:${limit} supported.`,
      element,
    },
  );
}

export function invalidText(element: string): Fault {
  return validation("2040", "Invalid String. The string contains an invalid character", {
    detail: `${element} cannot contain a colon, a tab or a new line.`,
    element,
  });
}

export function invalidEmail(): Fault {
  return validation("2210", "Invalid Email Address format", {
    detail: "Email Address does not meet the required standard.",
    element: "PrimaryEmailAddr",
  });
}

export function required(element: string): Fault {
  return validation(
    "2020",
    "Required param missing, need to supply the required value for the API",
    {
      detail: `Required parameter ${element} is missing in the request`,
      element,
    },
  );
}

export function unsupported(property: string): Fault {
  return validation("2010", "Request has invalid or unsupported property", {
    detail: `Property Name:${property} specified is unsupported or invalid`,
    element: property,
  });
}

export function invalidReference(element: string): Fault {
  return validation("2500", "Invalid Reference Id", {
    detail: `Invalid Reference Id : ${element} is not there or is inactive`,
    element,
  });
}

export function badQuery(detail: string): Fault {
  return validation("4000", "Error parsing query", { detail: `QueryParserError: ${detail}` });
}

export function invalidQuery(detail: string): Fault {
  return validation("4001", "Invalid query", { detail: `QueryValidationError: ${detail}` });
}

export function systemFault(status: number): Fault {
  return new Fault(
    status,
    {
      Message: "An application error has occurred while processing your request",
      Detail: "System Failure Error: An unexpected error occurred",
      code: "10000",
    },
    "SystemFault",
  );
}

export function subscriptionEnded(): Fault {
  return validation("6190", "Invalid Company Status", {
    detail:
      "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks Online Plus because your trial or subscription period ended.",
  });
}

/** The user who signed in is no longer one of the company's. */
export function accessLost(): Fault {
  return new Fault(
    401,
    {
      Message: "Authorization Failure",
      Detail: "Authorization Failure : You don't have permission to access this company.",
      code: "120",
    },
    "AuthorizationFault",
  );
}

export function tokenRefused(): GatewayFault {
  return new GatewayFault(401, 3200, {
    name: "AuthenticationFailed",
    detail: "Token expired or revoked",
  });
}

export function companyRefused(): GatewayFault {
  return new GatewayFault(403, 3100, {
    name: "ApplicationAuthorizationFailed",
    detail: "The application may not work with this company.",
  });
}

export function throttled(): GatewayFault {
  return new GatewayFault(429, 3001, {
    name: "ThrottleExceeded",
    detail: "The request limit was reached.",
  });
}
