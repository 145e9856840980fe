import type { Config } from "../../src/config/config.ts";
import { lookUpIn } from "../../src/config/environment.ts";
import type { EnvironmentVariables } from "../../src/config/environment.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/lib/errors.ts";

export function configOf(text: string, env: EnvironmentVariables = {}): Config {
  return parseConfig(text, { file: "/home/ada/astralis.config.yaml", lookUp: lookUpIn(env, {}) });
}

/** Each problem as `line:column path: message`. */
export function problemsOf(text: string, env: EnvironmentVariables = {}): readonly string[] {
  try {
    configOf(text, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ line, column, path, message }) =>
        `${line}:${column} ${path === "" ? "" : `${path}: `}${message}`,
    );
  }
}

/** A file with one connection that has these lines as well. */
export function connectionFile(...lines: readonly string[]): string {
  const head = ["version: 1", "orgs:", "  acme:", "    connections:", "      billing:"];
  return [...head, "        provider: stripe", ...lines.map((line) => `        ${line}`), ""].join(
    "\n",
  );
}
