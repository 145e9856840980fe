import type { Client } from "./client.ts";
import type { FieldValue } from "./fields.ts";
import { phoneIdentity } from "./identity.ts";

/** Why two clients may be one. Likeness is no evidence: it only makes a proposal to a person (law 8). */
export const likenessKinds = [
  "same-phone",
  "same-name-and-company",
  "same-name-and-mailbox",
] as const;
export type LikenessKind = (typeof likenessKinds)[number];

export interface Likeness {
  readonly kind: LikenessKind;
  /** Equal for clients that are alike in this way. */
  readonly key: string;
}

/** In which ways a client can be like another one. */
export function likenessesOf({ fields }: Client): readonly Likeness[] {
  const text = (field: string) => textOf(fields[field] ?? null);
  const phone = phoneKey(text("phone"));
  const name = wordsKey(text("name"));
  const company = wordsKey(text("company"));
  const [mailbox = ""] = text("email").split("@");
  return [
    ...(phone === null ? [] : [{ kind: "same-phone", key: phone } as const]),
    ...(name === "" || company === ""
      ? []
      : [{ kind: "same-name-and-company", key: `${name}|${company}` } as const]),
    ...(name === "" || mailbox === ""
      ? []
      : [{ kind: "same-name-and-mailbox", key: `${name}|${mailbox}` } as const]),
  ];
}

function textOf(value: FieldValue): string {
  return typeof value === "string" ? value : "";
}

/** Its digits; "+" and "00" before a country's code are one. */
function phoneKey(phone: string): string | null {
  const identity = phoneIdentity(phone);
  return identity === null ? null : identity.value.replace(/^(?:\+|00)/, "");
}

/** Its words in the order of the alphabet, without case, signs and Latin accents: "Duarte, Ana" is "ana duarte". */
function wordsKey(text: string): string {
  const folded = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFKC");
  return folded
    .toUpperCase()
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "")
    .toSorted()
    .join(" ");
}
