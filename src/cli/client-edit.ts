import { UsageError } from "../lib/errors.ts";
import { clientFields, customPrefix, type Client } from "../model/client.ts";
import type { FieldValue } from "../model/fields.ts";
import { isEmail } from "../model/normal.ts";
import type { ClientEdit } from "../sync/engine.ts";
import type { OptionSpec } from "./command.ts";
import type { Input } from "./input.ts";

const textFields = clientFields.filter((field) => field !== "tags");

/** The options that name a client's fields. Only an update can take something away. */
export function editOptions(verb: "add" | "update"): readonly OptionSpec[] {
  const fields = textFields.map((field) => ({
    flags: `--${field.replaceAll("_", "-")} <${field === "email" ? "address" : "text"}>`,
    summary: summaries[field] ?? field.replaceAll("_", " "),
  }));
  const taking: OptionSpec[] = [
    { flags: "--untag <tag>", summary: "take a tag away (repeatable)", repeatable: true },
    {
      flags: "--clear <field>",
      summary: "empty a field (repeatable)",
      repeatable: true,
      choices: clientFields.map((field) => field.replaceAll("_", "-")),
    },
  ];
  return [
    ...fields,
    { flags: "--tag <tag>", summary: "add a tag (repeatable)", repeatable: true },
    {
      flags: "--field <key=value>",
      summary: `set a custom field (repeatable${verb === "update" ? "; an empty value clears it" : ""})`,
      repeatable: true,
    },
    ...(verb === "update" ? taking : []),
    { flags: "--active", summary: "mark the client as active" },
    { flags: "--inactive", summary: "mark the client as inactive" },
  ];
}

const summaries: Readonly<Record<string, string>> = {
  email: "primary e-mail address",
  name: "full name",
  phone: "phone number",
  company: "company name",
  address_line1: "address, first line",
  address_line2: "address, second line",
  country: "country, as it should be kept",
};

/** What the options ask for. Tags are added to and taken from those that `client` has. */
export function parseEdit(input: Input, client: Client | null): ClientEdit {
  const fields: Record<string, FieldValue> = {};
  for (const field of textFields) {
    const value = input.text(toCamel(field));
    if (value !== undefined) fields[field] = value;
  }
  for (const field of input.list("clear")) fields[toSnake(field)] = null;
  const tags = parseTags(input, client);
  if (tags !== undefined) fields["tags"] = tags;
  for (const pair of input.list("field")) {
    const { key, value } = parsePair(pair);
    fields[customPrefix + key] = value === "" ? null : value;
  }
  checkEdit(input, fields);
  const isActive = input.flag("active");
  return isActive || input.flag("inactive") ? { fields, active: isActive } : { fields };
}

function parseTags(input: Input, client: Client | null): FieldValue | undefined {
  const added = input.list("tag");
  const taken = input.list("untag").map((tag) => tag.trim());
  if (added.length + taken.length === 0) return undefined;
  const cleared = input.list("clear").includes("tags");
  const before = cleared ? [] : [client?.fields["tags"] ?? []].flat();
  const after = [...before, ...added].filter((tag) => !taken.includes(tag.trim()));
  return after.length === 0 ? null : after;
}

/** The first "=" parts key and value. */
function parsePair(pair: string): { readonly key: string; readonly value: string } {
  const at = pair.indexOf("=");
  const key = pair.slice(0, Math.max(0, at)).trim();
  if (at > 0 && key !== "") return { key, value: pair.slice(at + 1) };
  throw new UsageError("usage", `--field takes key=value, not "${pair}"`, {
    hint: "Write it as --field vat=PT123.",
  });
}

function checkEdit(input: Input, fields: Readonly<Record<string, FieldValue>>): void {
  if (input.flag("active") && input.flag("inactive"))
    throw new UsageError("usage", "--active and --inactive exclude each other");
  for (const field of input.list("clear"))
    if (input.text(toCamel(toSnake(field))) !== undefined)
      throw new UsageError("usage", `--clear ${field} and --${field} exclude each other`);
  const { email } = fields;
  if (typeof email === "string" && email.trim() !== "" && !isEmail(email.trim()))
    throw new UsageError("client-invalid", `"${email}" is not an e-mail address`, {
      hint: "Write it as name@example.com.",
    });
}

function toCamel(field: string): string {
  return field.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function toSnake(field: string): string {
  return field.replaceAll("-", "_");
}
