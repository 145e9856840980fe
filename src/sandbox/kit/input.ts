/** Input of the control API that cannot be taken; the message says why. */
export class BadInput extends Error {}

/** An object's members by kind: undefined where one is left out, refused where it is of another kind. */
export interface FieldReader {
  text(name: string): string | undefined;
  boolean(name: string): boolean | undefined;
  number(name: string): number | undefined;
  /** A whole number from 0. */
  count(name: string): number | undefined;
  /** Milliseconds since 1970, given so or as text that Date.parse reads. */
  instant(name: string): number | undefined;
}

/** Refuses what is no object, and members of other names. */
export function readFields(input: unknown, names: readonly string[]): FieldReader {
  if (!isObject(input)) throw new BadInput("An object is needed.");
  const unknown = Object.keys(input).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new BadInput(`"${unknown}" is not known; there is ${names.join(", ")}.`);
  const read =
    <T>(wanted: string, convert: (value: unknown) => T | undefined) =>
    (name: string): T | undefined => {
      const value = input[name];
      if (value === undefined) return undefined;
      const converted = convert(value);
      if (converted === undefined) throw new BadInput(`"${name}" must be ${wanted}.`);
      return converted;
    };
  return {
    text: read("text", (value) => (typeof value === "string" ? value : undefined)),
    boolean: read("true or false", (value) => (typeof value === "boolean" ? value : undefined)),
    number: read("a number", toNumber),
    count: read("a whole number from 0", (value) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined,
    ),
    instant: read("milliseconds since 1970 or an instant", (value) =>
      toNumber(typeof value === "string" ? Date.parse(value) : value),
    ),
  };
}

export function isObject(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
