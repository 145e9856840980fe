import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { listOf, objectOf, textOf } from "../../src/simulation/accounts/json.ts";
import { signIn as signInToFreshbooks } from "../conformance/provider-freshbooks-records.ts";
import { signIn as signInToGoogle } from "../conformance/provider-gmail-records.ts";
import { signIn as signInToHubSpot } from "../conformance/provider-hubspot-records.ts";
import {
  accountHint,
  signIn as signInToQuickBooks,
} from "../conformance/provider-quickbooks-records.ts";
import { signIn as signInToSalesforce } from "../conformance/provider-salesforce-records.ts";

export const providerNames = [
  "stripe",
  "gmail",
  "hubspot",
  "salesforce",
  "quickbooks",
  "freshbooks",
] as const;
export type ProviderName = (typeof providerNames)[number];

/** A record as its owner sees it. */
export interface ShownRecord {
  readonly email: string | null;
  readonly name: string | null;
}

/** How to get in at a provider's sandbox, and what its owner sees there. */
export interface Entrance {
  readonly vendor: string;
  /** A token or key that the sandbox accepts now. */
  signIn(sandbox: Sandbox): Promise<string>;
  /** The account that the sign-in told of, where it tells one. */
  accountHint?(sandbox: Sandbox): string;
  /** Read from the sandbox itself, by none of the adapter's code. */
  records(sandbox: Sandbox): readonly ShownRecord[];
}

export const entrances: Readonly<Record<ProviderName, Entrance>> = {
  stripe: {
    vendor: "stripe",
    signIn: async (sandbox) => sandbox.describe().credentials["api_key"] ?? "",
    records: (sandbox) => shown(stateOf(sandbox)["customers"], "email", ["name"]),
  },
  gmail: {
    vendor: "google",
    signIn: signInToGoogle,
    records: (sandbox) => {
      const [account] = listOf(stateOf(sandbox)["accounts"]);
      return listOf(account?.["contacts"]).map((contact) => {
        const name = listOf(contact["names"])[0] ?? {};
        return {
          email: textOf(listOf(contact["emailAddresses"])[0]?.["value"]),
          name: textOf(name["displayName"]) ?? textOf(name["unstructuredName"]),
        };
      });
    },
  },
  hubspot: {
    vendor: "hubspot",
    signIn: signInToHubSpot,
    records: (sandbox) => {
      const contacts = listOf(stateOf(sandbox)["contacts"]);
      const properties = contacts.map((contact) => contact["properties"]);
      return shown(properties, "email", ["firstname", "lastname"]);
    },
  },
  salesforce: {
    vendor: "salesforce",
    signIn: signInToSalesforce,
    records: (sandbox) => shown(stateOf(sandbox)["contacts"], "Email", ["FirstName", "LastName"]),
  },
  quickbooks: {
    vendor: "quickbooks",
    signIn: signInToQuickBooks,
    accountHint,
    records: (sandbox) =>
      listOf(stateOf(sandbox)["customers"]).map((customer) => ({
        email: textOf(objectOf(customer["PrimaryEmailAddr"])["Address"]),
        name: textOf(customer["DisplayName"]),
      })),
  },
  freshbooks: {
    vendor: "freshbooks",
    signIn: signInToFreshbooks,
    accountHint: (sandbox) => sandbox.describe().credentials["account"] ?? "",
    records: (sandbox) => shown(stateOf(sandbox)["clients"], "email", ["fname", "lname"]),
  },
};

function stateOf(sandbox: Sandbox) {
  return objectOf(sandbox.control.state());
}

function shown(records: unknown, email: string, name: readonly string[]): readonly ShownRecord[] {
  return listOf(records).map((record) => ({
    email: textOf(record[email]),
    name: name.flatMap((key) => textOf(record[key]) ?? []).join(" ") || null,
  }));
}
