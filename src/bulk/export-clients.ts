import type { Client } from "../model/client.ts";
import { AstralisError } from "../lib/errors.ts";
import { listClients } from "../queries/clients.ts";
import { findOrganization } from "../queries/names.ts";
import type { Store } from "../store/ports.ts";
import { csvCells, csvColumns, csvLines, customFieldsOf } from "./csv-text.ts";
import { vcard } from "./vcard.ts";

export const exportFormats = ["csv", "jsonl", "vcard"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  /** Only clients with this text in any field. */
  readonly text?: string;
  readonly signal?: AbortSignal;
  /** Called after each page with the clients so far. */
  readonly onPage?: (clients: number) => void;
}

export interface Exported {
  readonly clients: number;
  /** Custom fields that came into being after a CSV's header was written: they are not in the file. */
  readonly missed: readonly string[];
}

/** Clients read at once. */
const pageClients = 500;

/**
 * Writes every client of the organization, page by page, in the order of their ids. A CSV reads them twice: its
 * header must name every custom field that any of them has.
 */
export async function exportClients(
  from: { readonly store: Store; readonly orgName: string },
  format: ExportFormat,
  write: (text: string) => Promise<void>,
  options: ExportOptions = {},
): Promise<Exported> {
  const to = { ...from, options, write };
  if (format === "jsonl") return { clients: await writeJsonLines(to), missed: [] };
  if (format === "csv") return writeCsv(to);
  const clients = await eachPage(to, (page) => write(page.map(vcard).join("")));
  return { clients, missed: [] };
}

interface Export {
  readonly store: Store;
  readonly orgName: string;
  readonly options: ExportOptions;
  readonly write: (text: string) => Promise<void>;
}

async function writeCsv(to: Export): Promise<Exported> {
  const custom = new Set<string>();
  await eachPage({ ...to, options: { ...to.options, onPage: () => {} } }, async (page) => {
    for (const field of page.flatMap(customFieldsOf)) custom.add(field);
  });
  const columns = csvColumns([...custom].toSorted());
  const missed = new Set<string>();
  await to.write(csvLines([columns]));
  const clients = await eachPage(to, async (page) => {
    for (const field of page.flatMap(customFieldsOf)) if (!custom.has(field)) missed.add(field);
    await to.write(csvLines(page.map((client) => csvCells(client, columns))));
  });
  return { clients, missed: [...missed].toSorted() };
}

/** The documents of `clients list`, one on each line. */
async function writeJsonLines({ store, orgName, options, write }: Export): Promise<number> {
  let written = 0;
  let after: string | undefined;
  do {
    refuseStopped(options);
    const page = { limit: pageClients, ...(after === undefined ? {} : { after }) };
    const filter = options.text === undefined ? {} : { text: options.text };
    const { clients, next } = await listClients(store, orgName, { ...filter, page });
    await write(clients.map((client) => `${JSON.stringify(client)}\n`).join(""));
    written += clients.length;
    options.onPage?.(written);
    after = next;
  } while (after !== undefined);
  return written;
}

/** Returns how many clients there were. */
async function eachPage(
  { store, orgName, options }: Export,
  take: (clients: readonly Client[]) => Promise<void>,
): Promise<number> {
  const org = await findOrganization(store, orgName);
  if (org === null) return 0;
  let taken = 0;
  let after: string | null = null;
  do {
    refuseStopped(options);
    const page: { limit: number; after?: string } = {
      limit: pageClients,
      ...(after === null ? {} : { after }),
    };
    const filter = options.text === undefined ? {} : { text: options.text };
    const { items, next }: { items: readonly Client[]; next: string | null } =
      await store.reads.clients(org.id, filter, page);
    await take(items);
    taken += items.length;
    options.onPage?.(taken);
    after = next;
  } while (after !== null);
  return taken;
}

function refuseStopped({ signal }: ExportOptions): void {
  if (signal?.aborted !== true) return;
  throw new AstralisError("interrupted", "the export was stopped before its end", {
    hint: "A file that was to be written is as it was before.",
  });
}
