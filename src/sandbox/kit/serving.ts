import type { Faults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import type { Fault, SandboxAnswer, SandboxRequest, Vendor, World } from "./vendor.ts";

export interface ServingParts {
  readonly vendor: Vendor;
  readonly world: World;
  readonly faults: Faults;
  readonly ledger: Ledger;
}

/** What became of a request: an answer that leaves whole or in part, or none. */
export interface Served {
  /** null where the connection is cut instead: before the request was handled, or after. */
  readonly answer: SandboxAnswer | null;
  /** The answer's whole body. */
  readonly text: string;
  /** Whether the connection is cut in the middle of the body. */
  readonly cut: boolean;
  /** How long the answer is held back. */
  readonly delayMs: number;
  /** To be called once the answer has left, or the connection was cut. */
  left(): void;
}

const gatewayPage: SandboxAnswer = {
  status: 502,
  headers: { "Content-Type": "text/html; charset=UTF-8" },
  body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
};

export type Serve = (request: SandboxRequest) => Served;

/** Answers API requests: lets the vendor handle them, serves the fault that fits, and writes the ledger. */
export function createServing(parts: ServingParts): Serve {
  const { vendor, world, faults, ledger } = parts;

  const record = (
    request: SandboxRequest,
    answer: SandboxAnswer | null,
    fault: Fault | null,
  ): string => {
    const text = answer === null ? "" : textOf(answer.body);
    ledger.add({
      number: request.number,
      at: new Date(world.now()).toISOString(),
      method: request.method,
      path: request.path,
      template: answer?.template ?? request.path,
      query: request.query.toString(),
      headers: withoutSecrets(request.headers),
      body: request.body.toString("utf8"),
      status: answer?.status ?? 0,
      answer: text,
      fault: fault?.kind ?? null,
      wrote: answer?.wrote ?? false,
    });
    return text;
  };

  return (request) => {
    const fault = faults.take(request.method, request.path);
    if (fault?.kind === "token-expired") vendor.endTokens("expired");
    if (fault?.kind === "token-revoked") vendor.endTokens("revoked");
    if (fault?.kind === "reset") {
      record(request, null, fault);
      return { answer: null, text: "", cut: false, delayMs: 0, left: () => {} };
    }
    let answer = answerFor(vendor, request, fault);
    let served = fault;
    if (fault?.kind === "empty-page") {
      const empty = vendor.emptyPage(answer);
      if (empty === null) {
        faults.putBack(fault);
        served = null;
      } else answer = empty;
    }
    return {
      answer: served?.kind === "lost-answer" ? null : answer,
      text: record(request, answer, served),
      cut: served?.kind === "cut-page",
      delayMs: fault?.kind === "delay" ? (fault.delayMs ?? 1000) : 0,
      left: () => vendor.answered?.(request.number),
    };
  };
}

/** The headers of an answer as they are sent, but for those of the connection. */
export function headersOf(answer: SandboxAnswer): Readonly<Record<string, string>> {
  const isJson = typeof answer.body !== "string" && answer.body !== null;
  return { ...(isJson ? { "Content-Type": "application/json" } : {}), ...answer.headers };
}

function answerFor(vendor: Vendor, request: SandboxRequest, fault: Fault | null): SandboxAnswer {
  if (fault?.kind === "html") return gatewayPage;
  if (fault?.kind === "status") {
    const handled = fault.executed === true ? vendor.handle(request) : null;
    const { retryAfterSeconds } = fault;
    const answer = vendor.errorAnswer(fault.status ?? 500, {
      path: request.path,
      request,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    return { ...answer, wrote: handled?.wrote ?? false };
  }
  return (
    vendor.handle(request) ?? {
      ...vendor.errorAnswer(404, { path: request.path, request }),
      template: "*",
    }
  );
}

function textOf(body: unknown): string {
  if (body === null || body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = { ...headers };
  if (shown["authorization"] !== undefined)
    shown["authorization"] = shown["authorization"].split(" ", 1)[0] ?? "";
  delete shown["cookie"];
  return shown;
}
