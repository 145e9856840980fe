/**
 * TypeScript as the architecture's checks read it: a scanner that knows comments, strings, templates and regular
 * expressions, and nothing of types. It is enough to find imports and to measure functions.
 */
export interface Source {
  /** From the checkout's root, with slashes: "src/lib/clock.ts". */
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of literals blanked; every position and line stays where it was. */
  readonly code: string;
  /** The strings without substitutions, by the position of their opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

export interface Import {
  readonly specifier: string;
  /** "type" loads nothing; "lazy" loads when it is called; "computed" cannot be followed. */
  readonly kind: "static" | "type" | "lazy" | "computed";
  readonly line: number;
}

export function parseSource(path: string, text: string): Source {
  const scan = new Scanner(text);
  return { path, text, ...scan.run() };
}

/** Every import and re-export of the file, in any of their forms. */
export function importsOf(source: Source): readonly Import[] {
  const { code, strings } = source;
  const found: Import[] = [];
  const add = (kind: Import["kind"], specifier: string, at: number) =>
    found.push({ kind, specifier, line: lineAt(code, at) });

  const clause =
    /(?<![.\w$])(?:import|export)\s+(type\s+)?(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*\s*(?:as\s+[\w$]+)?)?\s*from\s*(?=["'])/g;
  for (const match of code.matchAll(clause)) {
    const specifier = strings.get(match.index + match[0].length) ?? "";
    add(match[1] === undefined ? "static" : "type", specifier, match.index);
  }
  for (const match of code.matchAll(/(?<![.\w$])import\s*(?=["'])/g)) {
    add("static", strings.get(match.index + match[0].length) ?? "", match.index);
  }
  for (const match of code.matchAll(/(?<![.\w$])(?:import|require)\s*\(\s*/g)) {
    const specifier = strings.get(match.index + match[0].length);
    const typed = /(?:\btypeof|[:<|&])\s*$/.test(code.slice(0, match.index));
    if (specifier === undefined) add("computed", "", match.index);
    else add(typed ? "type" : "lazy", specifier, match.index);
  }
  for (const match of code.matchAll(/\bnew\s+URL\s*\(\s*(?=["'])/g)) {
    const start = match.index + match[0].length;
    const specifier = strings.get(start) ?? "";
    const rest = code.slice(start + specifier.length + 2);
    if (/^\s*,\s*import\.meta\.url/.test(rest) && /\.[jt]s$/.test(specifier)) {
      add("lazy", specifier, match.index);
    }
  }
  return found;
}

export interface FunctionSpan {
  /** The name before its parentheses or its assignment, "anonymous" where there is none. */
  readonly name: string;
  readonly line: number;
  /** From the line of its parameters to the line of its end, both counted. */
  readonly lines: number;
  /** Without the lines that lie whole inside the functions in it. */
  readonly ownLines: number;
}

/** Functions, methods and arrows with their lengths. */
export function functionsOf(source: Source): readonly FunctionSpan[] {
  const { code } = source;
  const partners = bracketPartners(code);
  const spans = [...code.matchAll(/\)|=>/g)].flatMap((match) => {
    const isArrow = match[0] === "=>";
    const body = isArrow
      ? arrowBody(code, match.index, partners)
      : blockBody(code, match.index, partners);
    if (body === null) return [];
    const start = isArrow
      ? arrowStart(code, match.index, partners)
      : must(partners.get(match.index));
    const line = lineAt(code, start);
    return [{ name: nameBefore(code, start), line, end: lineAt(code, body.end) }];
  });
  return spans.map(({ name, line, end }) => {
    const inside = spans.filter((span) => span.line > line && span.end < end);
    const lines = Array.from({ length: end - line + 1 }, (_none, index) => line + index);
    const own = lines.filter((at) => !inside.some((span) => span.line <= at && at <= span.end));
    return { name, line, lines: lines.length, ownLines: own.length };
  });
}

/** Names that the file declares with function, const, let, class, interface or type, at any depth. */
export function declaredNames(source: Source): readonly string[] {
  const declared =
    /(?<![.\w$])(?:function\s*\*?|const|let|class|interface|type)\s+([A-Za-z_$][\w$]*)/g;
  return [...source.code.matchAll(declared)].map((match) => match[1] ?? "");
}

export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

const beforeRegex = new Set(
  "return typeof case in of delete void throw new else do await yield".split(" "),
);

/** One pass over the text; it lives only for the length of `run`. */
class Scanner {
  readonly #text: string;
  readonly #code: string[];
  readonly #strings = new Map<number, string>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#code = text.split("");
  }

  run(): { code: string; strings: ReadonlyMap<number, string> } {
    if (this.#text.startsWith("#!")) this.#blankTo(this.#endOfLine());
    this.#scanCode(null);
    return { code: this.#code.join(""), strings: this.#strings };
  }

  /** Reads code up to the end, or up to the brace that closes a template's substitution. */
  #scanCode(until: "}" | null): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at];
      const pair = this.#text.slice(this.#at, this.#at + 2);
      if (pair === "//") this.#blankTo(this.#endOfLine());
      else if (pair === "/*") this.#blankTo(this.#after("*/"));
      else if (char === '"' || char === "'") this.#scanString(char);
      else if (char === "`") this.#scanTemplate();
      else if (char === "/" && this.#startsRegex()) this.#scanRegex();
      else {
        if (until !== null && char === "}" && depth === 0) return;
        if (char === "{") depth += 1;
        if (char === "}") depth -= 1;
        this.#at += 1;
      }
    }
  }

  #scanString(quote: string): void {
    const start = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) this.#skipOne();
    this.#strings.set(start, this.#text.slice(start + 1, this.#at));
    this.#blank(start + 1, this.#at);
    this.#at += 1;
  }

  #scanTemplate(): void {
    const start = this.#at;
    let textStart = start + 1;
    let whole = true;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== "`") {
      if (this.#text.startsWith("${", this.#at)) {
        whole = false;
        this.#blank(textStart, this.#at);
        this.#at += 2;
        this.#scanCode("}");
        textStart = this.#at + 1;
      }
      this.#skipOne();
    }
    if (whole) this.#strings.set(start, this.#text.slice(start + 1, this.#at));
    this.#blank(textStart, this.#at);
    this.#at += 1;
  }

  #scanRegex(): void {
    const start = this.#at;
    let inClass = false;
    this.#at += 1;
    while (this.#at < this.#text.length && (inClass || this.#text[this.#at] !== "/")) {
      if (this.#text[this.#at] === "[") inClass = true;
      if (this.#text[this.#at] === "]") inClass = false;
      this.#skipOne();
    }
    this.#blank(start + 1, this.#at);
    this.#at += 1;
  }

  #startsRegex(): boolean {
    const before = this.#code
      .slice(Math.max(0, this.#at - 80), this.#at)
      .join("")
      .trimEnd();
    const word = /[\w$]+$/.exec(before)?.[0];
    if (word !== undefined) return beforeRegex.has(word);
    return before === "" || !/[)\]"'`]$/.test(before);
  }

  #skipOne(): void {
    this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #after(mark: string): number {
    const end = this.#text.indexOf(mark, this.#at + mark.length);
    return end === -1 ? this.#text.length : end + mark.length;
  }

  #blankTo(end: number): void {
    this.#blank(this.#at, end);
    this.#at = end;
  }

  #blank(start: number, end: number): void {
    for (let at = start; at < end; at += 1) if (this.#code[at] !== "\n") this.#code[at] = " ";
  }
}

/** Where each bracket's other half stands. Angle brackets are left alone: they are also comparisons. */
function bracketPartners(code: string): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (const match of code.matchAll(/[()[\]{}]/g)) {
    if ("([{".includes(match[0])) open.push(match.index);
    else {
      const start = open.pop();
      if (start === undefined) continue;
      partners.set(start, match.index);
      partners.set(match.index, start);
    }
  }
  return partners;
}

interface Body {
  readonly end: number;
}

/** The block after the parameters that end at `close`; null where they are no parameters. */
function blockBody(
  code: string,
  close: number,
  partners: ReadonlyMap<number, number>,
): Body | null {
  const open = partners.get(close);
  if (open === undefined) return null;
  if (/(?<![.\w$#])(?:if|for|while|switch|catch|with|await)\s*$/.test(code.slice(0, open)))
    return null;
  let at = skipSpace(code, close + 1);
  if (code[at] === ":") at = skipType(code, at + 1, partners);
  if (code[at] !== "{") return null;
  const end = partners.get(at);
  return end === undefined ? null : { end };
}

/** Past a type that starts here, to what follows it. A brace opens a type only where a type is expected. */
function skipType(code: string, start: number, partners: ReadonlyMap<number, number>): number {
  let at = skipSpace(code, start);
  let expected = true;
  let angles = 0;
  while (at < code.length) {
    const char = code[at] ?? "";
    if (code.startsWith("=>", at)) return at;
    if ("([{".includes(char)) {
      if (char === "{" && !expected && angles === 0) return at;
      at = (partners.get(at) ?? code.length) + 1;
      expected = false;
    } else if (/[\w$"'`.]/.test(char)) {
      const word = /^[\w$."'` ]+/.exec(code.slice(at))?.[0] ?? char;
      expected = /\b(?:is|extends|keyof|readonly|typeof|asserts)\s*$/.test(word);
      at += Math.max(1, word.trimEnd().length);
    } else if (char === "<") {
      angles += 1;
      expected = true;
      at += 1;
    } else if (char === ">") {
      angles -= 1;
      expected = false;
      at += 1;
    } else if ("|&?:".includes(char) || (char === "," && angles > 0)) {
      expected = true;
      at += 1;
    } else return at;
    at = skipSpace(code, at);
  }
  return at;
}

function arrowBody(
  code: string,
  arrow: number,
  partners: ReadonlyMap<number, number>,
): Body | null {
  let at = skipSpace(code, arrow + 2);
  if (code[at] === "{") {
    const end = partners.get(at);
    return end === undefined ? null : { end };
  }
  let end = at;
  while (at < code.length) {
    const char = code[at] ?? "";
    if (",;)]}".includes(char)) break;
    if ("([{".includes(char)) at = partners.get(at) ?? code.length;
    if (!/\s/.test(code[at] ?? " ")) end = at;
    at += 1;
  }
  return { end };
}

/** Where the arrow's parameters start, a return type between them and the arrow included. */
function arrowStart(code: string, arrow: number, partners: ReadonlyMap<number, number>): number {
  const before = code.slice(0, arrow).trimEnd();
  if (before.endsWith(")")) return partners.get(before.length - 1) ?? arrow;
  for (let at = before.lastIndexOf(")"); at > 0; at = before.lastIndexOf(")", at - 1)) {
    const next = skipSpace(code, at + 1);
    if (code[next] === ":" && skipType(code, next + 1, partners) === arrow) {
      return partners.get(at) ?? arrow;
    }
    if (lineAt(code, arrow) - lineAt(code, at) > 3) break;
  }
  return arrow;
}

function nameBefore(code: string, start: number): string {
  const before = code.slice(Math.max(0, start - 200), start);
  const named =
    /([\w$#]+)\s*(?:<[^()]*>)?\s*$/.exec(before) ??
    /([\w$#]+)\s*(?::[^=;]*)?[=:]\s*(?:async\s*)?(?:<[^()]*>)?\s*$/.exec(before);
  const assigned = /([\w$#]+)\s*(?::[^=;]*)?=\s*async\s*$/.exec(before);
  return assigned?.[1] ?? named?.[1] ?? "anonymous";
}

function skipSpace(code: string, start: number): number {
  let at = start;
  while (at < code.length && /\s/.test(code[at] ?? "")) at += 1;
  return at;
}

function must(position: number | undefined): number {
  if (position === undefined) throw new Error("a closing parenthesis without its opening one");
  return position;
}
