/** One law of docs/sync-spec.md, as its section tells it. */
export interface Law {
  readonly number: number;
  readonly title: string;
  /** The files that keep it, and the tests that hold it; empty where the section names none. */
  readonly enforcedIn: readonly string[];
  readonly heldBy: readonly string[];
  /** Whether the section says that some of it is for later. */
  readonly hasLater: boolean;
}

export function parseLaws(markdown: string): readonly Law[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const heading = /^Law (\d+): (.+)$/m.exec(section.split("\n")[0] ?? "");
    if (heading === null) return [];
    return [
      {
        number: Number(heading[1]),
        title: heading[2] ?? "",
        enforcedIn: filesAfter(section, "Enforced in:"),
        heldBy: filesAfter(section, "Held by:"),
        hasLater: /^(?:- )?Later: /m.test(section),
      },
    ];
  });
}

/** The numbers that a file's text cites: "(law 5)", "laws 1 and 4", "law 3's table". */
export function citedLaws(text: string): readonly number[] {
  const numbers = [...text.matchAll(/\blaws? (\d+(?:(?:, | and | to )\d+)*)/gi)].flatMap((match) =>
    [...(match[1] ?? "").matchAll(/\d+/g)].map((number) => Number(number[0])),
  );
  return [...new Set(numbers)];
}

/** The rows of the table under this heading cell: what stands in code in the first column, and in the second. */
export function parseStates(
  markdown: string,
  heading: string,
): ReadonlyMap<string, readonly string[]> {
  const table = markdown.split(`| ${heading} |`)[1]?.split("\n\n")[0] ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.flatMap((row): [string, string[]][] => {
      const [, from = "", to = ""] = row.split("|");
      return inCode(from).map((state) => [state, inCode(to)]);
    }),
  );
}

function filesAfter(section: string, label: string): readonly string[] {
  const paragraph = section.split(`\n${label}`)[1]?.split(/\n\n|\n(?=[A-Z][a-z]+ )/)[0] ?? "";
  return inCode(paragraph);
}

function inCode(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}
