import { randomText } from "../kit/random.ts";
import { easternText, utcText } from "./eastern.ts";

/** Texts of a client that requests can change. What nobody ever set is "" in some and null in others. */
export const untouchedTexts = {
  bus_phone: "",
  company_industry: null,
  company_size: null,
  currency_code: "USD",
  email: "",
  fax: "",
  fname: "",
  home_phone: null,
  language: "en",
  lname: "",
  mob_phone: "",
  note: null,
  organization: "",
  p_city: "",
  p_code: "",
  p_country: "",
  p_province: "",
  p_street: "",
  p_street2: "",
  s_city: "",
  s_code: "",
  s_country: "",
  s_province: "",
  s_street: "",
  s_street2: "",
  vat_name: null,
  vat_number: null,
} as const satisfies Readonly<Record<string, string | null>>;

export const untouchedFlags = {
  allow_email_include_pdf: false,
  allow_late_fees: true,
  allow_late_notifications: true,
  notified: false,
  pref_email: true,
  pref_gmail: false,
} as const satisfies Readonly<Record<string, boolean>>;

export type Texts = Readonly<Record<keyof typeof untouchedTexts, string | null>>;
export type Flags = Readonly<Record<keyof typeof untouchedFlags, boolean>>;

/** 0 active, 1 deleted, 2 archived: usable, but hidden in the lists of FreshBooks' own pages. */
export type VisState = 0 | 1 | 2;

export interface Client {
  readonly id: number;
  readonly uuid: string;
  readonly username: string;
  readonly texts: Texts;
  readonly flags: Flags;
  readonly visState: VisState;
  readonly signedUpMs: number;
  readonly updatedMs: number;
}

export function newUuid(random: () => number): string {
  const hex = (length: number) => randomText(random, length, "0123456789abcdef");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

export function newUsername(random: () => number): string {
  return randomText(random, 10);
}

/** A client as answers show it; `accountId` is the business' own. */
export function showClient(client: Client, accountId: string): Record<string, unknown> {
  return {
    ...client.texts,
    ...client.flags,
    accounting_systemid: accountId,
    direct_link_token: null,
    exceeds_client_limit: 0,
    has_retainer: null,
    id: client.id,
    last_activity: null,
    last_login: null,
    level: 0,
    num_logins: 0,
    retainer_id: null,
    role: "client",
    signup_date: utcText(client.signedUpMs),
    statement_token: null,
    subdomain: null,
    updated: easternText(client.updatedMs),
    userid: client.id,
    username: client.username,
    uuid: client.uuid,
    vis_state: client.visState,
  };
}
