import { clientsBothWays } from "./0001-clients-both-ways.ts";
import { whenToAskAgain } from "./0002-when-to-ask-again.ts";
import { activities } from "./0003-activities.ts";

export interface Migration {
  /** Without a file's ending: a migration is the same one whether it runs from source or from a build. */
  readonly name: string;
  /** Run one after another in one transaction. */
  readonly statements: readonly string[];
}

/** Oldest first. Only ever appended to: one that was released is never changed. */
export const migrations: readonly Migration[] = [
  { name: "0001-clients-both-ways", statements: clientsBothWays },
  { name: "0002-when-to-ask-again", statements: whenToAskAgain },
  { name: "0003-activities", statements: activities },
];
