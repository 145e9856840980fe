import type { SandboxRequest, World } from "../kit/vendor.ts";
import type { Account } from "./account.ts";
import type { HubSpotSettings } from "./settings.ts";
import type { Store } from "./store.ts";

/** What operations work with. */
export interface OperationParts {
  readonly world: World;
  readonly account: Account;
  readonly store: Store;
  readonly settings: () => HubSpotSettings;
}

/** One call of the API. */
export interface Operation {
  readonly method: string;
  /** With its one id, if any, as {contactId}. */
  readonly template: string;
  readonly scope: string | null;
  run(request: SandboxRequest, id: string): Outcome;
}

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
  readonly wrote?: boolean;
}
