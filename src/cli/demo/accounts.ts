import { AstralisError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { SandboxDescription } from "../sandbox-actions.ts";

/**
 * The accounts as their owner sees and edits them: through each provider's own API with plain requests, past
 * everything of ours, so that what a step shows is really there.
 */
export interface Account {
  readonly title: string;
  contacts(): Promise<readonly Contact[]>;
  /** Changes what the contact with that address shows. */
  change(
    email: string,
    changes: { readonly name?: string; readonly phone?: string },
  ): Promise<void>;
  /** How many requests changed anything so far, by the sandbox's own ledger. */
  countWrites(): Promise<number>;
}

export interface Contact {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
}

export function openStripe({ api, credentials }: SandboxDescription): Account {
  const send = sender("Stripe", `Bearer ${credentials["api_key"] ?? ""}`);
  const contacts = async () => {
    const found: Contact[] = [];
    let after = "";
    for (;;) {
      const page = await send(`${api}/v1/customers?limit=100${after}`);
      const customers = records(page["data"]);
      for (const customer of customers)
        found.push({
          id: text(customer["id"]) ?? "",
          email: text(customer["email"]),
          name: text(customer["name"]),
          phone: text(customer["phone"]),
        });
      if (page["has_more"] !== true) return found;
      after = `&starting_after=${found.at(-1)?.id ?? ""}`;
    }
  };
  return {
    title: "Stripe",
    contacts,
    change: async (email, changes) => {
      const { id } = contactOf(await contacts(), email);
      const body = new URLSearchParams(changes);
      await send(`${api}/v1/customers/${id}`, { method: "POST", body });
    },
    countWrites: () => countWrites(api),
  };
}

const personFields = "names,emailAddresses,phoneNumbers,metadata";

export function openGoogle({ api, credentials }: SandboxDescription): Account {
  const send = sender("Google", `Bearer ${credentials["access_token"] ?? ""}`);
  const contacts = async () => {
    const found: Contact[] = [];
    let after = "";
    for (;;) {
      const page = await send(
        `${api}/v1/people/me/connections?pageSize=200&personFields=${personFields}${after}`,
      );
      for (const person of records(page["connections"])) {
        const name = firstOf(person["names"]);
        found.push({
          id: text(person["resourceName"]) ?? "",
          email: text(firstOf(person["emailAddresses"])["value"]),
          name: text(name["displayName"]) ?? text(name["unstructuredName"]),
          phone: text(firstOf(person["phoneNumbers"])["value"]),
        });
      }
      if (text(page["nextPageToken"]) === null) return found;
      after = `&pageToken=${encodeURIComponent(String(page["nextPageToken"]))}`;
    }
  };
  return {
    title: "Google",
    contacts,
    change: async (email, { name, phone }) => {
      const { id } = contactOf(await contacts(), email);
      const person = await send(`${api}/v1/${id}?personFields=${personFields}`);
      const changes = {
        ...(name === undefined ? {} : { names: [{ unstructuredName: name }] }),
        ...(phone === undefined ? {} : { phoneNumbers: [{ value: phone }] }),
      };
      const mask = Object.keys(changes).join(",");
      await send(`${api}/v1/${id}:updateContact?updatePersonFields=${mask}`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ etag: person["etag"], metadata: person["metadata"], ...changes }),
      });
    },
    countWrites: () => countWrites(api),
  };
}

/** Opens the sign-in link as a browser would, and follows it to where the sign-in waits for it. */
export async function followLink(url: string): Promise<void> {
  const response = await fetch(url);
  await response.text();
}

export function contactOf(contacts: readonly Contact[], email: string): Contact {
  const found = contacts.find((contact) => contact.email === email);
  if (found !== undefined) return found;
  throw new AstralisError("demo-failed", `no contact has the address ${email}`);
}

function sender(title: string, authorization: string) {
  return async (url: string, init: RequestInit = {}): Promise<Record<string, unknown>> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", authorization);
    const response = await fetch(url, { ...init, headers });
    const answer: unknown = await response.json();
    if (response.ok && isRecord(answer)) return answer;
    throw new AstralisError("demo-failed", `${title} answered with status ${response.status}`);
  };
}

async function countWrites(api: string): Promise<number> {
  const response = await fetch(`${api}/_sandbox/ledger`);
  const answer: unknown = await response.json();
  const entries = records(isRecord(answer) ? answer["entries"] : []);
  return entries.filter((entry) => entry["wrote"] === true).length;
}

function records(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function firstOf(value: unknown): Record<string, unknown> {
  return records(value)[0] ?? {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
