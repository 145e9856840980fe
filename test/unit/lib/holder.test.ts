import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { holderOf, isGone } from "../../../src/lib/holder.ts";

describe("isGone", () => {
  it("knows a process of this machine that has ended, also behind a word of the holder's own", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    expect(isGone(holderOf(pid))).toBe(true);
    expect(isGone(`${holderOf(pid)} 0190-abc`)).toBe(true);
  });

  it("takes a process that lives, and one that it cannot know, for alive", () => {
    expect(isGone(holderOf(process.pid))).toBe(false);
    expect(isGone(`${holderOf(process.pid)} 0190-abc`)).toBe(false);
    expect(isGone("another-host/1/2:1")).toBe(false);
    for (const holder of ["", "process-1", holderOf(process.pid).replace(/\d+$/, "0")])
      expect(isGone(holder)).toBe(false);
  });
});
