import { badQuery } from "./errors.ts";

/** A statement of QuickBooks' query language (https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries). */
export interface Query {
  readonly counts: boolean;
  readonly entity: string;
  readonly where: readonly Condition[];
  readonly order: { readonly field: string; readonly descending: boolean } | null;
  /** From 1. */
  readonly start: number;
  readonly max: number;
}

export interface Condition {
  readonly field: string;
  readonly operator: "=" | "<" | ">" | "<=" | ">=" | "IN" | "LIKE";
  readonly values: readonly (string | boolean | number)[];
}

const defaultMax = 100;
const highestMax = 1000;

const tokenPattern = /\s*(?:('(?:[^'\\]|\\.)*')|(<=|>=|[=<>(),*])|([A-Za-z0-9_.+:-]+))/y;

/** Refuses what is no statement; words in any case. */
export function parseQuery(statement: string): Query {
  const tokens = createTokens(statement);
  tokens.word("select");
  const counts = tokens.takes("count");
  if (counts) ["(", "*", ")"].forEach((sign) => tokens.word(sign));
  else tokens.word("*");
  tokens.word("from");
  const entity = tokens.name();
  const where: Condition[] = [];
  if (tokens.takes("where")) {
    do where.push(parseCondition(tokens));
    while (tokens.takes("and"));
  }
  let order: Query["order"] = null;
  if (tokens.takes("orderby")) {
    const field = tokens.name();
    const descending = tokens.takes("desc");
    if (!descending) tokens.takes("asc");
    order = { field, descending };
  }
  const start = tokens.takes("startposition") ? tokens.count() : 1;
  const max = tokens.takes("maxresults") ? tokens.count() : defaultMax;
  tokens.end();
  if (start < 1) throw badQuery("STARTPOSITION starts at 1");
  if (max > highestMax) throw badQuery(`MAXRESULTS cannot be more than ${highestMax}`);
  return { counts, entity, where, order, start, max };
}

interface Tokens {
  /** Reads that word or sign. */
  word(expected: string): void;
  /** Whether that word came, which is then read. */
  takes(expected: string): boolean;
  name(): string;
  count(): number;
  operator(): Condition["operator"];
  value(): string | boolean | number;
  end(): void;
}

function createTokens(statement: string): Tokens {
  const tokens = split(statement);
  let at = 0;
  const wrong = () => badQuery(`Encountered "${tokens[at] ?? "<EOF>"}" at position ${at + 1}`);
  const take = () => {
    const token = tokens[at];
    if (token === undefined) throw wrong();
    at += 1;
    return token;
  };
  const takes = (expected: string) => {
    const fits = tokens[at]?.toLowerCase() === expected;
    if (fits) at += 1;
    return fits;
  };
  return {
    takes,
    word: (expected) => {
      if (!takes(expected)) throw wrong();
    },
    name: () => {
      if (!/^[A-Za-z][A-Za-z.]*$/.test(tokens[at] ?? "")) throw wrong();
      return take();
    },
    count: () => {
      if (!/^\d+$/.test(tokens[at] ?? "")) throw wrong();
      return Number(take());
    },
    operator: () => {
      const operator = (tokens[at] ?? "").toUpperCase();
      if (!isOperator(operator)) throw wrong();
      take();
      return operator;
    },
    value: () => {
      const token = tokens[at] ?? "";
      if (token.startsWith("'")) return take().slice(1, -1).replaceAll(/\\(.)/g, "$1");
      if (/^(true|false)$/i.test(token)) return take().toLowerCase() === "true";
      if (/^-?\d+(\.\d+)?$/.test(token)) return Number(take());
      throw wrong();
    },
    end: () => {
      if (at < tokens.length) throw wrong();
    },
  };
}

function isOperator(text: string): text is Condition["operator"] {
  return ["=", "<", ">", "<=", ">=", "IN", "LIKE"].includes(text);
}

function split(statement: string): readonly string[] {
  const tokens: string[] = [];
  const text = statement.trim();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const from = tokenPattern.lastIndex;
    const found = tokenPattern.exec(text);
    if (found === null) throw badQuery(`Lexical error at position ${from + 1}`);
    tokens.push(found[1] ?? found[2] ?? found[3] ?? "");
  }
  return tokens;
}

function parseCondition(tokens: Tokens): Condition {
  const field = tokens.name();
  const operator = tokens.operator();
  if (operator !== "IN") return { field, operator, values: [tokens.value()] };
  tokens.word("(");
  const values: (string | boolean | number)[] = [];
  do values.push(tokens.value());
  while (tokens.takes(","));
  tokens.word(")");
  return { field, operator, values };
}
