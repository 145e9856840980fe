import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { SimulatedProvider } from "../history.ts";
import type { Account } from "./account.ts";
import { freshbooksAccount } from "./freshbooks.ts";
import { googleAccount } from "./google.ts";
import { hubspotAccount } from "./hubspot.ts";
import { quickbooksAccount } from "./quickbooks.ts";
import { salesforceAccount } from "./salesforce.ts";
import { stripeAccount } from "./stripe.ts";

export interface AccountKind {
  /** Its sandbox's name. */
  readonly vendor: string;
  readonly open: (sandbox: InProcessSandbox) => Account;
  /** Whether the sandbox can be told to rotate refresh tokens; else it does as the provider does. */
  readonly mayRotate: boolean;
  /** Whether it says of a cursor that it is too old; where it does not, only time ends one. */
  readonly endsCursors: boolean;
}

export const accountKinds: Readonly<Record<SimulatedProvider, AccountKind>> = {
  stripe: { vendor: "stripe", open: stripeAccount, mayRotate: false, endsCursors: false },
  gmail: { vendor: "google", open: googleAccount, mayRotate: true, endsCursors: true },
  hubspot: { vendor: "hubspot", open: hubspotAccount, mayRotate: false, endsCursors: true },
  salesforce: { vendor: "salesforce", open: salesforceAccount, mayRotate: true, endsCursors: true },
  quickbooks: {
    vendor: "quickbooks",
    open: quickbooksAccount,
    mayRotate: false,
    endsCursors: true,
  },
  freshbooks: {
    vendor: "freshbooks",
    open: freshbooksAccount,
    mayRotate: false,
    endsCursors: true,
  },
};
