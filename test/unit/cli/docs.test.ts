import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../../src/cli/catalogue.ts";
import type { CommandBody } from "../../../src/cli/command.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { exitCodeOfError } from "../../../src/cli/exit-codes.ts";
import { errorCodes, type ErrorCode } from "../../../src/lib/errors.ts";

/** A command that runs, as its help and its documentation head it, with its flags. */
interface Documented {
  readonly usage: string;
  readonly flags: readonly string[];
}

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
}

function flatten(name: string, body: CommandBody): readonly (Documented & { body: CommandBody })[] {
  const usage = [name, ...(body.arguments ?? []).map(({ form }) => form)].join(" ");
  const own = { usage, flags: (body.options ?? []).map(({ flags }) => flags), body };
  const children = (body.commands ?? []).flatMap((child) =>
    flatten(`${name} ${child.name}`, child),
  );
  return body.run === undefined ? children : [own, ...children];
}

const commands = (
  await Promise.all(
    catalogue.map(async ({ name, load }) => flatten(`astralis ${name}`, await load())),
  )
).flat();

describe("docs/cli.md", () => {
  it("has every command with every option, and nothing else", () => {
    const sections = page("cli.md").split(/^### /m).slice(1);
    const documented = sections.map((section) => ({
      usage: /^`(.+)`$/m.exec(section)?.[1],
      flags: [...section.matchAll(/^\| `(--[^`]+)` \|/gm)]
        .map(([, flags]) => flags)
        .toSorted(byText),
    }));
    const actual = commands.map(({ usage, flags }) => ({ usage, flags: flags.toSorted(byText) }));
    expect(Object.fromEntries(documented.map(({ usage, flags }) => [usage, flags]))).toEqual(
      Object.fromEntries(actual.map(({ usage, flags }) => [usage, flags])),
    );
    expect(documented).toHaveLength(actual.length);
  });

  it("has the options of every command", async () => {
    const program = await createProgram({
      version: "0",
      words: [],
      write: () => {},
      execute: async () => {},
    });
    const [, global = ""] = /^## Options of every command$([^]*?)^## /m.exec(page("cli.md")) ?? [];
    const documented = [...global.matchAll(/^\| `([^`]+)` \|/gm)].map(([, flags]) => flags);
    const actual = [...program.options.map(({ flags }) => flags), "-h, --help"];
    expect(documented.toSorted(byText)).toEqual(actual.toSorted(byText));
  });
});

describe("every command", () => {
  it("has examples that call it", () => {
    const wrong = commands.filter(({ usage, body }) => {
      const name = usage.replace(/ <.*/, "");
      return body.examples.length === 0 || body.examples.some((line) => !line.includes(name));
    });
    expect(wrong.map(({ usage }) => usage)).toEqual([]);
  });

  it("uses only flags that there are in its examples", () => {
    const known = new Set(
      commands.flatMap(({ flags }) => flags.map((flag) => flag.split(" ")[0] ?? "")),
    );
    for (const flag of ["--json", "--config", "--org"]) known.add(flag);
    const used = commands.flatMap(({ body }) =>
      body.examples.flatMap((line) => [...line.matchAll(/(?<= )--[a-z-]+/g)].map(([flag]) => flag)),
    );
    expect(used.filter((flag) => !known.has(flag))).toEqual([]);
    expect(used.length).toBeGreaterThan(20);
  });
});

describe("docs/errors.md", () => {
  it("has every code with its meaning and its exit code, and nothing else", () => {
    const rows = [...page("errors.md").matchAll(/^\| `([^`]+)` \| (.+) \| (\d+) \|$/gm)];
    const documented = rows.map(([, code, meaning, exit]) => [code, meaning, Number(exit)]);
    const codes = Object.keys(errorCodes).filter(isCode);
    expect(documented).toEqual(
      codes.map((code) => [code, errorCodes[code], exitCodeOfError(code)]),
    );
  });
});

function byText(a: string | undefined, b: string | undefined): number {
  return String(a).localeCompare(String(b));
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
