/** Words of the place where the project happens to be written; none of them belongs in it. */
export interface Word {
  readonly pattern: RegExp;
  /** Files in which the word means something else. */
  readonly exceptIn?: readonly string[];
}

// Each pattern is written so that it does not match itself.
export const workplaceWords: readonly Word[] = [
  { pattern: /(?<![\w.~-])\/(?:wor[k]|far[m]|roo[t])\b/g },
  { pattern: /\bshare[d]\/(?!contracts\b)/g },
  { pattern: /\bshare[d]\/contracts\b/g, exceptIn: ["test/support/contracts.ts"] },
  {
    pattern: /\bhelpe[r]s?\b/gi,
    exceptIn: ["test/support/architecture.ts", "test/unit/support/architecture.test.ts"],
  },
  { pattern: /\b(?:C[E]O|brie[f]\.md)\b/g },
  { pattern: /\bissu[e]s? #?\d+\b(?<!\d{4})/gi },
  { pattern: /\bregistr[y]\.(?:npmj[s]|yarnpk[g])|\bverdacci[o]\b|\bartifactor[y]\b/gi },
  { pattern: /\b(?:claud[e]|anthropi[c]|opena[i]|chatgp[t]|copilo[t]|LL[M]s?)\b/gi },
  { pattern: /\b(?:A[I]|languag[e] model)\b/g },
  { pattern: /\b(?:TOD[O]|FIXM[E]|XX[X])\b/g },
];

/** Each place where a file says one of the words: "path:line: word". */
export function findWorkplaceWords(path: string, text: string): readonly string[] {
  return workplaceWords
    .filter((word) => !(word.exceptIn ?? []).includes(path))
    .flatMap((word) =>
      [...text.matchAll(word.pattern)].map((match) => {
        const line = text.slice(0, match.index).split("\n").length;
        return `${path}:${line}: ${match[0]}`;
      }),
    );
}
