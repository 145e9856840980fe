import { describe, expect, it } from "vitest";
import {
  anchorsOf,
  fencedBlocks,
  localLinks,
  typedCommands,
  typedScripts,
} from "../../support/prose.ts";

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
