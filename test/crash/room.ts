import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp, type App } from "../../src/app.ts";
import { initialFile } from "../../src/config/initial.ts";
import { signInWithApiKey } from "../../src/connections/api-key.ts";
import { signInWithOAuth } from "../../src/connections/sign-in.ts";
import { must } from "../../src/lib/assert.ts";
import { silentLog } from "../../src/lib/log.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import type { Storage } from "../../src/store/ports.ts";
import { googleAccount, stripeAccount, type Account } from "../support/accounts.ts";
import { newFolder, startAstralis, testKey, type Running } from "../support/command-line.ts";

/** Short, so that a create whose answer nobody heard is cleared up soon after. */
export const requestTimeoutMs = 3_000;

/** One organization, with a Stripe and a Google of its own, on a database that processes of the program share. */
export interface CrashRoom {
  readonly cwd: string;
  readonly stripe: Account;
  readonly google: Account;
  /** The program as a process of its own. */
  start(...args: readonly string[]): Running;
  /** The same, started by another program in its stead: `through` of the command line's options. */
  startThrough(through: readonly string[], ...args: readonly string[]): Running;
  /**
   * The program's core inside the test's process, for what nobody kills; closed at the end of the work, within which
   * it can be asked for again.
   */
  withApp<T>(work: (app: App) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Both connections declared, neither signed in. */
export async function openCrashRoom(storage: Storage): Promise<CrashRoom> {
  const folder = newFolder();
  const cwd = folder.path;
  const running = await startSandboxes({
    vendors: ["stripe", "google"],
    seed: 1,
    clients: 0,
    autoConsent: true,
  });
  const [stripe, google] = running.sandboxes;
  const room = {
    stripe: stripeAccount(must(stripe, "Stripe's sandbox")),
    google: googleAccount(must(google, "Google's sandbox")),
  };
  writeFileSync(join(cwd, "astralis.config.yaml"), configText(storage, room));
  let app: App | null = null;
  return {
    ...room,
    cwd,
    start: (...args) => startAstralis(args, { cwd }),
    startThrough: (through, ...args) => startAstralis(args, { cwd, through }),
    withApp: async (work) => {
      if (app !== null) return work(app);
      app = await createApp({
        cwd,
        env: { ASTRALIS_KEY: testKey },
        log: silentLog,
        version: "0.0.0-test",
      });
      try {
        return await work(app);
      } finally {
        await app.close();
        app = null;
      }
    },
    close: async () => {
      await running.close();
      folder.remove();
    },
  };
}

export async function connectBoth(room: CrashRoom): Promise<void> {
  await room.withApp(async (app) => {
    const org = app.org(undefined);
    const stripe = await app.target(org, "stripe");
    const key = room.stripe.sandbox.describe().credentials["api_key"] ?? "";
    const byKey = must(
      stripe.provider.signIn.find((way) => way.kind === "api-key"),
      "Stripe takes a key",
    );
    await app.connections.connect(
      stripe,
      signInWithApiKey(key, {
        provider: stripe.provider,
        signIn: byKey,
        endpoints: stripe.endpoints,
      }),
    );
    const gmail = await app.target(org, "gmail");
    const byOAuth = must(
      gmail.provider.signIn.find((way) => way.kind === "oauth"),
      "Google signs in by OAuth",
    );
    const signedIn = await signInWithOAuth({
      ...gmail,
      signIn: byOAuth,
      scopes: byOAuth.scopes(["clients"], org.connections[0]?.direction ?? "both"),
      ui: {
        showLink: (url) => void followLink(url),
        promptPastedUrl: () => null,
        note: () => {},
      },
      deps: app.deps,
      openBrowser: null,
    });
    await app.connections.connect(gmail, signedIn);
  });
}

/** As a browser does: to where the sign-in waits for it. */
export async function followLink(url: string): Promise<void> {
  const response = await fetch(url);
  await response.text();
}

function configText(
  storage: Storage,
  { stripe, google }: { readonly stripe: Account; readonly google: Account },
): string {
  const { credentials, endpoints } = google.sandbox.describe();
  const common = { create: { here: true, there: true }, deletes: "propagate" as const };
  const text = initialFile({
    org: "acme",
    storage: storage.kind === "sqlite" ? `sqlite:${storage.file}` : storage.url,
    apps: {
      google: {
        client_id: credentials["client_id"] ?? "",
        client_secret: credentials["client_secret"] ?? "",
      },
    },
    connections: {
      stripe: { provider: "stripe", ...common, endpoints: stripe.sandbox.describe().endpoints },
      gmail: { provider: "gmail", ...common, endpoints, search_lag_seconds: 0 },
    },
  });
  return `${text}
sync:
  request_timeout_seconds: ${requestTimeoutMs / 1000}
safety:
  max_deletes: 100%
`;
}
