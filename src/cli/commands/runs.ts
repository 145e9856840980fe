import type { ChangeDocument, RunDocument, RunJournalDocument } from "../../queries/runs.ts";
import type { CommandBody } from "../command.ts";
import type { Look } from "../look.ts";
import { nextLine, pageOf, pagingOptions } from "../paging.ts";
import { connectionsTable, outcomeText, valueText } from "../views/sync.ts";

export const runs: CommandBody = {
  examples: ["astralis runs list", "astralis runs show <run>"],
  commands: [
    {
      name: "list",
      summary: "list past syncs, newest first",
      options: pagingOptions,
      examples: ["astralis runs list", "astralis runs list --limit 5 --json"],
      run: async (context, input) => {
        const page = pageOf(input);
        const app = await context.openApp();
        const org = app.org(context.settings.org);
        const { listRuns } = await import("../../queries/runs.ts");
        const document = await listRuns(app.store, org.name, page);
        return {
          document,
          text: (look) =>
            document.runs.length === 0
              ? "No sync has run yet."
              : look.table(
                  ["run", "started", "outcome", "connections"],
                  document.runs.map((run) => runRow(run, look)),
                ) + nextLine(document.next),
        };
      },
    },
    {
      name: "show",
      summary: "show one sync and every change that it made",
      arguments: [{ form: "<run>", summary: "the run's id" }],
      options: pagingOptions,
      examples: ["astralis runs show 0198c0de-0000-7000-8000-000000000000"],
      run: async (context, input) => {
        const page = pageOf(input);
        const app = await context.openApp();
        const org = app.org(context.settings.org);
        const id = input.required(0);
        const { showRun } = await import("../../queries/runs.ts");
        const document = await showRun(app.store, org.name, id, page);
        if (document === null) {
          const { AstralisError } = await import("../../lib/errors.ts");
          throw new AstralisError("run-unknown", `there is no run ${id}`, {
            hint: "`astralis runs list` shows the runs there are.",
            place: { org: org.name },
          });
        }
        return { document, text: (look) => journalText(document, look) };
      },
    },
  ],
};

function runRow(run: RunDocument, look: Look): string[] {
  const names = run.connections.map(({ name }) => name).join(", ");
  return [run.id, run.started_at, outcomeText(run.outcome, look), names];
}

function journalText({ run, changes, next }: RunJournalDocument, look: Look): string {
  const head = `${look.strong(run.id)}  ${run.started_at}  ${outcomeText(run.outcome, look)}`;
  const journal =
    changes.length === 0
      ? "It changed nothing."
      : look.table(
          ["where", "what", "client", "field", "before", "after", "because"],
          changes.map(changeRow),
        );
  return [head, connectionsTable(run.connections, look), "", journal].join("\n") + nextLine(next);
}

function changeRow(change: ChangeDocument): string[] {
  const where = change.side === "local" ? "here" : (change.connection ?? "");
  const isField = change.field !== null;
  const lost = change.lost === null ? "" : `, over ${valueText(change.lost)}`;
  return [
    where,
    change.action,
    change.client_email ?? change.client ?? change.external_id ?? "",
    change.field ?? "",
    isField ? valueText(change.before) : "",
    isField ? valueText(change.after) : "",
    `${change.rule} (${change.source})${lost}`,
  ];
}
