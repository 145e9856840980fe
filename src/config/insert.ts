import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { isRecord } from "../lib/json.ts";

/** What is put in: text, or mappings of it. */
export interface Entry {
  readonly [key: string]: Entry | string | number | boolean | readonly string[];
}

/**
 * The YAML text with one more key at that path, and not one other character changed: comments, anchors, quotes and
 * columns stay. Mappings on the way that are missing or empty are made. null where that cannot be done so: the text
 * is read again, and must mean what it meant and the new key.
 */
export function insertKey(text: string, path: readonly string[], entry: Entry): string | null {
  const document = parse(text);
  if (document.errors.length > 0) return null;
  const before = meaningOf(document);
  if (before === undefined) return null;
  const inserted = splice(text, document, path, entry);
  if (inserted === null) return null;
  const after = parse(inserted);
  if (after.errors.length > 0) return null;
  return isDeepStrictEqual(meaningOf(after), withKey(before, path, entry)) ? inserted : null;
}

function parse(text: string): Document.Parsed {
  return parseDocument(text, {
    schema: "core",
    merge: false,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
}

/** Its values, with aliases followed; undefined where they lead nowhere, or to endlessly many. */
function meaningOf(document: Document): unknown {
  try {
    const meaning: unknown = document.toJS({ maxAliasCount: 1000 });
    return meaning;
  } catch {
    return undefined;
  }
}

/** The deepest mapping that is there takes the rest of the path. */
function splice(
  text: string,
  document: Document.Parsed,
  path: readonly string[],
  entry: Entry,
): string | null {
  let map: unknown = document.contents;
  if (!isMap(map)) return null;
  for (const [index, name] of path.entries()) {
    if (!isMap(map)) return null;
    const pair: Pair | undefined = map.items.find((item) => keyText(item) === name);
    const rest = nest(path.slice(index + 1), entry);
    if (pair === undefined) return addPair(text, map, { [name]: rest });
    if (isEmpty(pair.value)) return fillPair(text, map, pair, rest);
    map = pair.value;
  }
  return null;
}

function addPair(text: string, map: YAMLMap, added: Entry): string | null {
  const last = map.items.at(-1);
  if (last === undefined) return null;
  if (map.flow === true) {
    const end = endOf(last);
    const inside = flowText(added).replace(/^\{ | \}$/g, "");
    return end === null ? null : `${text.slice(0, end)}, ${inside}${text.slice(end)}`;
  }
  const indent = indentOf(text, map);
  if (indent === null) return null;
  const end = endOf(last);
  if (end === null) return null;
  return insertLines(text, afterLine(text, end, indent), blockText(added, indent, text));
}

/** `key:` and `key: {}` get their first entry. */
function fillPair(text: string, map: YAMLMap, pair: Pair, entry: Entry): string | null {
  const range = isNode(pair.value) ? pair.value.range : null;
  const keyEnd = isNode(pair.key) ? pair.key.range?.[1] : undefined;
  if (!range || keyEnd === undefined) return null;
  // Without any text for it, a value's place is uncertain: comments may stand before it.
  const isBlank = range[0] === range[1];
  const colon = text.indexOf(":", keyEnd) + 1;
  const before = text.slice(0, isBlank ? colon : range[0]).replace(/[ \t]+$/, "");
  const after = text.slice(isBlank ? colon : range[1]);
  if (map.flow === true) return `${before} ${flowText(entry)}${after}`;
  const indent = indentOf(text, map);
  if (indent === null) return null;
  const emptied = before + after;
  const start = lineEnd(emptied, before.length);
  return insertLines(emptied, start, blockText(entry, `${indent}  `, text));
}

function nest(path: readonly string[], entry: Entry): Entry {
  return path.toReversed().reduce<Entry>((inner, name) => ({ [name]: inner }), entry);
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

function isEmpty(value: unknown): boolean {
  if (value === null || (isScalar(value) && value.value === null)) return true;
  return isMap(value) && value.items.length === 0;
}

/** The white space before the first key; null where something else stands before it. */
function indentOf(text: string, map: YAMLMap): string | null {
  const [first] = map.items;
  const start = first !== undefined && isNode(first.key) ? first.key.range?.[0] : undefined;
  if (start === undefined) return null;
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^ *$/.test(line) ? line : null;
}

/** Where the last character of a node's own text ends, comments after it not counted. */
function endOf(node: unknown): number | null {
  if (isPair(node)) return endOf(node.value) ?? endOf(node.key);
  if (isCollection(node) && node.flow !== true && node.items.length > 0)
    return endOf(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? null) : null;
}

/** The start of the line after that place and after the comments that belong to what ends there. */
function afterLine(text: string, at: number, indent: string): number {
  let next = text[at - 1] === "\n" ? at : lineEnd(text, at);
  while (next < text.length) {
    const line = text.slice(next, lineEnd(text, next));
    const comment = /^( *)#/.exec(line);
    if (comment === null || (comment[1] ?? "").length < Math.max(indent.length, 1)) break;
    next = lineEnd(text, next);
  }
  return next;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

function insertLines(text: string, at: number, lines: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, at);
  const gap = before === "" || before.endsWith("\n") ? "" : newline;
  return before + gap + lines + text.slice(at);
}

function blockText(entry: Entry, indent: string, text: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return stringify(entry, { lineWidth: 0 })
    .trimEnd()
    .split("\n")
    .map((line) => `${indent}${line}${newline}`)
    .join("");
}

function flowText(entry: Entry): string {
  const document = new Document(entry);
  if (isCollection(document.contents)) document.contents.flow = true;
  return document
    .toString({ lineWidth: 0 })
    .trimEnd()
    .replaceAll(/\s*\n\s*/g, " ");
}

/** What the text must mean afterwards. */
function withKey(value: unknown, path: readonly string[], entry: Entry): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return entry;
  const own = isRecord(value) ? value : {};
  return { ...own, [name]: withKey(own[name], rest, entry) };
}
