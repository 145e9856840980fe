import type { ImportDocument } from "../../bulk/import-clients.ts";
import type { DuplicateClient, DuplicatesDocument } from "../../queries/duplicates.ts";
import type { FieldValue } from "../../model/fields.ts";
import { plainLine, type Look } from "../look.ts";

/** The counts, then every row that was refused. */
export function importText(document: ImportDocument, look: Look): string {
  const { rows, added, updated, unchanged, refused, ignored, dry_run } = document;
  const counts = `${added} added, ${updated} updated, ${unchanged} unchanged, ${refused.length} refused`;
  const lines = [
    `${rows} row${rows === 1 ? "" : "s"}: ${counts}.`,
    ...(dry_run ? ["This was a dry run: nothing was written."] : []),
    ...(!dry_run && added + updated > 0
      ? ["The next sync takes them to every connection that wants them."]
      : []),
    ...(ignored.length === 0
      ? []
      : [`Left out: ${ignored.map(plainLine).join(", ")}. --map "<column>=<field>" takes one.`]),
  ];
  if (refused.length === 0) return lines.join("\n");
  const table = look.table(
    ["line", "refused because"],
    refused.map(({ line, reason }) => [String(line), plainLine(reason)]),
  );
  const hint = refused.some(({ reason }) => reason.includes("not UTF-8"))
    ? ["Save the file as UTF-8, or name what it is, such as --encoding windows-1252."]
    : [];
  return [...lines, "", table, ...hint].join("\n");
}

export function duplicatesText({ duplicates }: DuplicatesDocument): string {
  const blocks = duplicates.map((duplicate) => {
    const { reason, clients, count, connection, external_id } = duplicate;
    const more = count - clients.length;
    return [
      connection === undefined
        ? reasons[reason]
        : `${connection} has a second record of this client: ${plainLine(external_id ?? "")}`,
      ...clients.map((client) => `  ${clientLine(client)}`),
      ...(more > 0 && connection === undefined ? [`  and ${more} more`] : []),
    ].join("\n");
  });
  return blocks.join("\n");
}

const reasons: Readonly<Record<DuplicatesDocument["duplicates"][number]["reason"], string>> = {
  "same-phone": "the same phone:",
  "same-name-and-company": "the same name and company:",
  "same-name-and-mailbox": "the same name, and the same address but for its domain:",
  "duplicate-record": "a second record of this client:",
};

function clientLine({ id, email, name, phone, company }: DuplicateClient): string {
  return [email ?? id, name, company, phone]
    .filter((value) => value !== null)
    .map(cell)
    .join(" · ");
}

function cell(value: FieldValue): string {
  return value === null ? "" : plainLine([value].flat().join(", "));
}
