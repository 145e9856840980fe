import type { CommandBody } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { aborted } from "../io.ts";

export const demo: CommandBody = {
  details:
    "Starts sandboxed providers on this machine, signs in to them, syncs, edits on every side and checks what " +
    "became of it: the same program as everywhere, only the accounts are not real.",
  options: [{ flags: "--keep", summary: "leave the sandboxes running afterwards, until Ctrl-C" }],
  examples: ["astralis demo", "astralis demo --keep", "astralis demo --json"],
  run: async (context, input) => {
    const { startSandboxes } = await import("../../sandbox/start.ts");
    const { runDemo } = await import("../demo/demo.ts");
    const running = await startSandboxes({
      vendors: ["google", "stripe"],
      seed: 1,
      clients: 12,
      autoConsent: true,
    });
    const isKept = input.flag("keep");
    try {
      const { document, text } = await runDemo(context, {
        sandboxes: running.sandboxes.map((sandbox) => sandbox.describe()),
        isKept,
      });
      const result = {
        document,
        text: () => text,
        exitCode: document.ok ? exitCodes.fine : exitCodes.failed,
      };
      if (!isKept || !document.ok) {
        await running.close();
        return result;
      }
      return {
        ...result,
        untilStopped: async () => {
          await aborted(context.signal);
          await running.close();
        },
      };
    } catch (error) {
      await running.close();
      throw error;
    }
  },
};
