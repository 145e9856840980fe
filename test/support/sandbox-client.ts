import { startSandboxes, type StartOptions } from "../../src/sandbox/start.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { isRecord, type JsonRecord } from "./json.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Empty where the body is no JSON object. */
  readonly body: JsonRecord;
  readonly text: string;
}

export interface CallOptions {
  /** Sent form-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One sandbox with the plain fetch that speaks to it. */
export interface SandboxClient {
  readonly sandbox: Sandbox;
  /** A credential of the sandbox, by its name in `describe()`. */
  credential(name: string): string;
  /** Signed in by `api_key`; redirects are not followed. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  close(): Promise<void>;
}

export async function openSandbox(
  vendor: string,
  options: Partial<StartOptions> = {},
): Promise<SandboxClient> {
  const running = await startSandboxes({ seed: 1, clients: 0, ...options, vendors: [vendor] });
  const [sandbox] = running.sandboxes;
  if (sandbox === undefined) throw new Error("No sandbox was started.");
  const credential = (name: string) => {
    const value = sandbox.describe().credentials[name];
    if (value === undefined) throw new Error(`The sandbox has no credential ${name}.`);
    return value;
  };
  return {
    sandbox,
    credential,
    call: async (method, path, { form, headers = {} } = {}) => {
      const response = await fetch(`${sandbox.origin}${path}`, {
        method,
        redirect: "manual",
        headers: { authorization: `Bearer ${credential("api_key")}`, ...headers },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      return toReply(response);
    },
    close: () => running.close(),
  };
}

async function toReply(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text), text };
}

function parsed(text: string): JsonRecord {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}
