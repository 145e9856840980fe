import { UsageError } from "../../lib/errors.ts";
import { activityTypes, type ActivityType } from "../../model/activity.ts";
import type { CommandBody } from "../command.ts";
import type { Input } from "../input.ts";
import { nextLine, pageOf, pagingOptions } from "../paging.ts";

export const activities: CommandBody = {
  examples: ["astralis activities list", "astralis activities list --client ana@example.com"],
  commands: [
    {
      name: "list",
      summary: "list what happened with clients, newest first",
      options: [
        ...pagingOptions,
        {
          flags: "--client <client>",
          summary: "only this client's timeline: its id or an address",
        },
        {
          flags: "--type <type>",
          summary: "only activities of this type",
          choices: activityTypes,
        },
        {
          flags: "--since <time>",
          summary: "only what occurred since: 2026-10-01, an instant, or an age such as 30d",
        },
      ],
      examples: [
        "astralis activities list --client ana@example.com --since 90d",
        "astralis activities list --type invoice --since 2026-10-01 --json",
      ],
      run: async (context, input) => {
        const page = pageOf(input);
        const type = typeOf(input);
        const client = input.text("client");
        const app = await context.openApp();
        const since = sinceMs(input, app.deps.clock.now());
        const org = app.org(context.settings.org);
        const { listActivities } = await import("../../queries/activities.ts");
        const { knownClient } = await import("../client-actions.ts");
        const owner = client === undefined ? null : (await knownClient(app, org, client)).client;
        const document = await listActivities(app.store, org.name, {
          page,
          ...(owner === null ? {} : { clientId: owner.id }),
          ...(type === undefined ? {} : { type }),
          ...(since === undefined ? {} : { sinceMs: since }),
        });
        const { activitiesTable } = await import("../views/activities.ts");
        return {
          document,
          text: (look) =>
            document.activities.length === 0
              ? "No activities."
              : activitiesTable(document.activities, look) + nextLine(document.next),
        };
      },
    },
  ],
};

function typeOf(input: Input): ActivityType | undefined {
  const text = input.text("type");
  return activityTypes.find((type) => type === text);
}

/** An age counts back from now; a day begins in UTC. */
function sinceMs(input: Input, nowMs: number): number | undefined {
  const text = input.text("since");
  if (text === undefined) return undefined;
  if (/^\d+[smhd]$/.test(text)) return nowMs - (input.durationMs("since") ?? 0);
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    text,
  );
  const at = isDate ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new UsageError("usage", `--since takes a time, not "${text}"`, {
    hint: "Write it as 2026-10-01, 2026-10-01T09:00:00Z or 30d.",
  });
}
