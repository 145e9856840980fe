import type { App } from "../app.ts";
import type { ConnectionConfig } from "../config/config.ts";
import type { ConnectionTarget } from "../connections/connections.ts";
import type { SignedIn } from "../connections/credential.ts";
import type { SignInUi } from "../connections/wait-for-code.ts";
import { UsageError } from "../lib/errors.ts";
import type { Ask } from "./ask.ts";
import { createAsk } from "./ask.ts";
import type { Context, OptionSpec } from "./command.ts";
import type { Input } from "./input.ts";
import { readStdin } from "./io.ts";
import { createLineReader, type LineReader } from "./line-reader.ts";

export const signInOptions: readonly OptionSpec[] = [
  { flags: "--no-browser", summary: "print the sign-in link alone, for a browser somewhere else" },
  { flags: "--api-key-stdin", summary: "read the provider's API key from stdin" },
];

/** Longer than any key; what is piped in by mistake is not read to its end. */
const maxKeyCharacters = 10_000;

/**
 * Signs in the way that fits: with a key from stdin where asked to, by OAuth where an application is configured,
 * else with a key from a hidden prompt.
 */
export async function signIn(
  context: Context,
  app: App,
  options: {
    readonly target: ConnectionTarget;
    readonly connection: ConnectionConfig;
    readonly input: Input;
  },
): Promise<SignedIn> {
  const { target, input } = options;
  const { provider, endpoints } = target;
  const keyWay = provider.signIn.find((way) => way.kind === "api-key");
  const oauthWay = provider.signIn.find((way) => way.kind === "oauth");
  const ask = await createAsk(context.io, context.signal);
  const wantsKey = input.flag("apiKeyStdin");
  if (wantsKey && keyWay === undefined)
    throw new UsageError("usage", `${provider.title} takes no API key`, {
      hint: "Leave --api-key-stdin out: the sign-in is in the browser.",
    });
  if (keyWay !== undefined && (wantsKey || target.app === null || oauthWay === undefined)) {
    const { signInWithApiKey } = await import("../connections/api-key.ts");
    const key = wantsKey
      ? await readStdin(context.io, maxKeyCharacters)
      : await askForKey(ask, `${provider.title}: ${keyWay.label}`, context);
    return signInWithApiKey(key, { provider, signIn: keyWay, endpoints });
  }
  const { openBrowser, signInWithOAuth } = await import("../connections/sign-in.ts");
  if (oauthWay === undefined) throw new UsageError("usage", `${provider.title} has no sign-in`);
  return signInWithOAuth({
    provider,
    signIn: oauthWay,
    endpoints,
    app: target.app,
    ...(target.environment === undefined ? {} : { environment: target.environment }),
    scopes: oauthWay.scopes(collectionsOf(options), options.connection.direction),
    ui: createUi(context, ask),
    deps: app.deps,
    openBrowser: input.flag("browser") ? openBrowser : null,
    signal: context.signal,
  });

  async function askForKey(asker: Ask | null, message: string, { note }: Context) {
    if (asker === null)
      throw new UsageError("usage", `there is no terminal to ask for the ${keyWay?.label}`, {
        hint: "Pipe it in: add --api-key-stdin.",
      });
    note(keyWay?.advice ?? "");
    return asker.secret(message);
  }
}

/** What the connection syncs: all that the provider offers, where the configuration does not narrow it. */
function collectionsOf(options: {
  readonly target: ConnectionTarget;
  readonly connection: ConnectionConfig;
}) {
  const { provider } = options.target;
  const offered = (["clients", "activities"] as const).filter((name) => provider[name]);
  const wanted = options.connection.collections;
  return wanted === null ? offered : offered.filter((collection) => wanted.includes(collection));
}

function createUi(context: Context, ask: Ask | null): SignInUi {
  let lines: LineReader | null = null;
  return {
    showLink: (url) => context.note(url),
    promptPastedUrl: ({ signal, required }) => {
      if (ask !== null) {
        const question = required
          ? "Paste the address that the browser lands on:"
          : "Waiting for the browser, or paste its address here:";
        return ask.text(question, { signal });
      }
      if (!required) return null;
      lines ??= createLineReader(context.io, signal);
      return lines.next();
    },
    note: context.note,
  };
}
