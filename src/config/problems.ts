import type * as z from "zod";
import { ConfigError, type ConfigProblem } from "../lib/errors.ts";
import { isRecord } from "../lib/json.ts";
import { clientFields } from "../model/client.ts";
import { type Key, fileKeys, keyAt } from "./keys.ts";
import { nearest } from "./nearest.ts";
import { type Path, pathText, type Tree } from "./tree.ts";

/** A file with more problems than this has another one. */
const maxProblems = 100;

/** What the schema found, in words, each with its place in the file. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  tree: Tree,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const issue of issues) {
    if (problems.length > maxProblems) break;
    problems.push(...explain(issue, [], tree));
  }
  return problems;
}

/** One problem at a path of the file. */
export function problemAt(
  tree: Tree,
  path: Path,
  message: string,
  part: "key" | "value" = "value",
): ConfigProblem {
  return { path: pathText(path), ...tree.placeOf(path, part), message };
}

/** All problems in one error, in the order of the file; its message counts them. */
export function configError(file: string, found: readonly ConfigProblem[]): ConfigError {
  const told = new Map(found.map((problem) => [JSON.stringify(problem), problem]));
  const problems = [...told.values()].toSorted((a, b) => a.line - b.line || a.column - b.column);
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const shown = problems.slice(0, maxProblems);
  const some = problems.length > maxProblems ? `; the first ${maxProblems} are listed` : "";
  return new ConfigError("config-invalid", `${file} has ${count}${some}`, {
    hint: "Correct the file; `astralis config validate` checks it, docs/configuration.md lists every key.",
    problems: shown.map((problem) => ({ ...problem, path: printable(problem.path) })),
  });
}

function explain(issue: z.core.$ZodIssue, base: Path, tree: Tree): readonly ConfigProblem[] {
  const path = [
    ...base,
    ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys
        .slice(0, maxProblems)
        .map((name) => problemAt(tree, [...path, name], unknownKey(name, path), "key"));
    case "invalid_key":
      return [problemAt(tree, path, invalidKey(issue, path), "key")];
    case "invalid_union": {
      const branch = issue.errors.find((errors) =>
        errors.some((error) => error.path.length > 0 || error.code === "unrecognized_keys"),
      );
      return branch === undefined
        ? wrongValue(path, tree)
        : branch.flatMap((error) => explain(error, path, tree));
    }
    case "custom":
      return [problemAt(tree, path, issue.message)];
    case "invalid_type":
    case "invalid_value":
    case "invalid_format":
    case "invalid_element":
    case "not_multiple_of":
    case "too_big":
    case "too_small":
      break;
  }
  return wrongValue(path, tree);
}

/** Missing, or not what the key allows. */
function wrongValue(path: Path, tree: Tree): readonly ConfigProblem[] {
  const key = keyAt(path);
  const allows = key?.allows.replaceAll("`", "") ?? "something else";
  if (path.length === 0)
    return [problemAt(tree, path, "the file must be a mapping: keys and values")];
  const value = valueAt(tree.value, path);
  // An unset variable was told already.
  if (value === undefined && tree.isVariable(path)) return [];
  if (value === undefined) {
    const message = allows === "text" ? "is missing" : `is missing; it must be ${allows}`;
    return [problemAt(tree, path, message)];
  }
  const isTextWanted = key?.kind === "text" && allows === "text";
  const hint = isTextWanted && typeof value !== "object" ? "; put it in quotes" : "";
  const meant = typeof value === "string" && !tree.isVariable(path) ? meantValue(value, key) : null;
  return [
    problemAt(
      tree,
      path,
      `must be ${allows}${hint}${meant === null ? "" : `; did you mean ${meant}?`}`,
    ),
  ];
}

function meantValue(value: string, key: Key | null): string | null {
  const values = [...(key?.allows.matchAll(/`([^`]+)`/g) ?? [])].map((match) => match[1] ?? "");
  return nearest(value, values);
}

function unknownKey(name: string, parent: Path): string {
  const known = [...(keyAt(parent)?.keys.keys() ?? [])];
  const meant = nearest(name, known);
  if (meant !== null) return `there is no such key; did you mean ${meant}?`;
  const home = homeOf(name, fileKeys(), []);
  if (home !== null) return `there is no such key here; it belongs under ${home}`;
  return `there is no such key; known here are ${known.join(", ")}`;
}

/** Where a key of that very name stands. */
function homeOf(name: string, key: Key, path: readonly string[]): string | null {
  if (path.length > 0 && key.keys.has(name)) return path.join(".");
  for (const [child, value] of key.keys) {
    const home = homeOf(name, value, [...path, child]);
    if (home !== null) return home;
  }
  return key.named === null ? null : homeOf(name, key.named.key, [...path, `<${key.named.title}>`]);
}

function invalidKey(issue: z.core.$ZodIssueInvalidKey, path: Path): string {
  const [first] = issue.issues;
  if (keyAt(path.slice(0, -1))?.named?.title !== "field")
    return first?.message ?? "cannot be a name";
  const meant = nearest(String(path.at(-1)), clientFields);
  const advice =
    meant === null ? `fields are ${clientFields.join(", ")}` : `did you mean ${meant}?`;
  return `clients have no such field; ${advice} (custom ones are custom.<name>)`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (Array.isArray(inner)) return inner[Number(part)];
    return isRecord(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }, value);
}

/** A key may be any text; on a terminal it is one short line. */
function printable(path: string): string {
  const line = path.replace(/[\s\u0080-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ");
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
