import type { CommandBody } from "../command.ts";
import { nextLine, pageOf, pagingOptions } from "../paging.ts";

export const conflicts: CommandBody = {
  examples: ["astralis conflicts list"],
  commands: [
    {
      name: "list",
      summary: "list the fields that wait for a person",
      options: pagingOptions,
      examples: ["astralis conflicts list", "astralis conflicts list --limit 200 --json"],
      run: async (context, input) => {
        const page = pageOf(input);
        const app = await context.openApp();
        const org = app.org(context.settings.org);
        const { listConflicts } = await import("../../queries/conflicts.ts");
        const { valueText } = await import("../views/sync.ts");
        const document = await listConflicts(app.store, org.name, page);
        return {
          document,
          text: (look) =>
            document.conflicts.length === 0
              ? "No field waits for a person."
              : look.table(
                  ["connection", "client", "field", "kind", "here", "there", "since"],
                  document.conflicts.map((conflict) => [
                    conflict.connection,
                    conflict.client_email ?? conflict.client,
                    conflict.field,
                    conflict.kind,
                    valueText(conflict.local),
                    valueText(conflict.remote),
                    conflict.opened_at,
                  ]),
                ) + nextLine(document.next),
        };
      },
    },
  ],
};
