import type { ConfigProblem } from "../lib/errors.ts";
import { isRecord } from "../lib/json.ts";
import { keyAt } from "./keys.ts";
import { problemAt } from "./problems.ts";
import type { Path, Tree } from "./tree.ts";

/** What no single key can tell. Reads the file as it is, so that it finds its problems beside those of the schema. */
export function ruleProblems(tree: Tree): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const file = record(tree.value);
  for (const [vendor, app] of Object.entries(record(file.apps))) {
    const path = ["apps", vendor, "client_id"];
    if (
      keyAt(path) !== null &&
      isRecord(app) &&
      app.client_id === undefined &&
      !tree.isVariable(path)
    )
      problems.push(problemAt(tree, path, "is missing; an application needs its client_id"));
  }
  for (const [org, value] of Object.entries(record(file.orgs))) {
    for (const [name, connection] of Object.entries(record(record(value).connections))) {
      const path = ["orgs", org, "connections", name];
      problems.push(...connectionProblems(record(connection), path, tree));
    }
  }
  return problems;
}

function connectionProblems(
  connection: Record<string, unknown>,
  path: Path,
  tree: Tree,
): readonly ConfigProblem[] {
  const { direction } = connection;
  const create = record(connection.create);
  const whole = isRecord(direction) ? direction.default : direction;
  const against = { pull: "there", push: "here" };
  if (whole !== "pull" && whole !== "push") return [];
  const side = against[whole];
  if (create[side] !== true) return [];
  return [
    problemAt(
      tree,
      [...path, "create", side],
      `cannot be true under direction ${whole}: nothing goes that way`,
    ),
  ];
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
