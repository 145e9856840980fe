/** A command line of astralis that a page tells its reader to type, without the program's name and what is piped. */
export interface TypedCommand {
  /** Of a code block: to be typed as it stands. In a sentence a command may be named without its arguments. */
  readonly whole: boolean;
  readonly line: string;
  readonly words: readonly string[];
}

/** What stands between triple backticks. */
export function fencedBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");
}

/** Each command line of its code blocks and of its code in sentences; `astralis` alone is the program's name. */
export function typedCommands(markdown: string): readonly TypedCommand[] {
  const blocks = fencedBlocks(markdown).flatMap((block) => block.split("\n"));
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, "");
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  return [...commandsIn(blocks, true), ...commandsIn(inline, false)];
}

/** The npm scripts that it tells its reader to run. */
export function typedScripts(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm (?:run )?(test|ci|[a-z:]+)/g)]
    .filter((match) => match[0].startsWith("npm run") || match[1] === "test")
    .map((match) => match[1] ?? "");
}

/** Targets of links within the project, without what follows a `#`. */
export function localLinks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? "").replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

/** The headings' anchors, as they are linked to. */
export function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function commandsIn(texts: readonly string[], whole: boolean): readonly TypedCommand[] {
  return texts
    .flatMap((text) => text.split(/&&|\||;/))
    .flatMap((text) => {
      const line = text.trim().replace(/^\$ /, "");
      const typed = /^(?:npx )?astralis (.+)$/.exec(line.replace(/ [<>] ?[\w./-]+$| #.*$/g, ""));
      const words = shellWords(typed?.[1] ?? "");
      return words.length === 0 || /^[[…]/.test(words[0] ?? "") ? [] : [{ whole, line, words }];
    });
}

function shellWords(text: string): readonly string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
