import { invalidRequest } from "./errors.ts";
import type { Form } from "./form.ts";

/** Reads one level of parameters; undefined where one is not there. Every refusal is Stripe's. */
export interface Params {
  readonly names: readonly string[];
  has(name: string): boolean;
  isObject(name: string): boolean;
  /** An empty text clears; null then. */
  text(name: string, maxCharacters?: number): string | null | undefined;
  /** Cannot be cleared. */
  word(name: string): string | undefined;
  integer(
    name: string,
    limits?: { readonly min?: number; readonly max?: number },
  ): number | undefined;
  flag(name: string): boolean | undefined;
  list(name: string): readonly string[] | undefined;
  /** null where an empty text clears it. */
  object(name: string, known: readonly string[] | "any"): Params | null | undefined;
}

/** Refuses parameters of other names. */
export function readParams(form: Form, known: readonly string[] | "any", prefix = ""): Params {
  const pathOf = (name: string) => (prefix === "" ? name : `${prefix}[${name}]`);
  const names = [...form.keys()];
  const unknown = known === "any" ? [] : names.filter((name) => !known.includes(name)).map(pathOf);
  if (unknown[0] !== undefined)
    throw invalidRequest(
      `Received unknown parameter${unknown.length > 1 ? "s" : ""}: ${unknown.join(", ")}`,
      { code: "parameter_unknown", param: unknown[0] },
    );

  const plain = (name: string): string | undefined => {
    const value = form.get(name);
    if (value !== undefined && typeof value !== "string")
      throw invalidRequest(`Invalid string: ${JSON.stringify(toPlain(value))}`, {
        param: pathOf(name),
      });
    return value;
  };
  const word = (name: string) => {
    const value = plain(name);
    if (value === "") throw emptyRefused(pathOf(name));
    return value;
  };

  return {
    names,
    has: (name) => form.has(name),
    isObject: (name) => typeof form.get(name) === "object",
    text: (name, maxCharacters = 5000) => {
      const value = plain(name);
      if (value !== undefined && characterCount(value) > maxCharacters)
        throw invalidRequest(
          `Invalid string: ${shortened(value)}; must be at most ${maxCharacters} characters`,
          { param: pathOf(name) },
        );
      return value === "" ? null : value;
    },
    word,
    integer: (name, limits = {}) => {
      const value = word(name);
      return value === undefined ? undefined : toInteger(value, limits, pathOf(name));
    },
    flag: (name) => {
      const value = word(name);
      if (value === undefined) return undefined;
      if (value !== "true" && value !== "false")
        throw invalidRequest(`Invalid boolean: ${shortened(value)}`, { param: pathOf(name) });
      return value === "true";
    },
    list: (name) => {
      const value = form.get(name);
      return value === undefined ? undefined : toList(value, pathOf(name));
    },
    object: (name, inner) => {
      const value = form.get(name);
      if (value === undefined) return undefined;
      if (value === "") return null;
      if (typeof value === "string")
        throw invalidRequest("Invalid object", { param: pathOf(name) });
      return readParams(value, inner, pathOf(name));
    },
  };
}

function toInteger(
  value: string,
  { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number },
  param: string,
): number {
  const refuse = (message: string) =>
    invalidRequest(message, { code: "parameter_invalid_integer", param });
  if (!/^-?\d{1,15}$/.test(value)) throw refuse(`Invalid integer: ${shortened(value)}`);
  const number = Number(value);
  if (number < min) throw refuse(`This value must be greater than or equal to ${min}.`);
  if (number > max) throw refuse(`This value must be less than or equal to ${max}.`);
  return number;
}

function toList(value: string | Form, param: string): readonly string[] {
  if (value === "") return [];
  const items = typeof value === "string" ? [] : [...value.values()];
  const texts = items.filter((item) => typeof item === "string");
  if (texts.length === 0 || texts.length < items.length)
    throw invalidRequest("Invalid array", { param });
  return texts;
}

export function required<T>(value: T | undefined, param: string): T {
  if (value === undefined)
    throw invalidRequest(`Missing required param: ${param}.`, { code: "parameter_missing", param });
  return value;
}

export function emptyRefused(param: string): Error {
  return invalidRequest(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    { code: "parameter_invalid_empty", param },
  );
}

/** In code points, so that an emoji counts as one or a few, not as its bytes. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}

/** Stripe shows a long value by its first and last ten characters. */
export function shortened(value: string): string {
  return value.length > 23 ? `${value.slice(0, 10)}...${value.slice(-10)}` : value;
}

function toPlain(form: Form): Record<string, unknown> {
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, typeof value === "string" ? value : toPlain(value)]),
  );
}
