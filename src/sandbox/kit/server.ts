import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createControl, type SandboxControl } from "./control.ts";
import { answerControl, isControlPath } from "./control-api.ts";
import { createFaults } from "./faults.ts";
import { createLedger } from "./ledger.ts";
import { createServing, headersOf, type Served } from "./serving.ts";
import type { CreateVendor, SandboxRequest, VendorDescription } from "./vendor.ts";
import { createWorld, type WorldOptions } from "./world.ts";

/** A vendor's stand-in, listening on loopback. */
export interface Sandbox {
  readonly name: string;
  /** "http://127.0.0.1:40001" */
  readonly origin: string;
  describe(): VendorDescription;
  readonly control: SandboxControl;
  close(): Promise<void>;
}

export interface SandboxOptions extends WorldOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly clients: number;
}

const bodyLimitBytes = 20 * 1024 * 1024;

export async function startSandbox(
  createVendor: CreateVendor,
  options: SandboxOptions,
): Promise<Sandbox> {
  const world = createWorld(options);
  const vendor = createVendor(world);
  const faults = createFaults();
  const ledger = createLedger();
  let origin = "";
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

  const onRequest = async (incoming: IncomingMessage, response: ServerResponse) => {
    response.sendDate = false;
    response.setHeader("Date", new Date(world.now()).toUTCString());
    const refused = refusal(incoming);
    if (refused !== null) return void response.writeHead(403).end(refused);
    const body = await readBody(incoming);
    if (body === null) {
      response.writeHead(413, { Connection: "close" }).end("The body is larger than 20 MB.");
      return;
    }
    const request = toRequest(incoming, body, isControlPath(incoming.url ?? "/") ? 0 : ++count);
    if (request.number > 0) return respond(serve(request), response);
    const answer = answerControl(control, request);
    response
      .writeHead(answer.status, { "Content-Type": "application/json" })
      .end(`${JSON.stringify(answer.body)}\n`);
  };

  const server = createServer((incoming, response) => {
    onRequest(incoming, response).catch((error: unknown) => {
      // A defect of the sandbox must be seen by whoever called it.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(`The sandbox failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  origin = `http://127.0.0.1:${address.port}`;
  return {
    name: vendor.name,
    origin,
    describe: () => control.describe(),
    control,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(served: Served, response: ServerResponse): Promise<void> {
  if (served.delayMs > 0) await wait(served.delayMs);
  send(served, response);
  served.left();
}

function send({ answer, text, cut }: Served, response: ServerResponse): void {
  if (answer === null) return void response.destroy();
  const bytes = Buffer.from(text, "utf8");
  response.writeHead(answer.status, {
    ...headersOf(answer),
    ...(answer.status === 204 ? {} : { "Content-Length": bytes.length }),
  });
  if (!cut) return void response.end(bytes);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function wait(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

/** Only programs of this machine are answered: not a page that found a name for 127.0.0.1, nor another site's script. */
function refusal(incoming: IncomingMessage): string | null {
  if (!isLoopback(`http://${incoming.headers.host ?? ""}`))
    return "The Host header does not name this machine.";
  const { origin } = incoming.headers;
  if (origin !== undefined && origin !== "null" && !isLoopback(origin))
    return "Requests from other sites are not answered.";
  return null;
}

function isLoopback(origin: string): boolean {
  const hostname = URL.parse(origin)?.hostname ?? "";
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    // What is too long is read to its end but not kept, so that the sender gets to read the answer.
    if (bytes <= bodyLimitBytes) chunks.push(chunk);
  }
  return bytes > bodyLimitBytes ? null : Buffer.concat(chunks);
}

function toRequest(incoming: IncomingMessage, body: Buffer, number: number): SandboxRequest {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return {
    method: (incoming.method ?? "GET").toUpperCase(),
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    number,
  };
}
