import { createControl, type SandboxControl } from "./control.ts";
import { createFaults } from "./faults.ts";
import { createLedger } from "./ledger.ts";
import { createServing, headersOf, type Served } from "./serving.ts";
import type { CreateVendor, SandboxAnswer, SandboxRequest, VendorDescription } from "./vendor.ts";
import { createWorld, type WorldOptions } from "./world.ts";

/** A vendor's stand-in without a socket: what time it takes, the caller's clock says. */
export interface InProcessSandbox {
  readonly name: string;
  readonly origin: string;
  readonly control: SandboxControl;
  describe(): VendorDescription;
  /** `fetch`, as the network would be: faults are served, the ledger is written, a time-out ends what takes too long. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** The vendor's answer to another program of the account's owner: past faults and ledger. */
  ask(method: string, path: string, options?: AskOptions): SandboxAnswer | null;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface InProcessOptions extends WorldOptions {
  readonly origin: string;
  readonly clients: number;
  readonly timeoutMs: number;
  sleep(durationMs: number): Promise<void>;
}

export function createInProcessSandbox(
  createVendor: CreateVendor,
  options: InProcessOptions,
): InProcessSandbox {
  const { origin, timeoutMs } = options;
  const world = createWorld(options);
  const vendor = createVendor(world);
  const faults = createFaults();
  const ledger = createLedger();
  const control = createControl({
    ...options,
    vendor,
    world,
    faults,
    ledger,
    origin: () => origin,
  });
  control.reset();
  const serve = createServing({ vendor, world, faults, ledger });
  let count = 0;

  return {
    name: vendor.name,
    origin,
    control,
    describe: () => control.describe(),
    fetch: async (url, init = {}) => {
      const number = (count += 1);
      const served = serve(toRequest(new URL(url), init, number));
      const late = served.delayMs >= timeoutMs;
      if (served.delayMs > 0) await options.sleep(late ? timeoutMs : served.delayMs);
      served.left();
      if (late) throw new DOMException("The operation timed out.", "TimeoutError");
      return responseOf(served, new Date(world.now()).toUTCString());
    },
    ask: (method, path, { headers = {}, body = "" } = {}) => {
      const number = (count += 1);
      const init = { method, headers, body };
      const answer = vendor.handle(toRequest(new URL(path, origin), init, number));
      vendor.answered?.(number);
      return answer;
    },
  };
}

function toRequest(url: URL, init: RequestInit, number: number): SandboxRequest {
  const { body } = init;
  if (body !== undefined && body !== null && typeof body !== "string")
    throw new TypeError("A sandbox without a socket takes text bodies alone.");
  return {
    method: (init.method ?? "GET").toUpperCase(),
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(new Headers(init.headers)),
    body: Buffer.from(body ?? "", "utf8"),
    number,
  };
}

function responseOf({ answer, text, cut }: Served, date: string): Response {
  if (answer === null) throw connectionLost();
  const bodyless = answer.status === 204 || (text === "" && answer.body === null);
  return new Response(bodyless ? null : cut ? half(text) : text, {
    status: answer.status,
    headers: { ...headersOf(answer), Date: date },
  });
}

function half(text: string): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(text, "utf8");
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new Uint8Array(bytes.subarray(0, Math.floor(bytes.length / 2))));
    },
    pull: (controller) => controller.error(connectionLost()),
  });
}

/** As Node's fetch reports a connection that the other side cut. */
function connectionLost(): TypeError {
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  return new TypeError("fetch failed", { cause });
}
