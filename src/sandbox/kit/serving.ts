import type { ServerResponse } from "node:http";
import type { Faults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import type { Fault, SandboxAnswer, SandboxRequest, Vendor, World } from "./vendor.ts";

export interface ServingParts {
  readonly vendor: Vendor;
  readonly world: World;
  readonly faults: Faults;
  readonly ledger: Ledger;
}

const gatewayPage: SandboxAnswer = {
  status: 502,
  headers: { "Content-Type": "text/html; charset=UTF-8" },
  body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
};

export type Serve = (request: SandboxRequest, response: ServerResponse) => Promise<void>;

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

  return async (request, response) => {
    const fault = faults.take(request.method, request.path);
    if (fault?.kind === "token-expired") vendor.endTokens("expired");
    if (fault?.kind === "token-revoked") vendor.endTokens("revoked");
    if (fault?.kind === "reset") {
      record(request, null, fault);
      response.destroy();
      return;
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
    const text = record(request, answer, served);
    if (fault?.kind === "delay") await wait(fault.delayMs ?? 1000);
    if (served?.kind === "lost-answer") response.destroy();
    else send(response, answer, { text, cut: served?.kind === "cut-page" });
    vendor.answered?.(request.number);
  };
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

function send(
  response: ServerResponse,
  answer: SandboxAnswer,
  options: { readonly text: string; readonly cut: boolean },
): void {
  const bytes = Buffer.from(options.text, "utf8");
  const isJson = typeof answer.body !== "string" && answer.body !== null;
  response.writeHead(answer.status, {
    ...(isJson ? { "Content-Type": "application/json" } : {}),
    ...answer.headers,
    ...(answer.status === 204 ? {} : { "Content-Length": bytes.length }),
  });
  if (!options.cut) return void response.end(bytes);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
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

function wait(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
