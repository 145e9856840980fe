import { dirname } from "node:path";
import type { Config } from "./config.ts";
import {
  type EnvironmentVariables,
  lookUpIn,
  readEnvFile,
  type VariableLookup,
} from "./environment.ts";
import { findConfig, readText } from "./file.ts";
import { normaliseConfig } from "./normalise.ts";
import { configError, schemaProblems } from "./problems.ts";
import { ruleProblems } from "./rules.ts";
import { fileSchema } from "./schema.ts";
import { readTree } from "./tree.ts";
import { parseYaml } from "./yaml.ts";

/**
 * Finds, reads and checks the configuration. Throws a ConfigError: `config-not-found`, or `config-invalid` with
 * every problem of the file.
 */
export async function loadConfig(options: {
  /** As `--config` gives it; without it the nearest file from `cwd` upwards. */
  readonly path?: string | undefined;
  readonly cwd: string;
  readonly env: EnvironmentVariables;
}): Promise<Config> {
  const file = await findConfig(options);
  const text = await readText(file);
  const envFile = await readEnvFile(dirname(file));
  return parseConfig(text, { file, lookUp: lookUpIn(options.env, envFile) });
}

/** Checks a configuration's text. Throws `config-invalid`: problems of the YAML alone, else all others. */
export function parseConfig(
  text: string,
  options: { readonly file: string; readonly lookUp: VariableLookup },
): Config {
  const yaml = parseYaml(text);
  if (yaml.problems.length > 0) throw configError(options.file, yaml.problems);
  const tree = readTree(yaml, options.lookUp);
  const parsed = fileSchema.safeParse(tree.value ?? {});
  const problems = [
    ...tree.problems,
    ...(parsed.success ? [] : schemaProblems(parsed.error.issues, tree)),
    ...ruleProblems(tree),
  ];
  if (!parsed.success || problems.length > 0) throw configError(options.file, problems);
  return normaliseConfig(options.file, parsed.data, tree.variables);
}
