import type { Filter } from "../../model/connection.ts";

/** The first condition that a record does not meet, for people; null where it meets all of them. */
export function unmetCondition(
  filter: Filter | null,
  valueOf: (name: string) => string | null,
): string | null {
  const unmet = Object.entries(filter ?? {}).find(([name, wanted]) => valueOf(name) !== wanted);
  return unmet === undefined ? null : `its ${unmet[0]} is not ${JSON.stringify(unmet[1])}`;
}

/** As an observation carries it. */
export function outsideOf(condition: string | null): { readonly outside?: string } {
  return condition === null ? {} : { outside: condition };
}
