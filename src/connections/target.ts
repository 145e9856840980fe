import type { Organization } from "../model/connection.ts";
import type { Endpoints, Provider } from "../providers/provider.ts";
import type { OAuthApp } from "./endpoints.ts";

/** A connection of the configuration, with all that a sign-in or its end needs to know. */
export interface ConnectionTarget {
  readonly org: Organization;
  readonly name: string;
  readonly provider: Provider;
  /** The effective ones. */
  readonly endpoints: Endpoints;
  readonly app: OAuthApp | null;
  /** Which of the vendor's environments it works in; left out for production. */
  readonly environment?: string;
}
