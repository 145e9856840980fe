import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { ConfigProblem } from "../lib/errors.ts";
import type { VariableUse } from "./config.ts";
import type { VariableLookup } from "./environment.ts";
import { type Key, fileKeys } from "./keys.ts";
import { substitute } from "./variables.ts";
import { maxDepth, type Place, type Yaml } from "./yaml.ts";

export type Path = readonly (string | number)[];

/** The file's values with variables put in, aliases followed and `<<` merged. */
export interface Tree {
  readonly value: unknown;
  readonly variables: readonly VariableUse[];
  readonly problems: readonly ConfigProblem[];
  /** Where the value at that path stands, or what is nearest to it. `key` asks for its key. */
  placeOf(path: Path, part?: "key" | "value"): Place;
  /** Whether the value came out of a variable: then no message may repeat it. */
  isVariable(path: Path): boolean;
}

/** `orgs.acme.connections.billing.collections[1]` */
export function pathText(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

/** More than any configuration has; what aliases repeat counts each time. */
const maxValues = 50_000;

/** Reads the document of a YAML text without syntax problems. */
export function readTree(yaml: Yaml, lookUp: VariableLookup): Tree {
  const reader = new TreeReader(yaml, lookUp);
  const { contents } = yaml.document;
  const value = contents === null ? null : reader.read(contents, [], fileKeys());
  return {
    value: value ?? null,
    variables: reader.variables,
    problems: reader.problems,
    isVariable: (path) => reader.variables.some((use) => use.path === pathText(path)),
    placeOf: (path, part = "value") => {
      for (let length = path.length; length > 0; length -= 1) {
        const place = reader.places.get(placeKey(path.slice(0, length)));
        if (place !== undefined) {
          const isWhole = length === path.length;
          return yaml.placeAt(isWhole && part === "value" ? place.value : place.key);
        }
      }
      return { line: 1, column: 1 };
    },
  };
}

function placeKey(path: Path): string {
  return JSON.stringify(path);
}

/** Lives for one reading of one document. */
class TreeReader {
  readonly variables: VariableUse[] = [];
  readonly problems: ConfigProblem[] = [];
  /** Offsets in the text, by path. */
  readonly places = new Map<string, { key: number; value: number }>();
  readonly #yaml: Yaml;
  readonly #lookUp: VariableLookup;
  #values = 0;

  constructor(yaml: Yaml, lookUp: VariableLookup) {
    this.#yaml = yaml;
    this.#lookUp = lookUp;
  }

  /** `undefined` is a value that counts as not given. */
  read(node: unknown, path: Path, key: Key | null): unknown {
    if (!this.#count(node, path)) return undefined;
    if (path.length > maxDepth) {
      this.#report(node, path, "the values are nested too deeply");
      return undefined;
    }
    if (isAlias(node)) return this.read(this.#yaml.targetOf(node), path, key);
    if (isMap(node)) return this.#readMap(node, path, key);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => {
        const itemPath = [...path, index];
        const start = startOf(item);
        this.places.set(placeKey(itemPath), { key: start, value: start });
        return this.read(item, itemPath, key?.item ?? null);
      });
      return items.filter((item) => item !== undefined);
    }
    return isScalar(node) ? this.#readScalar(node, path, key) : undefined;
  }

  #readMap(map: YAMLMap, path: Path, key: Key | null): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const [name, pair] of this.#pairsOf(map, path, 0))
      this.#readPair(pair, value, { path: [...path, name], key, name });
    return value;
  }

  /** The mapping's own keys, then those that `<<: *other` or `<<: [*one, *other]` adds to them. */
  #pairsOf(map: YAMLMap, path: Path, depth: number): Map<string, Pair> {
    const pairs = new Map<string, Pair>();
    const merges: Pair[] = [];
    for (const pair of map.items) {
      const name = nameOf(pair);
      if (name === "<<") merges.push(pair);
      else if (pairs.has(name)) this.#report(pair.key, [...path, name], "stands here twice");
      else pairs.set(name, pair);
    }
    for (const merge of merges) {
      for (const source of this.#mergedMaps(merge)) {
        if (!this.#count(merge.key, path)) return pairs;
        if (source === null || depth > maxDepth)
          this.#report(merge.key, path, "`<<` must name another mapping, such as *other");
        else
          for (const [name, pair] of this.#pairsOf(source, path, depth + 1))
            if (this.#count(merge.key, path) && !pairs.has(name)) pairs.set(name, pair);
      }
    }
    return pairs;
  }

  /** null stands for what is no mapping. */
  #mergedMaps(merge: Pair): readonly (YAMLMap | null)[] {
    const resolve = (node: unknown) => (isAlias(node) ? this.#yaml.targetOf(node) : node);
    const source = resolve(merge.value);
    return (isSeq(source) ? source.items : [source]).map((item) => {
      const map = resolve(item);
      return isMap(map) ? map : null;
    });
  }

  /** False once there are too many. */
  #count(node: unknown, path: Path): boolean {
    this.#values += 1;
    if (this.#values === maxValues)
      this.#report(node, path, `the file holds more than ${maxValues} values, aliases included`);
    return this.#values < maxValues;
  }

  #readPair(
    pair: Pair,
    into: Record<string, unknown>,
    { path, key, name }: { path: Path; key: Key | null; name: string },
  ): void {
    // Assigning it would set the object's prototype instead of a key.
    if (name === "__proto__") {
      this.#report(pair.key, path, "cannot be a key");
      return;
    }
    const keyStart = startOf(pair.key);
    this.places.set(placeKey(path), {
      key: keyStart,
      value: pair.value === null ? keyStart : startOf(pair.value),
    });
    const child = key === null ? null : (key.keys.get(name) ?? key.named?.key ?? null);
    const read = pair.value === null ? null : this.read(pair.value, path, child);
    const value = read === null && child !== null ? emptyOf(child) : read;
    if (value !== undefined) into[name] = value;
  }

  #readScalar(
    node: { readonly value: unknown; readonly range?: readonly number[] | null },
    path: Path,
    key: Key | null,
  ): unknown {
    if (typeof node.value !== "string") return node.value;
    const { text, uses, problem } = substitute(node.value, this.#lookUp);
    if (problem !== null) {
      this.#report(node, path, problem);
      return undefined;
    }
    if (uses.length === 0) return text;
    for (const use of uses) this.variables.push({ ...use, path: pathText(path) });
    const unset = uses.filter((use) => use.from === "unset").map((use) => use.name);
    if (unset.length > 0) {
      // An application that lacks its variables is one that nobody uses yet: `connect` asks for it.
      if (path[0] !== "apps") this.#report(node, path, unsetMessage(unset));
      return undefined;
    }
    return text === "" ? undefined : typed(text, key);
  }

  #report(node: unknown, path: Path, message: string): void {
    const place = this.#yaml.placeAt(startOf(node));
    this.problems.push({ path: pathText(path), ...place, message });
  }
}

function nameOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function startOf(node: unknown): number {
  return (isNode(node) && node.range?.[0]) || 0;
}

/** A key without a value: a mapping with nothing in it, else as if it were not there. */
function emptyOf(key: Key): Record<string, unknown> | undefined {
  return key.kind === "mapping" ? {} : undefined;
}

/** Variables are text; where the key wants a number or a truth value, a text that says one is one. */
function typed(text: string, key: Key | null): unknown {
  if (key?.kind === "number" && /^\d{1,15}$/.test(text.trim())) return Number(text);
  if (key?.kind === "boolean" && /^(true|false)$/i.test(text.trim()))
    return text.trim().toLowerCase() === "true";
  return text;
}

function unsetMessage(names: readonly string[]): string {
  const [first = ""] = names;
  const what = names.length === 1 ? `the variable ${first} is` : `${names.join(" and ")} are`;
  return `${what} unset or empty; set it, write it into .env beside this file, or give a default: \${${first}:-...}`;
}
