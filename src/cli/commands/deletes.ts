import type { DeletesDocument } from "../../queries/deletes.ts";
import type { CommandBody } from "../command.ts";
import type { Look } from "../look.ts";
import { nextLine, pageOf, pagingOptions } from "../paging.ts";

export const deletes: CommandBody = {
  examples: ["astralis deletes list"],
  commands: [
    {
      name: "list",
      summary: "list the deletions that are held, and what a safety limit stopped",
      details:
        "A record that a provider no longer shows is held as missing until a later complete pass and a look by " +
        "its id confirm that it is gone. It clears itself when the record is back.",
      options: pagingOptions,
      examples: ["astralis deletes list", "astralis deletes list --json"],
      run: async (context, input) => {
        const page = pageOf(input);
        const app = await context.openApp();
        const org = app.org(context.settings.org);
        const { listDeletes } = await import("../../queries/deletes.ts");
        const document = await listDeletes(app.store, org.name, {
          page,
          nowMs: app.deps.clock.now(),
        });
        return { document, text: (look) => deletesText(document, look) };
      },
    },
  ],
};

function deletesText(document: DeletesDocument, look: Look): string {
  const stopped = document.stopped.map(
    ({ connection, deletes, changes, mappings, reason }) =>
      `${look.bad(connection)} stopped: ${deletes} deletions and ${changes} changes of ${mappings} records` +
      (reason === null ? "" : `\n  ${reason}`),
  );
  if (document.deletes.length === 0) return [...stopped, "No deletion is held."].join("\n");
  const table = look.table(
    ["connection", "client", "record", "missing since"],
    document.deletes.map((held) => [
      held.connection,
      held.client_email ?? held.client,
      held.external_id ?? "",
      held.missing_since,
    ]),
  );
  return [...stopped, table].join("\n") + nextLine(document.next);
}
