import { RequestRefusal } from "./errors.ts";

/** `SELECT … FROM … [WHERE … AND …] [ORDER BY …] [LIMIT …]`: the part of SOQL that is simulated. */
export interface Query {
  readonly fields: readonly string[];
  readonly object: string;
  readonly conditions: readonly Condition[];
  readonly order: readonly Order[];
  readonly limit: number | null;
}

export interface Condition {
  readonly field: string;
  readonly operator: "=" | "!=" | "<" | "<=" | ">" | ">=" | "IN";
  readonly literals: readonly Literal[];
}

export interface Literal {
  readonly type: "text" | "datetime" | "boolean" | "null";
  /** As it stands in the query, texts without their escapes. */
  readonly text: string;
}

export interface Order {
  readonly field: string;
  readonly descending: boolean;
}

type Token = { readonly kind: "word" | "sign" | "end"; readonly text: string } | StringToken;
interface StringToken {
  readonly kind: "string";
  readonly text: string;
}

/** Refuses what it cannot read as MALFORMED_QUERY. */
export function parseSoql(text: string): Query {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: "end", text: "" };
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const accept = (word: string): boolean => {
    const token = peek();
    const fits = token.kind !== "string" && token.text.toUpperCase() === word;
    if (fits) at += 1;
    return fits;
  };
  const expect = (word: string): void => {
    if (!accept(word)) throw malformed(`unexpected token: '${peek().text}'`);
  };
  const name = (): string => {
    const token = take();
    if (token.kind !== "word" || !/^[A-Za-z]\w*$/.test(token.text))
      throw malformed(`unexpected token: '${token.text}'`);
    return token.text;
  };
  const listOf = <Item>(read: () => Item): readonly Item[] => {
    const items = [read()];
    while (accept(",")) items.push(read());
    return items;
  };
  const condition = (): Condition => {
    const field = name();
    if (accept("IN")) {
      expect("(");
      const literals = listOf(() => literalOf(take()));
      expect(")");
      return { field, operator: "IN", literals };
    }
    const sign = take().text;
    const operator = operators.find((known) => known === sign);
    if (operator === undefined) throw malformed(`unexpected token: '${sign}'`);
    return { field, operator, literals: [literalOf(take())] };
  };
  const order = (): Order => {
    const field = name();
    const descending = accept("DESC");
    if (!descending) accept("ASC");
    return { field, descending };
  };

  expect("SELECT");
  const fields = listOf(name);
  expect("FROM");
  const object = name();
  const conditions: Condition[] = [];
  if (accept("WHERE")) {
    conditions.push(condition());
    while (accept("AND")) conditions.push(condition());
  }
  const isOrdered = accept("ORDER");
  if (isOrdered) expect("BY");
  const ordered = isOrdered ? listOf(order) : [];
  const limit = accept("LIMIT") ? Number(take().text) : null;
  if (limit !== null && !Number.isSafeInteger(limit)) throw malformed("unexpected limit");
  if (peek().kind !== "end") throw malformed(`unexpected token: '${peek().text}'`);
  return { fields, object, conditions, order: ordered, limit };
}

const operators = ["=", "!=", "<", "<=", ">", ">="] as const;

function tokensOf(text: string): readonly Token[] {
  const pattern = /\s*(?:('(?:[^'\\]|\\[^])*')|([A-Za-z0-9_.:+-]+)|(<=|>=|!=|[=<>(),]))/y;
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw malformed(`line 1:${from} no viable alternative at character`);
    const [, quoted, word, sign] = match;
    if (quoted !== undefined) tokens.push({ kind: "string", text: unescaped(quoted.slice(1, -1)) });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

function unescaped(text: string): string {
  return text.replace(/\\([^])/g, (_, letter: string) => {
    const character = escapes[letter];
    if (character === undefined) throw malformed(`Invalid string literal '\\${letter}'`);
    return character;
  });
}

function literalOf(token: Token): Literal {
  const { kind, text } = token;
  if (kind === "string") return { type: "text", text };
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d)$/.test(text))
    return { type: "datetime", text };
  if (/^(?:true|false)$/i.test(text)) return { type: "boolean", text: text.toLowerCase() };
  if (/^null$/i.test(text)) return { type: "null", text: "" };
  throw malformed(`unexpected token: '${text}'`);
}

function malformed(message: string): RequestRefusal {
  return new RequestRefusal(400, "MALFORMED_QUERY", message);
}
