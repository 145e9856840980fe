import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";

/** The one account that the sandbox stands for. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function createAccount(world: World): Account {
  return {
    id: `acct_1${randomText(() => world.random(), 15)}`,
    name: "Lighthouse Studio",
    email: "owner@lighthouse.example",
    created: Math.floor(world.now() / 1000) - 3 * 365 * 24 * 60 * 60,
  };
}

export function showAccount(account: Account): Record<string, unknown> {
  return {
    id: account.id,
    object: "account",
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: "7333",
      minority_owned_business_designation: null,
      name: account.name,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: { card_payments: "active", transfers: "active" },
    charges_enabled: true,
    controller: { type: "account" },
    country: "US",
    created: account.created,
    default_currency: "usd",
    details_submitted: true,
    email: account.email,
    external_accounts: {
      object: "list",
      data: [],
      has_more: false,
      url: `/v1/accounts/${account.id}/external_accounts`,
    },
    metadata: {},
    payouts_enabled: true,
    settings: { dashboard: { display_name: account.name, timezone: "Etc/UTC" } },
    type: "standard",
  };
}
