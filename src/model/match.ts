import type { Fields } from "./fields.ts";
import type { IdentityKind } from "./identity.ts";

/** Why a record was left out: what it lacks, or the setting that keeps it out. */
export type LeftOut =
  | "no-identity"
  | "duplicate"
  | "bad-record"
  | "filter"
  | "create.here"
  | "direction";

/** What became of one record when it was seen (law 8): told by the decision itself, for people. */
export type Match =
  | { readonly kind: "known" }
  /** "own-id": it carries the id of a record that was being made. */
  | { readonly kind: "matched"; readonly by: IdentityKind | "own-id" }
  | { readonly kind: "new" }
  | { readonly kind: "left-out"; readonly why: LeftOut }
  | AmbiguousMatch;

/** It could be several clients: it is linked to none, and a person is asked. */
export interface AmbiguousMatch {
  readonly kind: "ambiguous";
  readonly externalId: string;
  readonly fields: Fields;
  readonly clientIds: readonly string[];
}

/** Matches of a whole listing; memory does not grow with it (law 11). */
export interface Matches {
  readonly known: number;
  readonly matched: Readonly<Record<IdentityKind | "own-id", number>>;
  readonly created: number;
  readonly leftOut: Readonly<Record<LeftOut, number>>;
  readonly ambiguous: number;
  /** The first of them. */
  readonly examples: readonly AmbiguousMatch[];
}

export const noMatches: Matches = {
  known: 0,
  matched: { email: 0, phone: 0, "own-id": 0 },
  created: 0,
  leftOut: {
    "no-identity": 0,
    duplicate: 0,
    "bad-record": 0,
    filter: 0,
    "create.here": 0,
    direction: 0,
  },
  ambiguous: 0,
  examples: [],
};

const mostExamples = 20;

export function withMatch(matches: Matches, match: Match): Matches {
  switch (match.kind) {
    case "known":
      return { ...matches, known: matches.known + 1 };
    case "matched":
      return { ...matches, matched: counted(matches.matched, match.by) };
    case "new":
      return { ...matches, created: matches.created + 1 };
    case "left-out":
      return { ...matches, leftOut: counted(matches.leftOut, match.why) };
    case "ambiguous":
      return {
        ...matches,
        ambiguous: matches.ambiguous + 1,
        examples:
          matches.examples.length < mostExamples ? [...matches.examples, match] : matches.examples,
      };
  }
}

function counted<Key extends string>(
  counts: Readonly<Record<Key, number>>,
  key: Key,
): Readonly<Record<Key, number>> {
  return { ...counts, [key]: counts[key] + 1 };
}
