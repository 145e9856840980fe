import type { CommandBody, Context, Result } from "../command.ts";
import type { Input } from "../input.ts";
import { aborted } from "../io.ts";

export const sandbox: CommandBody = {
  examples: ["astralis sandbox start"],
  commands: [
    {
      name: "start",
      summary: "run sandboxed providers until stopped (Ctrl-C)",
      details:
        "Prints where each one listens and what to sign in with. They keep state in memory: nothing leaves this " +
        "machine. Under /_sandbox/ each has a control API: state, reset, clock, faults, ledger.",
      options: [
        {
          flags: "--providers <names>",
          summary: "gmail, stripe, hubspot ...: one or several with commas (default: all)",
        },
        {
          flags: "--port <number>",
          summary: "the first one's port, the next ones follow (default: free ones)",
        },
        { flags: "--seed <number>", summary: "which clients they start with (default: 1)" },
        { flags: "--clients <count>", summary: "how many clients each starts with (default: 25)" },
        { flags: "--write-config <file>", summary: "write a configuration that points at them" },
      ],
      examples: [
        "astralis sandbox start",
        "astralis sandbox start --providers stripe --port 4010 --clients 1000",
        "astralis sandbox start --write-config sandbox.yaml --json",
      ],
      run: startSandbox,
    },
  ],
};

async function startSandbox(context: Context, input: Input): Promise<Result> {
  const port = input.count("port", { min: 1, max: 65_530 });
  const seed = input.count("seed", { min: 0, max: 999_999_999 }) ?? 1;
  const clients = input.count("clients", { min: 0, max: 1_000_000 }) ?? 25;
  const { sandboxVendors, startSandboxes } = await import("../../sandbox/start.ts");
  const { portTaken, vendorsOf, writeSandboxConfig } = await import("../sandbox-actions.ts");
  const vendors = vendorsOf(input.text("providers"), sandboxVendors);
  const running = await startSandboxes({
    vendors,
    seed,
    clients,
    ...(port === undefined ? {} : { ports: port }),
  }).catch((error: unknown) => {
    throw portTaken(error) ?? error;
  });
  try {
    const descriptions = running.sandboxes.map((started) => ({
      ...started.describe(),
      control: `${started.origin}/_sandbox/`,
    }));
    const wanted = input.text("writeConfig");
    const config =
      wanted === undefined ? null : await writeSandboxConfig(context, wanted, descriptions);
    const { sandboxText } = await import("../views/sandbox.ts");
    return {
      document: { providers: descriptions, seed, clients, config },
      text: (look) => sandboxText(descriptions, config, look),
      untilStopped: async () => {
        await aborted(context.signal);
        await running.close();
      },
    };
  } catch (error) {
    await running.close();
    throw error;
  }
}
