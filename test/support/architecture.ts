import { dirname, join } from "node:path/posix";
import { declaredNames, functionsOf, importsOf, lineAt } from "./source.ts";
import type { Import, Source } from "./source.ts";

/** One row of the import table in ARCHITECTURE.md. */
export interface Room {
  /** A folder with a slash at its end, or one file; the longest that fits a file is its room. */
  readonly name: string;
  readonly allows: readonly Allowance[];
  /** Packages it may import; `node` stands for every module of Node itself. */
  readonly packages: readonly string[];
}

export interface Allowance {
  readonly target: string;
  /** "types" allows `import type` alone, "lazily" also `import()`. */
  readonly manner: "any" | "types" | "lazily";
}

/** What is wrong, in one line that starts with the file. */
export type Finding = string;

/** Reads the rows `| room | may import | packages |` from under the heading "The import table". */
export function parseImportTable(markdown: string): readonly Room[] {
  const section = markdown.split(/^#+ The import table$/m)[1]?.split(/^#+ /m)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [, name = "", allows = "", packages = ""] = row.split("|");
    const allowances = [...allows.matchAll(/`([^`]+)`(?: \((types|lazily)\))?/g)];
    return {
      name: quoted(name)[0] ?? "",
      allows: allowances.map((match) => ({
        target: match[1] ?? "",
        manner: match[2] === "types" || match[2] === "lazily" ? match[2] : "any",
      })),
      packages: quoted(packages),
    };
  });
}

/** `computed` names the files whose `import()` of a computed path is known and explained. */
export function findForbiddenImports(
  sources: readonly Source[],
  rooms: readonly Room[],
  computed: readonly string[] = [],
): readonly Finding[] {
  return sources.flatMap((source) => {
    const room = roomOf(source.path, rooms);
    if (room === null) return [`${source.path}: is in no room of the import table`];
    return importsOf(source).flatMap((found) => {
      if (found.kind === "computed" && computed.includes(source.path)) return [];
      const problem = problemOf(found, source.path, room, rooms);
      return problem === null ? [] : [`${source.path}:${found.line}: ${problem}`];
    });
  });
}

/** Rooms that hold no file, and permissions that nobody uses: the table says what is, not what might be. */
export function findStaleRows(
  sources: readonly Source[],
  rooms: readonly Room[],
): readonly Finding[] {
  return rooms.flatMap((room) => {
    const files = sources.filter((source) => roomOf(source.path, rooms) === room);
    if (files.length === 0) return [`${room.name}: holds no file`];
    const imports = files.flatMap((file) =>
      importsOf(file).map((found) => resolveImport(file.path, found.specifier)),
    );
    const unused = [...room.allows.map((allowance) => allowance.target), ...room.packages].filter(
      (target) => !imports.some((path) => covers(target, path)),
    );
    return unused.map((target) => `${room.name}: the table lets it import ${target}, nothing does`);
  });
}

/** Groups of files that import each other in a circle, types included. */
export function findCycles(sources: readonly Source[]): readonly Finding[] {
  const graph = importGraph(sources);
  const cycles: Finding[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      cycles.push([...trail.slice(start), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

/** Files that nothing reaches from the entries; declarations of types alone are never imported. */
export function findDeadFiles(
  sources: readonly Source[],
  entries: readonly string[],
): readonly Finding[] {
  const graph = importGraph(sources);
  const reached = new Set<string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return sources
    .filter((source) => !reached.has(source.path) && !source.path.endsWith(".d.ts"))
    .map((source) => `${source.path}: nothing imports it`);
}

export interface SizeLimits {
  readonly fileLines: number;
  /** Lines of a function that are its own: those of the functions inside it count for these. */
  readonly functionLines: number;
  /** Lines of a function with all that is inside it: for the factories that stand for classes. */
  readonly factoryLines: number;
  /** "path" or "path name": what may be longer, each with its reason beside it. */
  readonly exceptions: readonly string[];
}

export function findOversized(sources: readonly Source[], limits: SizeLimits): readonly Finding[] {
  const findings: { readonly key: string; readonly text: string }[] = [];
  for (const source of sources) {
    const lines = source.text.trimEnd().split("\n").length;
    if (lines > limits.fileLines) {
      findings.push({ key: source.path, text: `${source.path}: has ${lines} lines` });
    }
    for (const span of functionsOf(source)) {
      const tooLong = span.ownLines > limits.functionLines || span.lines > limits.factoryLines;
      if (!tooLong) continue;
      const text = `${source.path}:${span.line}: ${span.name} has ${span.ownLines} lines of its own, ${span.lines} in all`;
      findings.push({ key: `${source.path} ${span.name}`, text });
    }
  }
  const unused = limits.exceptions
    .filter((exception) => !findings.some((finding) => finding.key === exception))
    .map((exception) => `${exception}: is excepted and needs no exception`);
  const found = findings.filter((finding) => !limits.exceptions.includes(finding.key));
  return [...found.map((finding) => finding.text), ...unused];
}

/** Code that a file may hold only in some rooms. */
export interface Ban {
  readonly pattern: RegExp;
  readonly reason: string;
  /** Folders with a slash at their end, or files. */
  readonly allowedIn: readonly string[];
}

/** What is not a function of its arguments has one home: `lib/`, and for the environment `config/`. */
export const bans: readonly Ban[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.(?:hrtime|uptime)\b/g,
    reason: "reads the clock; take it from deps",
    allowedIn: ["src/lib/", "src/sandbox/"],
  },
  {
    pattern: /\bMath\.random\b|\brandomUUID\b/g,
    reason: "makes its own randomness; take it from deps",
    allowedIn: ["src/lib/", "src/sandbox/"],
  },
  {
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\btimers\/promises\b/g,
    reason: "sleeps by itself; take the clock from deps",
    allowedIn: ["src/lib/", "src/sandbox/"],
  },
  {
    pattern: /(?<!\btypeof\s+)\bglobalThis\.fetch\b/g,
    reason: "takes the global fetch; take it from deps",
    allowedIn: ["src/lib/"],
  },
  {
    pattern: /\bprocess\.env\b/g,
    reason: "reads the environment",
    allowedIn: ["src/config/", "bin/"],
  },
  {
    pattern: /\bexport\s+default\b|\bas\s+default\b/g,
    reason: "exports a default",
    allowedIn: [],
  },
  {
    pattern: /\benum\s+\w+\s*\{|\bnamespace\s+\w+\s*\{/g,
    reason: "is not erasable",
    allowedIn: [],
  },
];

export function findBanned(
  sources: readonly Source[],
  list: readonly Ban[] = bans,
): readonly Finding[] {
  // What a foreign package's types look like is not ours to choose.
  const own = sources.filter((source) => !source.path.endsWith(".d.ts"));
  return own.flatMap((source) =>
    list
      .filter((ban) => !ban.allowedIn.some((place) => covers(place, source.path)))
      .flatMap((ban) =>
        [...source.code.matchAll(ban.pattern)].map(
          (match) =>
            `${source.path}:${lineAt(source.code, match.index)}: ${match[0].trim()}: ${ban.reason}`,
        ),
      ),
  );
}

const bannedWords = new Set("data info manager util utils helper helpers".split(" "));

/** Names that say nothing: of files, folders and everything that is declared. */
export function findEmptyNames(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => {
    const inPath = wordsOf(source.path.replace(/\.[jt]s$/, "")).filter((w) => bannedWords.has(w));
    const inCode = declaredNames(source).filter((name) =>
      wordsOf(name).some((word) => bannedWords.has(word)),
    );
    const misspelt = /(?:^|\/)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[jt]s$/.test(source.path)
      ? []
      : ["is not in kebab-case"];
    return [
      ...misspelt,
      ...inPath.map((word) => `is named with "${word}"`),
      ...inCode.map((name) => `declares ${name}`),
    ].map((problem) => `${source.path}: ${problem}`);
  });
}

function problemOf(found: Import, from: string, room: Room, rooms: readonly Room[]): string | null {
  if (found.kind === "computed")
    return "imports a path that is computed, which no check can follow";
  const path = resolveImport(from, found.specifier);
  if (!found.specifier.startsWith(".")) {
    const name = path.startsWith("node:") ? "node" : path;
    const allowed = room.packages.some((item) => covers(item, path));
    return allowed ? null : `${room.name} may not import the package ${name}`;
  }
  const target = roomOf(path, rooms);
  if (target === room) return null;
  const allowance = room.allows.find((item) => covers(item.target, path));
  if (allowance === undefined) return `${room.name} may not import ${path}`;
  if (allowance.manner === "types" && found.kind !== "type") {
    return `${room.name} may import types alone from ${path}`;
  }
  if (allowance.manner === "lazily" && found.kind === "static") {
    return `${room.name} may load ${path} only when it is needed`;
  }
  return null;
}

function roomOf(path: string, rooms: readonly Room[]): Room | null {
  const fitting = rooms.filter((room) => covers(room.name, path));
  return fitting.toSorted((a, b) => b.name.length - a.name.length)[0] ?? null;
}

/** Whether a name of the table (a folder, a file, a package, `node`) means this path. */
function covers(name: string, path: string): boolean {
  if (name === "node") return path.startsWith("node:");
  return path === name || path.startsWith(name.endsWith("/") ? name : `${name}/`);
}

function resolveImport(from: string, specifier: string): string {
  return specifier.startsWith(".") ? join(dirname(from), specifier) : specifier;
}

function importGraph(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const paths = new Set(sources.map((source) => source.path));
  return new Map(
    sources.map((source) => {
      const targets = importsOf(source).map((found) => resolveImport(source.path, found.specifier));
      return [source.path, [...new Set(targets)].filter((target) => paths.has(target))];
    }),
  );
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}
