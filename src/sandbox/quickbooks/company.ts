import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import { pacificSecond } from "./times.ts";

/** The one company that the sandbox stands for. */
export interface Company {
  readonly realmId: string;
  readonly name: string;
  readonly email: string;
  readonly createdMs: number;
}

export function createCompany(world: World): Company {
  return {
    realmId: `9341452${randomText(() => world.random(), 9, "0123456789")}`,
    name: "Lighthouse Studio",
    email: "owner@lighthouse.example",
    createdMs: world.now() - 3 * 365 * 24 * 3600 * 1000,
  };
}

export function showCompany(company: Company): Record<string, unknown> {
  return {
    CompanyName: company.name,
    LegalName: company.name,
    CompanyAddr: { Id: "1", Line1: "1 Harbour Street", City: "Mountain View", Country: "US" },
    Email: { Address: company.email },
    Country: "US",
    SupportedLanguages: "en",
    FiscalYearStartMonth: "January",
    domain: "QBO",
    sparse: false,
    Id: "1",
    SyncToken: "4",
    MetaData: {
      CreateTime: pacificSecond(company.createdMs),
      LastUpdatedTime: pacificSecond(company.createdMs),
    },
  };
}
