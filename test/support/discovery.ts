import { z } from "zod";
import { isRecord } from "./json.ts";

/** A schema or a parameter of a Google Discovery document. */
const schemaShape = z.object({
  $ref: z.string().optional(),
  type: z.string().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  readOnly: z.boolean().optional(),
  required: z.boolean().optional(),
  repeated: z.boolean().optional(),
  location: z.string().optional(),
  get items() {
    return schemaShape.optional();
  },
  get properties() {
    return z.record(z.string(), schemaShape).optional();
  },
  get additionalProperties() {
    return schemaShape.optional();
  },
});

export type Schema = z.infer<typeof schemaShape>;

const methodShape = z.object({
  id: z.string(),
  httpMethod: z.string(),
  path: z.string(),
  flatPath: z.string().optional(),
  parameters: z.record(z.string(), schemaShape).default({}),
  request: z.object({ $ref: z.string() }).optional(),
  response: z.object({ $ref: z.string() }).optional(),
  scopes: z.array(z.string()).default([]),
});

export type Method = z.infer<typeof methodShape>;

const resourceShape = z.object({
  methods: z.record(z.string(), methodShape).default({}),
  get resources() {
    return z.record(z.string(), resourceShape).default({});
  },
});

const documentShape = z.object({
  servicePath: z.string().default(""),
  parameters: z.record(z.string(), schemaShape).default({}),
  schemas: z.record(z.string(), schemaShape),
  methods: z.record(z.string(), methodShape).default({}),
  resources: z.record(z.string(), resourceShape).default({}),
});

/** One Discovery document: its methods in a flat list, and its schemas. */
export interface Discovery {
  readonly methods: readonly DiscoveryMethod[];
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

export interface DiscoveryMethod extends Method {
  /** Matches the path of its requests. */
  readonly pattern: RegExp;
}

export function parseDiscovery(input: unknown): Discovery {
  const { servicePath, parameters, schemas, methods, resources } = documentShape.parse(input);
  return {
    parameters,
    schemas,
    methods: methodsOf({ methods, resources }).map((method) => ({
      ...method,
      pattern: patternOf(`/${servicePath}${method.flatPath ?? method.path}`),
    })),
  };
}

function methodsOf({ methods, resources }: z.infer<typeof resourceShape>): readonly Method[] {
  return [...Object.values(methods), ...Object.values(resources).flatMap(methodsOf)];
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\{[^}]+\}/).map((part) => part.replaceAll(/[.:]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/:]+")}$`);
}

export interface ValueRules {
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Properties that the schema does not have. */
  readonly unknown: "refuse" | "tolerate";
  /** Properties that only the server sets. */
  readonly readOnly: "refuse" | "tolerate";
}

/** What is wrong with a JSON value, each in one line that starts with its place. */
export function problemsOfValue(
  value: unknown,
  schema: Schema,
  { at, rules }: { readonly at: string; readonly rules: ValueRules },
): readonly string[] {
  const target = schema.$ref === undefined ? schema : rules.schemas[schema.$ref];
  if (target === undefined) return [`${at}: no schema ${schema.$ref}`];
  if (target.type === "array") {
    if (!Array.isArray(value)) return [`${at}: is no array`];
    return value.flatMap((item, index) =>
      problemsOfValue(item, target.items ?? {}, { at: `${at}[${index}]`, rules }),
    );
  }
  if (target.type === "object") return problemsOfObject(value, target, { at, rules });
  return isOfType(value, target) ? [] : [`${at}: is no ${describe(target)}`];
}

function problemsOfObject(
  value: unknown,
  schema: Schema,
  { at, rules }: { readonly at: string; readonly rules: ValueRules },
): readonly string[] {
  if (!isRecord(value)) return [`${at}: is no object`];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = `${at}.${name}`;
    const property = schema.properties?.[name] ?? schema.additionalProperties;
    if (property === undefined)
      return rules.unknown === "refuse" ? [`${place}: is not in the description`] : [];
    if (property.readOnly && rules.readOnly === "refuse") return [`${place}: is read-only`];
    return problemsOfValue(member, property, { at: place, rules });
  });
}

/** A text of a query parameter, by the parameter's type. */
export function problemsOfText(text: string, parameter: Schema, at: string): readonly string[] {
  if (parameter.type === "integer")
    return /^-?\d+$/.test(text) && isOfType(Number(text), parameter)
      ? []
      : [`${at}: is no integer`];
  if (parameter.type === "boolean")
    return text === "true" || text === "false" ? [] : [`${at}: is neither true nor false`];
  const problems = isOfType(text, parameter) ? [] : [`${at}: is no ${describe(parameter)}`];
  return parameter.format === "google-fieldmask"
    ? [...problems, ...problemsOfMask(text, parameter, at)]
    : problems;
}

/** The description of a mask names its valid paths, each after a star. */
export function problemsOfMask(mask: string, schema: Schema, at: string): readonly string[] {
  const listed = schema.description?.split(/Valid (?:values|fields) are:/)[1] ?? "";
  const valid = [...listed.matchAll(/\* (\w+)/g)].map((match) => match[1]);
  if (valid.length === 0 || mask === "") return [];
  return mask
    .split(",")
    .filter((path) => !valid.includes(path))
    .map((path) => `${at}: has no path "${path}"`);
}

function isOfType(value: unknown, { type, format, enum: values, pattern }: Schema): boolean {
  if (type === "any" || type === undefined) return true;
  if (type === "boolean") return typeof value === "boolean";
  if (type === "number") return typeof value === "number";
  if (type === "integer")
    return (
      typeof value === "number" &&
      Number.isInteger(value) &&
      value >= (format === "uint32" ? 0 : -(2 ** 31)) &&
      value < (format === "uint32" ? 2 ** 32 : 2 ** 31)
    );
  if (typeof value !== "string") return false;
  if (values !== undefined && !values.includes(value)) return false;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return false;
  return format === undefined || (formats[format]?.test(value) ?? true);
}

const formats: Readonly<Record<string, RegExp>> = {
  int64: /^-?\d{1,19}$/,
  uint64: /^\d{1,20}$/,
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
  "google-fieldmask": /^(?:[A-Za-z][\w.]*(?:,[A-Za-z][\w.]*)*)?$/,
  byte: /^[A-Za-z0-9+/_-]*={0,2}$/,
};

function describe({ type, format, enum: values }: Schema): string {
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return [type, format].filter(Boolean).join(" ");
}
