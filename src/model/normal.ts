import { clientFields } from "./client.ts";
import type { Fields, FieldValue } from "./fields.ts";

/**
 * The hub's normal form of one value: well-formed Unicode in NFC, no control characters but tabs and line ends, no
 * white space at the ends, empty text as null; line ends only in notes; e-mail addresses also case-folded; lists
 * sorted without repetition. Every database holds it, and taking it twice changes nothing (law 3).
 */
export function normalValue(field: string, value: FieldValue): FieldValue {
  if (value === null) return null;
  const normalOne = field === "notes" ? normalText : normalLine;
  if (typeof value !== "string" || field === "tags") {
    const items = [value]
      .flat()
      .map(normalOne)
      .filter((item) => item !== "");
    return items.length === 0 ? null : [...new Set(items)].toSorted();
  }
  const text = field === "email" ? normalEmail(value) : normalOne(value);
  return text === "" ? null : text;
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
  const given = Object.entries(fields).filter(
    ([field, value]) => Object.hasOwn(empty, field) || value !== null,
  );
  return { ...empty, ...Object.fromEntries(given) };
}

/** A line in normal form, case-folded: two spellings of one address are one identity (law 8). */
export function normalEmail(address: string): string {
  // Lower-casing can leave what composes further, such as a small j and its caron: NFC comes last.
  return normalLine(address).toLowerCase().normalize("NFC");
}

/** Something before and after one @, no white space: addresses in any script pass, sentences do not. */
export function isEmail(address: string): boolean {
  return /^[^\s@<>",;]+@[^\s@<>",;]+$/u.test(address) && address.length <= 320;
}

function normalLine(text: string): string {
  const lines = normalText(text).split("\n");
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}

function normalText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "")
    .normalize("NFC")
    .trim();
}
