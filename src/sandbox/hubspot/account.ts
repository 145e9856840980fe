import type { World } from "../kit/vendor.ts";

/** The one account (a "hub" or "portal") that the sandbox stands for. */
export interface Account {
  readonly hubId: number;
  readonly userId: number;
  readonly user: string;
  readonly domain: string;
}

export function createAccount(world: World): Account {
  const number = (digits: number) =>
    10 ** (digits - 1) + Math.floor(world.random() * 9 * 10 ** (digits - 1));
  return {
    hubId: number(8),
    userId: number(7),
    user: "owner@lighthouse.example",
    domain: "lighthouse.example",
  };
}

/** https://developers.hubspot.com/docs/api-reference/latest/account/account-information/get-account-details */
export function showAccount(account: Account): Record<string, unknown> {
  return {
    portalId: account.hubId,
    accountType: "STANDARD",
    timeZone: "US/Eastern",
    companyCurrency: "USD",
    additionalCurrencies: [],
    utcOffset: "-05:00",
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: "app.hubspot.com",
    dataHostingLocation: "na1",
  };
}
