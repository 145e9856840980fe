/** The only room that reads the environment: what else is needed of it is read here as well. */
import { join } from "node:path";
import { parseEnv } from "node:util";
import { readText } from "./file.ts";

/** As `process.env` has them. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What the program takes from the environment beside the `${VAR}` of its configuration. */
export interface Environment {
  /** ASTRALIS_KEY: protects the credentials; null where the keychain or a key file does. */
  readonly masterKey: string | null;
  /** NO_COLOR (no-color.org): any text but none. */
  readonly noColor: boolean;
}

export function readEnvironment(variables: EnvironmentVariables): Environment {
  return {
    masterKey: variables.ASTRALIS_KEY || null,
    noColor: Boolean(variables.NO_COLOR),
  };
}

/** Where a variable's value comes from; an empty one counts as unset. */
export type VariableLookup = (
  name: string,
) => { readonly value: string; readonly from: "environment" | "env-file" } | null;

/** The environment, then the `.env` file's variables. */
export function lookUpIn(
  environment: EnvironmentVariables,
  envFile: EnvironmentVariables,
): VariableLookup {
  const find = (variables: EnvironmentVariables, name: string) =>
    (Object.hasOwn(variables, name) && variables[name]) || null;
  return (name) => {
    const value = find(environment, name);
    if (value !== null) return { value, from: "environment" };
    const fallback = find(envFile, name);
    return fallback === null ? null : { value: fallback, from: "env-file" };
  };
}

/** The variables of the `.env` in that folder; none where there is no such file. */
export async function readEnvFile(folder: string): Promise<EnvironmentVariables> {
  const text = await readText(join(folder, ".env"), { missing: "allowed" });
  return text === null ? {} : parseEnv(text.replaceAll("\r\n", "\n"));
}

/** The environment with what only the folder's `.env` has. */
export async function withEnvFile(
  environment: EnvironmentVariables,
  folder: string,
): Promise<EnvironmentVariables> {
  const set = Object.entries(environment).filter(([, value]) => Boolean(value));
  return { ...(await readEnvFile(folder)), ...Object.fromEntries(set) };
}
