import type { SafetyStop, SyncOptions } from "../../sync/engine.ts";
import type { CommandBody, Context } from "../command.ts";
import { exitCodeOfSync } from "../exit-codes.ts";
import type { Input } from "../input.ts";
import { createProgressLine } from "../progress.ts";

const stops: readonly SafetyStop[] = ["deletes", "creates", "changes"];

export const sync: CommandBody = {
  details:
    "Pulls what changed at each provider, merges it field by field, and sends what is owed. A second sync " +
    "right after writes nothing. A dry run decides everything and writes nothing, anywhere; for a connection that " +
    "was never synced it adds the match plan: what matches, what is new, and what is left out and why.",
  options: [
    { flags: "--connection <name>", summary: "only this connection" },
    { flags: "--dry-run", summary: "show what would happen, and write nothing" },
    { flags: "--full", summary: "list everything again, whatever the cursors say" },
    {
      flags: "--accept <limit>",
      summary: `go on past a safety limit, once (needs --connection): ${stops.join(", ")}`,
      choices: stops,
      repeatable: true,
    },
  ],
  examples: [
    "astralis sync",
    "astralis sync --dry-run --json",
    "astralis sync --connection billing --accept deletes",
  ],
  run: async (context, input) => {
    const { UsageError } = await import("../../lib/errors.ts");
    if (input.list("accept").length > 0 && input.text("connection") === undefined)
      throw new UsageError("usage", "--accept needs the connection that it is meant for", {
        hint: "Add --connection <name>; `astralis status` names the one that stopped.",
      });
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const progress = await progressOf(context);
    const document = await app.engine
      .sync(org, { ...toOptions(input), signal: context.signal, onProgress: progress.show })
      .finally(progress.end);
    const { syncText } = await import("../views/sync.ts");
    return {
      document,
      text: (look) => syncText(document, look),
      exitCode: exitCodeOfSync(document),
    };
  },
};

function toOptions(input: Input): SyncOptions {
  const connection = input.text("connection");
  const accepted = input.list("accept");
  return {
    ...(connection === undefined ? {} : { connection }),
    dryRun: input.flag("dryRun"),
    full: input.flag("full"),
    accept: stops.filter((stop) => accepted.includes(stop)),
  };
}

async function progressOf(context: Context) {
  const { systemClock } = await import("../../lib/clock.ts");
  const { stderr } = context.io;
  // A program that reads the document has no use for lines about its making.
  const isWanted = stderr.isTTY === true || !context.settings.json;
  const line = createProgressLine(stderr, systemClock);
  return isWanted ? line : { show: () => {}, end: () => {} };
}
