import { describe, expect, it } from "vitest";
import {
  anchorsOf,
  fencedBlocks,
  localLinks,
  typedCommands,
  typedScripts,
} from "../../support/prose.ts";
import { findWorkplaceWords } from "../../support/workplace.ts";

const page = [
  "# A page: its title",
  "Run `astralis sync` or [read on](other.md#part), or [elsewhere](https://example.com), [here](#a).",
  "`astralis.config.yaml` and `astralis` are no commands, nor is `astralis [command]`.",
  "```",
  "$ npm ci && npx astralis connect stripe --api-key-stdin < key.txt",
  "npx astralis clients add --name 'Ana Duarte' | less",
  "npm ci && npm test",
  "npm run format:check",
  "```",
].join("\n");

describe("typedCommands", () => {
  it("finds the commands of code blocks and sentences, without pipes and quotes", () => {
    expect(typedCommands(page).map(({ whole, words }) => [whole, ...words])).toEqual([
      [true, "connect", "stripe", "--api-key-stdin"],
      [true, "clients", "add", "--name", "Ana Duarte"],
      [false, "sync"],
    ]);
  });
});

describe("the parts of a page", () => {
  it("are its blocks, scripts, links and anchors", () => {
    expect(fencedBlocks(page)).toHaveLength(1);
    expect(typedScripts(page)).toEqual(["test", "format:check"]);
    expect(localLinks(page)).toEqual(["other.md"]);
    expect(anchorsOf(page)).toEqual(["a-page-its-title"]);
  });
});

describe("findWorkplaceWords", () => {
  // Each word is broken by a dot, so that this file does not say it.
  it.each([
    ["a path", "see /w·ork/main"],
    ["a path at the start", "/ro·ot/.npmrc"],
    ["a folder", "../sha·red/design.md"],
    ["the contracts' folder", "../sha·red/contracts"],
    ["a person", "asked the C·EO"],
    ["another worker", "a hel·per wrote this"],
    ["a ticket", "for issue ·2"],
    ["a registry", "registry.np·mjs.org"],
    ["a left-over", "TO·DO later"],
  ])("finds %s", (_what, text) => {
    expect(findWorkplaceWords("src/a.ts", said(text))).toHaveLength(1);
  });

  it.each(["framework/main", "work/a", "test/root.ts", "an issue of 2026", "registry.ts", "todos"])(
    "lets %s pass",
    (text) => {
      expect(findWorkplaceWords("src/a.ts", text)).toEqual([]);
    },
  );

  it("allows the contracts' default in its one place", () => {
    const text = said("../sha·red/contracts");
    expect(findWorkplaceWords("test/support/contracts.ts", text)).toEqual([]);
  });

  it("tells the line", () => {
    expect(findWorkplaceWords("a.md", said("\n\nTO·DO"))).toEqual([said("a.md:3: TO·DO")]);
  });
});

function said(text: string): string {
  return text.replaceAll("·", "");
}
