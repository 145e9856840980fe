import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { App } from "../../app.ts";
import { configFileName } from "../../config/file.ts";
import { initConfig } from "../../config/initial.ts";
import { signInWithApiKey } from "../../connections/api-key.ts";
import { createKeyFile } from "../../connections/key-file.ts";
import { signInWithOAuth } from "../../connections/sign-in.ts";
import { AstralisError } from "../../lib/errors.ts";
import type { FailureDocument } from "../failure.ts";
import type { SyncDocument } from "../../sync/engine.ts";
import type { Context } from "../command.ts";
import { toFailure } from "../failure.ts";
import { sandboxConfig, type SandboxDescription } from "../sandbox-actions.ts";
import { followLink, openGoogle, openStripe } from "./accounts.ts";
import { demoSteps, type DemoWorld } from "./steps.ts";

export interface DemoDocument {
  readonly ok: boolean;
  readonly steps: readonly DemoStepDocument[];
  readonly config: string;
  readonly folder: string;
}

export interface DemoStepDocument {
  readonly step: string;
  readonly ok: boolean;
  readonly sync?: SyncDocument;
  readonly error?: FailureDocument["error"];
}

export interface DemoOptions {
  /** Of Google and of Stripe. */
  readonly sandboxes: readonly SandboxDescription[];
  readonly isKept: boolean;
}

const org = "demo";

/** Runs the steps one after another, and stops at the first that is not as it should be. */
export async function runDemo(
  context: Context,
  options: DemoOptions,
): Promise<{ readonly document: DemoDocument; readonly text: string }> {
  const folder = await mkdtemp(join(tmpdir(), "astralis-demo-"));
  const config = join(folder, configFileName);
  await writeConfig(config, options.sandboxes);
  // The key of an hour's demo has no place in the person's keychain: where there is a key file, it is used.
  await createKeyFile(
    join(folder, ".astralis", "master.key"),
    randomBytes(32).toString("base64url"),
  );
  const app = await context.openApp({ configPath: config });
  const world = createWorld(context, app, options.sandboxes);
  const steps: DemoStepDocument[] = [];
  for (const [index, step] of demoSteps.entries()) {
    context.signal.throwIfAborted();
    context.say(`${index + 1}. ${step.title}`);
    try {
      const { sync, lines } = await step.run(world);
      for (const line of lines) context.say(`   ${line}`);
      steps.push({ step: step.name, ok: true, ...(sync === undefined ? {} : { sync }) });
    } catch (error) {
      context.signal.throwIfAborted();
      const failure = toFailure(error, context.settings);
      context.note(failure.text);
      steps.push({ step: step.name, ok: false, error: failure.document.error });
      break;
    }
  }
  const ok = steps.length === demoSteps.length && steps.every((step) => step.ok);
  const document = { ok, steps, config, folder };
  return {
    document,
    text: ok ? endText(document, options.isKept) : `The demo failed; its files are in ${folder}.`,
  };
}

/** Everything as in a configuration of one's own, but for the endpoints; one strategy to be seen at work. */
async function writeConfig(file: string, sandboxes: readonly SandboxDescription[]): Promise<void> {
  const { apps, connections } = sandboxConfig(sandboxes);
  const stripe = connections["stripe"];
  if (stripe === undefined) throw new AstralisError("demo-failed", "Stripe's sandbox is not there");
  await initConfig(file, {
    org,
    title: "Demo",
    apps,
    connections: {
      ...connections,
      stripe: { ...stripe, conflict: { fields: { phone: "astralis-wins" } } },
    },
  });
}

function createWorld(
  context: Context,
  app: App,
  sandboxes: readonly SandboxDescription[],
): DemoWorld {
  const described = (provider: string) => {
    const found = sandboxes.find((sandbox) => sandbox.provider === provider);
    if (found !== undefined) return found;
    throw new AstralisError("demo-failed", `the sandbox of ${provider} is not there`);
  };
  const orgConfig = app.org(org);
  return {
    app,
    org: orgConfig,
    google: openGoogle(described("gmail")),
    stripe: openStripe(described("stripe")),
    connect: async (provider) => {
      const target = await app.target(orgConfig, provider);
      const signedIn =
        provider === "gmail"
          ? await signInToGoogle(context, app, target)
          : signInToStripe(target, described("stripe").credentials["api_key"] ?? "");
      const { connection } = await app.connections.connect(target, signedIn);
      return connection.account?.name ?? "an account without a name";
    },
    sync: () => app.engine.sync(orgConfig, { signal: context.signal }),
  };
}

type Target = Awaited<ReturnType<App["target"]>>;

function signInToGoogle(context: Context, app: App, target: Target) {
  const signIn = target.provider.signIn.find((way) => way.kind === "oauth");
  if (signIn === undefined) throw new AstralisError("demo-failed", "Google has no sign-in");
  return signInWithOAuth({
    provider: target.provider,
    signIn,
    endpoints: target.endpoints,
    app: target.app,
    scopes: signIn.scopes(["clients"], "both"),
    ui: { showLink: () => {}, promptPastedUrl: () => null, note: () => {} },
    deps: app.deps,
    // The sandbox's consent page approves by itself; the rest is the way of every sign-in.
    openBrowser: followLink,
    signal: context.signal,
  });
}

function signInToStripe(target: Target, key: string) {
  const signIn = target.provider.signIn.find((way) => way.kind === "api-key");
  if (signIn === undefined) throw new AstralisError("demo-failed", "Stripe takes no key");
  return signInWithApiKey(key, { provider: target.provider, signIn, endpoints: target.endpoints });
}

/** A checkout has the command through npx alone. */
const program = import.meta.filename.includes(`${sep}node_modules${sep}`)
  ? "astralis"
  : "npx astralis";

function endText({ config, folder }: DemoDocument, isKept: boolean): string {
  const commands = [
    `clients list --config ${config}`,
    `runs list --config ${config}`,
    ...(isKept
      ? [
          `clients update ines.moreau@atelier.example --company Atelier --config ${config}`,
          `sync --config ${config}`,
        ]
      : ["demo --keep", "init"]),
  ];
  return [
    "",
    "Every step was checked, and every check held.",
    `Configuration and database: ${folder}`,
    "Try next:",
    ...commands.map((line) => `  $ ${program} ${line}`),
    ...(isKept ? ["The sandboxes keep running; Ctrl-C stops them."] : []),
  ].join("\n");
}
