import * as z from "zod";
import { isRecord } from "../lib/json.ts";
import { fileSchema } from "./schema.ts";

export type KeyKind = "mapping" | "list" | "text" | "number" | "boolean";

/** One key of the file as the schema describes it, with the keys under it. */
export interface Key {
  readonly kind: KeyKind;
  /** What may stand there, for people: "`unlink`, `propagate` or `ignore`". */
  readonly allows: string;
  readonly description: string;
  readonly required: boolean;
  /** As JSON says it; null where there is none. */
  readonly fallback: string | null;
  /** Never shown. */
  readonly secret: boolean;
  /** The keys under it that have a fixed name. */
  readonly keys: ReadonlyMap<string, Key>;
  /** What stands under each name that people choose, and what such a name is called. */
  readonly named: { readonly title: string; readonly key: Key } | null;
  /** What stands in a list. */
  readonly item: Key | null;
}

let root: Key | undefined;

/** The file as a whole. */
export function fileKeys(): Key {
  root ??= toKey(z.toJSONSchema(fileSchema, { io: "input" }), true);
  return root;
}

/** The key at a path of the file; null where the schema knows none. */
export function keyAt(path: readonly PropertyKey[]): Key | null {
  let key: Key | null = fileKeys();
  for (const part of path) {
    if (key === null) return null;
    key =
      typeof part === "number" ? key.item : (key.keys.get(String(part)) ?? key.named?.key ?? null);
  }
  return key;
}

function toKey(schema: unknown, required: boolean): Key {
  const own = isRecord(schema) ? schema : {};
  const forms = (Array.isArray(own.anyOf) ? own.anyOf : [own]).filter(isRecord);
  const [first = own] = forms;
  const mapping = forms.find((form) => form.type === "object") ?? {};
  const needed: readonly unknown[] = Array.isArray(mapping.required) ? mapping.required : [];
  const properties = isRecord(mapping.properties) ? mapping.properties : {};
  const names = isRecord(mapping.propertyNames) ? mapping.propertyNames : {};
  return {
    kind: kindOf(first),
    allows: allowsOf(first) + (forms.length > 1 ? ", or a mapping" : ""),
    description: typeof own.description === "string" ? own.description : "",
    required,
    fallback:
      own.default === undefined || isRecord(own.default) ? null : JSON.stringify(own.default),
    secret: own.writeOnly === true,
    keys: new Map(
      Object.entries(properties).map(([name, value]) => [
        name,
        toKey(value, needed.includes(name)),
      ]),
    ),
    named: isRecord(mapping.additionalProperties)
      ? { title: String(names.title), key: toKey(mapping.additionalProperties, false) }
      : null,
    item: first.items === undefined ? null : toKey(first.items, false),
  };
}

function kindOf(schema: Record<string, unknown>): KeyKind {
  if (schema.type === "object") return "mapping";
  if (schema.type === "array") return "list";
  if (schema.type === "boolean") return "boolean";
  return schema.type === "number" || schema.type === "integer" ? "number" : "text";
}

function allowsOf(schema: Record<string, unknown>): string {
  const { enum: values, const: only, items, minimum, maximum } = schema;
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (Array.isArray(values)) return `one of ${values.map((value) => `\`${value}\``).join(", ")}`;
  const kind = kindOf(schema);
  if (kind === "mapping") return "a mapping";
  if (kind === "boolean") return "`true` or `false`";
  if (kind === "number") return `a whole number from ${String(minimum)} to ${String(maximum)}`;
  if (kind === "text") return "text";
  return `a list of ${allowsOf(isRecord(items) ? items : {}).replace(/^one of /, "")}`;
}
