import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ContractChecker } from "./contract-checker.ts";
import { createOpenApiChecker } from "./openapi.ts";

/** Checks by the API and the Connect descriptions in that folder. */
export function createStripeChecker(folder: string): ContractChecker {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const described = createOpenApiChecker([
    read("stripe.openapi.json"),
    read("stripe.oauth.openapi.json"),
  ]);
  return {
    check: (entry) => {
      // The consent page is for people: no description covers what it shows and where its buttons lead.
      const isPage = entry.path === "/oauth/authorize" && entry.status !== 302;
      return isPage || entry.path === "/oauth/consent" ? [] : described.check(entry);
    },
    get checked() {
      return described.checked;
    },
  };
}
