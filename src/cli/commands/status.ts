import type { CommandBody } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const status: CommandBody = {
  details:
    "A connection is healthy when its last complete pass is young enough, its sign-in holds, and nothing is " +
    "stopped, set aside, held or waiting for a person. Paused connections are shown and not counted.",
  options: [
    { flags: "--check", summary: "exit with 5 when anything is unhealthy" },
    { flags: "--max-age <time>", summary: "how old the last complete pass may be (default: 24h)" },
  ],
  examples: ["astralis status", "astralis status --check --max-age 15m", "astralis status --json"],
  run: async (context, input) => {
    const maxAgeMs = input.durationMs("maxAge");
    const app = await context.openApp();
    const { defaultMaxAgeMs, readStatus } = await import("../../queries/status.ts");
    const orgs =
      context.settings.org === undefined ? app.config.orgs : [app.org(context.settings.org)];
    const document = await readStatus(app.store, orgs, {
      nowMs: app.deps.clock.now(),
      maxAgeMs: maxAgeMs ?? defaultMaxAgeMs,
    });
    const { statusText } = await import("../views/status.ts");
    const isBad = input.flag("check") && !document.healthy;
    return {
      document,
      text: (look) => statusText(document, look),
      exitCode: isBad ? exitCodes.unhealthy : exitCodes.fine,
    };
  },
};
