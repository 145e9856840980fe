import type { CommandBody } from "../command.ts";
import { nextLine, pageOf, pagingOptions } from "../paging.ts";
import { editOptions } from "../client-edit.ts";
import { exportFile, importFile, listDoubles } from "../bulk-actions.ts";
import { addClient, removeClient, showClient, updateClient } from "../client-actions.ts";

const which = {
  form: "<client>",
  summary: "the client's id, or any of its e-mail addresses",
} as const;

export const clients: CommandBody = {
  examples: [
    "astralis clients list",
    "astralis clients add --email ana@example.com --name 'Ana Duarte'",
  ],
  commands: [
    {
      name: "list",
      summary: "list clients",
      options: [
        ...pagingOptions,
        { flags: "--filter <text>", summary: "only clients with this text in any field" },
      ],
      examples: [
        "astralis clients list --filter example.com",
        "astralis clients list --limit 500 --json",
      ],
      run: async (context, input) => {
        const page = pageOf(input);
        const app = await context.openApp();
        const org = app.org(context.settings.org);
        const text = input.text("filter");
        const { listClients } = await import("../../queries/clients.ts");
        const document = await listClients(app.store, org.name, {
          page,
          ...(text === undefined ? {} : { text }),
        });
        const { clientsTable } = await import("../views/clients.ts");
        return {
          document,
          text: (look) =>
            document.clients.length === 0
              ? "No clients."
              : clientsTable(document.clients, look) + nextLine(document.next),
        };
      },
    },
    {
      name: "show",
      summary: "show one client and where it is",
      arguments: [which],
      examples: [
        "astralis clients show ana@example.com",
        "astralis clients show ana@example.com --json",
      ],
      run: showClient,
    },
    {
      name: "add",
      summary: "add a client here; the next sync takes it everywhere",
      options: editOptions("add"),
      examples: [
        "astralis clients add --email ana@example.com --name 'Ana Duarte' --tag vip --field vat=PT123",
        "astralis clients add --email bo@example.com && astralis sync",
      ],
      run: addClient,
    },
    {
      name: "update",
      summary: "change a client's fields; the next sync takes the changes everywhere",
      arguments: [which],
      options: editOptions("update"),
      examples: [
        "astralis clients update ana@example.com --phone '+351 21 000 0000' --untag vip",
        "astralis clients update ana@example.com --clear notes --field vat=",
      ],
      run: updateClient,
    },
    {
      name: "remove",
      summary: "remove a client here; each connection's `deletes` says what becomes of its record",
      arguments: [which],
      examples: ["astralis clients remove ana@example.com"],
      run: removeClient,
    },
    {
      name: "import",
      summary: "add and change clients from a CSV file; the next sync takes them everywhere",
      details:
        "The first line names the columns. A row whose e-mail address is known changes that client where a cell is " +
        "not empty; any other is added. Rows that cannot be taken are listed with their line, and the rest goes on.",
      arguments: [{ form: "<csv>", summary: "the file, or - for stdin" }],
      options: [
        {
          flags: "--map <column=field>",
          summary:
            "where a column goes: a field, custom.<name>, or nothing to leave it out (repeatable)",
          repeatable: true,
        },
        { flags: "--encoding <name>", summary: "of a file that is not UTF-8: windows-1252, …" },
        { flags: "--dry-run", summary: "report what would happen, and write nothing" },
      ],
      examples: [
        "astralis clients import clients.csv --dry-run",
        'astralis clients import crm.csv --map "Segment=tags" --map "VAT No=custom.vat" --map "Owner="',
        "astralis clients import - --json < clients.csv",
      ],
      run: importFile,
    },
    {
      name: "export",
      summary: "write every client as CSV, JSON lines or vCards",
      options: [
        {
          flags: "--format <format>",
          summary: "csv (default), jsonl or vcard",
          choices: ["csv", "jsonl", "vcard"],
        },
        { flags: "--output <file>", summary: "write this file, for its owner alone, not stdout" },
        { flags: "--filter <text>", summary: "only clients with this text in any field" },
      ],
      examples: [
        "astralis clients export --format csv --output clients.csv",
        "astralis clients export --format jsonl | head",
        "astralis clients export --format vcard --filter lisboa --output lisboa.vcf",
      ],
      run: exportFile,
    },
    {
      name: "duplicates",
      summary: "list clients that may be one, and why; nothing is merged",
      options: pagingOptions,
      examples: ["astralis clients duplicates", "astralis clients duplicates --limit 500 --json"],
      run: listDoubles,
    },
  ],
};
