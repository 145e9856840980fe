import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from "yaml";
import type { ConfigProblem } from "../lib/errors.ts";

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Yaml {
  readonly document: Document.Parsed;
  /** All that is wrong with the text as YAML; with any of these the document means nothing. */
  readonly problems: readonly ConfigProblem[];
  placeAt(offset: number): Place;
  /** What an alias stands for. */
  targetOf(alias: Alias): Node | undefined;
}

/** Nothing in the file is nested deeper than this. */
export const maxDepth = 24;

/** Reads text as YAML 1.2 (core schema), whatever version it claims; keys are text. */
export function parseYaml(text: string): Yaml {
  const document = parseDocument(text, {
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    prettyErrors: false,
    // The library compares each key with each other one; the tree is checked in one pass instead.
    uniqueKeys: false,
    logLevel: "error",
  });
  const placeAt = createPlaces(text);
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    path: "",
    ...placeAt(error.pos[0]),
    message: messageOf(error),
  }));
  const targets = new Map<Alias, Node>();
  const report = (node: Node, message: string) => {
    problems.push({ path: "", ...placeAt(node.range?.[0] ?? 0), message });
  };
  if (document.contents !== null) findTargets(document.contents, { targets, report });
  return { document, problems, placeAt, targetOf: (alias) => targets.get(alias) };
}

/** The library's own counter misses line ends after some errors. */
function createPlaces(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let first = 0;
    let last = starts.length - 1;
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((starts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: Math.min(offset, text.length) - (starts[first] ?? 0) + 1 };
  };
}

const unreadable = "this cannot be read as YAML";
const unknownTag = "a tag (!...) has no meaning here; write the plain value";
const wrongAlias = "this alias or anchor is not written as YAML asks";

/** null takes the library's own words: they are plain and repeat nothing of the file, which may hold a secret. */
const messages: Readonly<Record<YAMLError["code"], string | null>> = {
  ALIAS_PROPS: wrongAlias,
  BAD_ALIAS: wrongAlias,
  BAD_COLLECTION_TYPE: unknownTag,
  BAD_DIRECTIVE: unreadable,
  BAD_DQ_ESCAPE: "a \\ in double quotes must start an escape; use single quotes or \\\\",
  BAD_INDENT: "the indentation does not fit the lines around it",
  BAD_PROP_ORDER: unreadable,
  BAD_SCALAR_START: "a value cannot start with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: null,
  BLOCK_IN_FLOW: null,
  DUPLICATE_KEY: "stands here twice",
  IMPOSSIBLE: unreadable,
  KEY_OVER_1024_CHARS: unreadable,
  MISSING_CHAR: null,
  MULTILINE_IMPLICIT_KEY: null,
  MULTIPLE_ANCHORS: wrongAlias,
  MULTIPLE_DOCS: "the file must hold one document; remove the line ---",
  MULTIPLE_TAGS: unknownTag,
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "the values are nested too deeply",
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  TAG_RESOLVE_FAILED: unknownTag,
  UNEXPECTED_TOKEN: unreadable,
};

function messageOf(error: YAMLError): string {
  return messages[error.code] ?? error.message.charAt(0).toLowerCase() + error.message.slice(1);
}

/** One pass in the order of the text: an alias means the last anchor of its name before it. */
function findTargets(
  contents: ParsedNode,
  found: { targets: Map<Alias, Node>; report: (node: Node, message: string) => void },
): void {
  const anchors = new Map<string, Node>();
  const visit = (node: unknown, depth: number): void => {
    if (isPair(node)) {
      visit(node.key, depth);
      visit(node.value, depth);
      return;
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) found.report(node, "this alias has no anchor before it");
      else found.targets.set(node, target);
      return;
    }
    noteAnchor(node, anchors);
    if (!isCollection(node)) return;
    if (depth > maxDepth) found.report(node, "the values are nested too deeply");
    else for (const item of node.items) visit(item, depth + 1);
  };
  visit(contents, 0);
}

function noteAnchor(node: unknown, anchors: Map<string, Node>): void {
  if (isNode(node) && "anchor" in node && typeof node.anchor === "string")
    anchors.set(node.anchor, node);
}
