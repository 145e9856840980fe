import { clientFields } from "./client.ts";
import type { Fields, FieldValue } from "./fields.ts";

/**
 * The hub's normal form of one value: Unicode NFC, no control characters but line ends, no white space at the
 * ends, empty text as null; e-mail addresses also case-folded; lists sorted without repetition.
 */
export function normalValue(field: string, value: FieldValue): FieldValue {
  if (value === null) return null;
  if (typeof value !== "string") {
    const items = value.map((item) => normalText(item)).filter((item) => item !== "");
    return items.length === 0 ? null : [...new Set(items)].toSorted();
  }
  const text = field === "notes" ? normalText(value) : normalText(value).replace(/\s*\n\s*/g, " ");
  if (text === "") return null;
  if (field === "tags") return [text];
  return field === "email" ? normalEmail(text) : text;
}

/** Each field in its normal form; unknown fields stay unknown. */
export function normalFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, normalValue(field, value)]),
  );
}

/** A new client's fields: every one known, the missing ones empty. */
export function completeFields(fields: Fields): Fields {
  const empty = Object.fromEntries(clientFields.map((field) => [field, null]));
  const given = Object.entries(fields).filter(([field, value]) => field in empty || value !== null);
  return { ...empty, ...Object.fromEntries(given) };
}

/** Trimmed and case-folded, in NFC: two spellings of one address are one identity (law 8). */
export function normalEmail(address: string): string {
  return address.normalize("NFC").trim().toLowerCase();
}

/** Something before and after one @, no white space: addresses in any script pass, sentences do not. */
export function isEmail(address: string): boolean {
  return /^[^\s@<>",;]+@[^\s@<>",;]+$/u.test(address) && address.length <= 320;
}

function normalText(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "")
    .trim();
}
