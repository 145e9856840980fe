import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import { newUuid } from "./client.ts";
import type { FreshbooksSettings } from "./settings.ts";

export interface Business {
  readonly id: number;
  readonly membershipId: number;
  readonly uuid: string;
  readonly name: string;
  /** The key of the accounting endpoints; null for a business that keeps no books. */
  readonly accountId: string | null;
}

/** The person who signs in, and the businesses that person may have. */
export interface Identity {
  readonly id: number;
  readonly uuid: string;
  readonly email: string;
  readonly first: Business;
  readonly other: Business;
  readonly bookless: Business;
}

export function createIdentity(world: World): Identity {
  const random = () => world.random();
  const business = (number: number, name: string, keepsBooks: boolean): Business => ({
    id: 439_000 + number,
    membershipId: 140_130 + number,
    uuid: newUuid(random),
    name,
    accountId: keepsBooks ? randomText(random, 6) : null,
  });
  return {
    id: 7_654_321,
    uuid: newUuid(random),
    email: "owner@lighthouse.example",
    first: business(0, "Lighthouse Studio", true),
    other: business(1, "Harbour Rentals", true),
    bookless: business(2, "Evening Choir", false),
  };
}

/** Those that the person has now, in the order in which they are listed. */
export function businessesOf(
  { first, other, bookless }: Identity,
  settings: FreshbooksSettings,
): readonly Business[] {
  const own = settings.left_business ? [] : [first];
  const all = {
    none: own,
    first: [other, ...own],
    last: [...own, other],
  }[settings.other_business];
  return settings.business_without_books ? [bookless, ...all] : all;
}

/** The answer of /auth/api/v1/users/me. */
export function showIdentity(identity: Identity, businesses: readonly Business[]): unknown {
  return {
    response: {
      id: identity.id,
      identity_id: identity.id,
      identity_uuid: identity.uuid,
      first_name: "Ana",
      last_name: "Berg",
      email: identity.email,
      language: "en",
      confirmed_at: "2023-05-23T05:57:24Z",
      created_at: "2023-05-23T05:42:42Z",
      setup_complete: true,
      business_memberships: businesses.map((business) => ({
        id: business.membershipId,
        role: "owner",
        unacknowledged_change: false,
        business: {
          id: business.id,
          business_uuid: business.uuid,
          name: business.name,
          account_id: business.accountId,
          date_format: "mm/dd/yyyy",
          address: null,
          phone_number: null,
          business_clients: [],
          timezone: "UTC",
        },
      })),
      roles: [],
      groups: [],
    },
  };
}
