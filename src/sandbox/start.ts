import { createInProcessSandbox } from "./kit/in-process.ts";
import type { InProcessOptions, InProcessSandbox } from "./kit/in-process.ts";
import { startSandbox, type Sandbox } from "./kit/server.ts";
import type { CreateVendor } from "./kit/vendor.ts";

/** The vendors that can be simulated, each loaded when it is first asked for. */
const vendors: Readonly<Record<string, () => Promise<CreateVendor>>> = {
  stripe: async () => (await import("./stripe/vendor.ts")).createStripe,
  google: async () => (await import("./google/vendor.ts")).createGoogle,
  quickbooks: async () => (await import("./quickbooks/vendor.ts")).createQuickBooks,
  hubspot: async () => (await import("./hubspot/vendor.ts")).createHubSpot,
  salesforce: async () => (await import("./salesforce/vendor.ts")).createSalesforce,
  freshbooks: async () => (await import("./freshbooks/vendor.ts")).createFreshbooks,
};

export const sandboxVendors: readonly string[] = Object.keys(vendors);

export interface StartOptions {
  /** Names of `sandboxVendors`. */
  readonly vendors: readonly string[];
  /** The first port; the vendor at place i takes that plus i. Free ports where it is left out. */
  readonly ports?: number;
  readonly seed: number;
  /** How many clients each vendor is seeded with. */
  readonly clients: number;
  /** Real time where it is left out. */
  readonly clock?: { now(): number };
  readonly listingLagMs?: number;
  /** Whether consent pages approve by themselves; a page with a button where it is left out. */
  readonly autoConsent?: boolean;
}

export interface RunningSandboxes {
  readonly sandboxes: readonly Sandbox[];
  close(): Promise<void>;
}

/** Starts them on 127.0.0.1. A taken port rejects with an Error of `code` "EADDRINUSE" that names its `port`; none is left running then. */
export async function startSandboxes(options: StartOptions): Promise<RunningSandboxes> {
  const running: Sandbox[] = [];
  const close = async () => {
    await Promise.all(running.map((sandbox) => sandbox.close()));
  };
  try {
    for (const [index, name] of options.vendors.entries()) {
      const load = Object.hasOwn(vendors, name) ? vendors[name] : undefined;
      if (load === undefined)
        throw new Error(
          `There is no sandbox for "${name}"; there are ${sandboxVendors.join(", ")}.`,
        );
      const port = options.ports === undefined ? 0 : options.ports + index;
      running.push(await startSandbox(await load(), { ...options, port }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { sandboxes: running, close };
}

/** One without a socket, for programs that play it in their own process and time. */
export async function openInProcess(
  name: string,
  options: InProcessOptions,
): Promise<InProcessSandbox> {
  const load = Object.hasOwn(vendors, name) ? vendors[name] : undefined;
  if (load === undefined) throw new Error(`There is no sandbox for "${name}".`);
  return createInProcessSandbox(await load(), options);
}
