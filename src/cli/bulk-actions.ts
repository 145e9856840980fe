import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { exportClients, exportFormats } from "../bulk/export-clients.ts";
import type { ExportFormat } from "../bulk/export-clients.ts";
import { importClients } from "../bulk/import-clients.ts";
import type { ImportOptions, ImportParts } from "../bulk/import-clients.ts";
import { writeWholeFile } from "../bulk/output-file.ts";
import { readCsv } from "../bulk/read-csv.ts";
import { systemClock } from "../lib/clock.ts";
import { AstralisError, UsageError } from "../lib/errors.ts";
import { systemRandom } from "../lib/random.ts";
import { listDuplicates } from "../queries/duplicates.ts";
import type { Context, Result } from "./command.ts";
import { createCountLine } from "./count-line.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Input } from "./input.ts";
import { writeWhole } from "./io.ts";
import { nextLine, pageOf } from "./paging.ts";
import { duplicatesText, importText } from "./views/bulk.ts";

/** What `clients import|export|duplicates` do. */
export async function importFile(context: Context, input: Input): Promise<Result> {
  const file = input.required(0);
  const encoding = input.text("encoding");
  const source = await openSource(context, file);
  const app = await context.openApp();
  const org = app.org(context.settings.org);
  const rows = () => readCsv(source, encoding === undefined ? {} : { encoding });
  const line = createCountLine(context, systemClock);
  const dryRun = input.flag("dryRun");
  const options: ImportOptions = {
    maps: input.list("map"),
    dryRun,
    signal: context.signal,
    onRows: (count) => line.show(`${file}: ${count} rows`),
  };
  const take = (parts: ImportParts) => importClients(parts, rows(), options);
  const document = await (
    dryRun
      ? app.engine.rehearse(org, (there) => take({ ...there, org }))
      : take({ store: app.store, engine: app.engine, org })
  )
    .catch((error: unknown) => {
      throw readable(file, error);
    })
    .finally(line.end);
  return {
    document,
    text: (look) => importText(document, look),
    exitCode: document.refused.length > 0 ? exitCodes.partial : exitCodes.fine,
  };
}

export async function exportFile(context: Context, input: Input): Promise<Result> {
  const format = formatOf(input);
  const output = input.text("output");
  if (output === undefined && context.settings.json)
    throw new UsageError("usage", "--json and the clients cannot both be on stdout", {
      hint: "Name a file for the clients with --output.",
    });
  const app = await context.openApp();
  const org = app.org(context.settings.org);
  const line = createCountLine(context, systemClock);
  const text = input.text("filter");
  const options = {
    signal: context.signal,
    onPage: (clients: number) => line.show(`${clients} clients`),
    ...(text === undefined ? {} : { text }),
  };
  const write = (to: (text: string) => Promise<void>) =>
    exportClients({ store: app.store, orgName: org.name }, format, to, options);
  const { stdout } = context.io;
  const path = output === undefined ? null : resolve(context.io.cwd, output);
  const { clients, missed } = await (
    path === null
      ? write((text) => writeWhole(stdout, text))
      : writeWholeFile(path, systemRandom, write)
  ).finally(line.end);
  if (missed.length > 0)
    context.note(
      `warning: ${missed.join(", ")} came into being meanwhile and is not in it; export again`,
    );
  return {
    document: { org: org.name, format, file: path, clients, missed },
    text: () => (path === null ? "" : `Wrote ${clients} clients to ${path}.`),
    exitCode: missed.length > 0 ? exitCodes.partial : exitCodes.fine,
  };
}

export async function listDoubles(context: Context, input: Input): Promise<Result> {
  const page = pageOf(input);
  const app = await context.openApp();
  const org = app.org(context.settings.org);
  const document = await listDuplicates(app.store, org.name, page);
  return {
    document,
    text: () =>
      document.duplicates.length === 0
        ? "No likely duplicates."
        : duplicatesText(document) + nextLine(document.next),
  };
}

function formatOf(input: Input): ExportFormat {
  const wanted = input.text("format") ?? "csv";
  const format = exportFormats.find((one) => one === wanted);
  if (format !== undefined) return format;
  throw new UsageError("usage", `there is no format "${wanted}"`, {
    hint: `There are ${exportFormats.join(", ")}.`,
  });
}

/** The file's bytes, or those on stdin for "-"; a pipe is a file as well. */
async function openSource(context: Context, file: string): Promise<AsyncIterable<unknown>> {
  if (file === "-") return context.io.stdin;
  const path = resolve(context.io.cwd, file);
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    (error: unknown) => {
      throw readable(file, error);
    },
  );
  if (isFolder)
    throw new AstralisError("file-unreadable", `${file} is a folder`, {
      hint: "Name a CSV file, or - for stdin.",
    });
  return createReadStream(path);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "its folder is a file",
  EIO: "the disk fails",
};

/** Trouble with the file in our words; any other error as it is. */
function readable(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return error;
  const code = String(error.code);
  return new AstralisError(
    "file-unreadable",
    `${file} cannot be read: ${reasons[code] ?? `the system says ${code}`}`,
    { hint: "Check the path and its permissions, or give - for stdin.", cause: error },
  );
}
