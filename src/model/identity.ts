import { normalEmail } from "./normal.ts";

/** By what records are known to mean the same client; `match` of the organization lists the kinds in use. */
export const identityKinds = ["email", "phone"] as const;
export type IdentityKind = (typeof identityKinds)[number];

export interface IdentityKey {
  readonly kind: IdentityKind;
  /** The normal form: a case-folded address; a phone's digits with its plus sign. */
  readonly value: string;
}

/** An identity belongs to one client of its organization. */
export interface Identity extends IdentityKey {
  readonly orgId: string;
  readonly clientId: string;
}

export function emailIdentity(address: string): IdentityKey {
  return { kind: "email", value: normalEmail(address) };
}

/** Digits with a leading plus where there was one; null where fewer than six digits stand. */
export function phoneIdentity(phone: string): IdentityKey | null {
  const digits = phone
    .normalize("NFKC")
    .replace(/[^\d+]/g, "")
    .replace(/(?!^)\+/g, "");
  return digits.replace("+", "").length < 6 ? null : { kind: "phone", value: digits };
}

export function identityText(key: IdentityKey): string {
  return `${key.kind}:${key.value}`;
}
