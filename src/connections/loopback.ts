import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { unreachable } from "../lib/assert.ts";
import { AstralisError } from "../lib/errors.ts";
import { readCallback } from "./callback.ts";
import type { Callback } from "./callback.ts";

/** A listener on this machine alone, for the one answer of one sign-in. */
export interface Loopback {
  readonly port: number;
  readonly redirectUri: string;
  /** The first answer that belongs to this sign-in; strangers' requests never settle it. */
  readonly answered: Promise<Callback>;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** null takes a free one. */
  readonly port: number | null;
  readonly path: string;
  readonly state: string;
  /** As the provider is to spell this machine; 127.0.0.1 where nothing is said. */
  readonly host?: "127.0.0.1" | "localhost" | undefined;
  /** As of the callback. */
  readonly accountParameter?: string | undefined;
}

/** Listens on 127.0.0.1. Throws `port-in-use`. */
export async function openLoopback(options: LoopbackOptions): Promise<Loopback> {
  const server = createServer();
  const port = await listen(server, options.port);
  const redirectUri = `http://${options.host ?? "127.0.0.1"}:${port}${options.path}`;
  const { promise, resolve } = Promise.withResolvers<Callback>();
  server.on("request", (request, response) => {
    const callback = readRequest(request, { ...options, port, redirectUri });
    answer(response, callback);
    const settles = callback !== null && callback.kind !== "unusable";
    // The page goes out before the sign-in goes on, which may end the process.
    if (settles) response.once("close", () => resolve(callback));
  });
  return { port, redirectUri, answered: promise, close: () => close(server) };
}

/** null for a request that is not the callback: another path, method or host. */
function readRequest(
  request: IncomingMessage,
  expected: LoopbackOptions & { readonly port: number; readonly redirectUri: string },
): Callback | null {
  // Another host name means that a page elsewhere had its name point here.
  const hosts = [`127.0.0.1:${expected.port}`, `localhost:${expected.port}`];
  if (request.method !== "GET" || !hosts.includes(request.headers.host ?? "")) return null;
  // A request line can hold what is no address at all.
  const url = URL.parse(request.url ?? "/", "http://127.0.0.1");
  if (url?.pathname !== expected.path) return null;
  return readCallback(url.searchParams, expected);
}

function answer(response: ServerResponse, callback: Callback | null): void {
  const [status, title, text] = wordsOf(callback);
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(page(title, text));
}

function wordsOf(callback: Callback | null): readonly [number, string, string] {
  if (callback === null) {
    return [404, "Nothing here", "This address only waits for the end of a sign-in."];
  }
  switch (callback.kind) {
    case "code":
      return [200, "Received", "You can close this window and go back to the terminal."];
    case "denied":
      return [200, "Not signed in", "The sign-in was refused. You can close this window."];
    case "refused":
      return [200, "Not signed in", "The terminal says why. You can close this window."];
    case "unusable":
      return [400, "Not the expected answer", callback.message];
    default:
      return unreachable(callback);
  }
}

function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>astralis: ${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style></head>
<body><h1>${title}</h1><p>${text}</p></body>
</html>
`;
}

function listen(server: Server, port: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", (error) => {
      const code = "code" in error ? error.code : "";
      reject(
        code === "EADDRINUSE" || code === "EACCES"
          ? new AstralisError("port-in-use", `the port ${port} of the sign-in is not free`, {
              hint: "End the other program, or set another redirect_port under `apps` (and at the provider, where it is registered).",
            })
          : error,
      );
    });
    server.listen(port ?? 0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
