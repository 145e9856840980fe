import { Readable, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Io } from "../../../src/cli/io.ts";
import { createLook, plainLine } from "../../../src/cli/look.ts";

function ioOf(env: Io["env"], isTTY: boolean): Io {
  const stdout = Object.assign(new Writable(), { isTTY });
  return { argv: [], env, cwd: "/", stdin: Readable.from([]), stdout, stderr: stdout };
}

async function painted(env: Io["env"], options: { isTTY: boolean; color?: boolean }) {
  const io = ioOf(env, options.isTTY);
  return (await createLook(io, io.stdout, options.color ?? true)).bad("x");
}

describe("colour", () => {
  it("is for terminals that want it", async () => {
    expect(await painted({}, { isTTY: true })).toBe("\u001b[31mx\u001b[39m");
    expect(await painted({}, { isTTY: false })).toBe("x");
    expect(await painted({ NO_COLOR: "1" }, { isTTY: true })).toBe("x");
    expect(await painted({ NO_COLOR: "" }, { isTTY: true })).not.toBe("x");
    expect(await painted({ TERM: "dumb" }, { isTTY: true })).toBe("x");
    expect(await painted({}, { isTTY: true, color: false })).toBe("x");
  });
});

describe("a table", () => {
  it("keeps its columns in line whatever the script, and leaves no space at a line's end", async () => {
    const io = ioOf({}, false);
    const look = await createLook(io, io.stdout, true);
    expect(
      look.table(
        ["name", "at"],
        [
          ["山田", "a"],
          ["Ana", ""],
        ],
      ),
    ).toBe("name  at\n山田  a\nAna");
  });

  it("lets no value steer the terminal or break its line", async () => {
    const io = ioOf({}, true);
    const look = await createLook(io, io.stdout, true);
    const table = look.table(
      ["a"],
      [[look.good("two\nlines")], ["\u001b[2Jcleared\u0007\u009b1A"]],
    );
    expect(table.split("\n")).toEqual([
      "\u001b[2ma\u001b[22m",
      "\u001b[32mtwo lines\u001b[39m",
      "[2Jcleared1A",
    ]);
  });
});

describe("plainLine", () => {
  it("makes one line of any text", () => {
    expect(plainLine(" a\r\n b\u001b[31mc\u001b[0m\u0000 ")).toBe("a bc");
  });
});
