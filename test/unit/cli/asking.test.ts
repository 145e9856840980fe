import { PassThrough, Writable } from "node:stream";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Io } from "../../../src/cli/io.ts";
import { runCli } from "../../../src/cli/run-cli.ts";
import { newFolder, runInside } from "../../support/command-line.ts";

const folder = newFolder();

afterAll(folder.remove);

/** A person at a terminal: types each line as soon as the question before it stands. */
function person(argv: readonly string[], lines: readonly (readonly [RegExp, string])[]) {
  const typed = new PassThrough();
  const stdin = Object.assign(typed, { isTTY: true });
  const waiting = [...lines];
  const texts = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => {
    const stream = new Writable({
      write: (chunk: unknown, _encoding, done) => {
        texts[name] += String(chunk);
        const [next] = waiting;
        if (name === "stderr" && next?.[0].test(texts.stderr)) {
          waiting.shift();
          texts.stderr = "";
          setImmediate(() => typed.write(next[1]));
        }
        done();
      },
    });
    // A prompt ends what it writes to, but never the process's own streams.
    const end = () => stream;
    return Object.assign(stream, { isTTY: name === "stderr", columns: 80, end });
  };
  const io: Io = {
    argv,
    env: { NO_COLOR: "1" },
    cwd: folder.path,
    stdin,
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
  const { signal } = new AbortController();
  return { texts, ended: runCli(io, { signal, version: "0.0.0-test" }) };
}

const enter = "\r";

describe("init on a terminal", () => {
  it("asks for what the flags leave open, and proposes an answer to each", async () => {
    const { texts, ended } = person(
      ["init", "--config", "asked.yaml", "--json"],
      [
        [/What is the organization called\?/, `Müller & Söhne${enter}`],
        [/Its short name/, enter],
        [/Where should the database be\?/, enter],
        [/Which providers/, ` ${enter}`],
      ],
    );
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(texts.stdout)).toMatchObject({ org: "muller-sohne", storage: "sqlite" });
    const text = readFileSync(join(folder.path, "asked.yaml"), "utf8");
    expect(text).toContain("name: Müller & Söhne");
    expect(JSON.parse(texts.stdout)).toMatchObject({ connections: [expect.any(String)] });
  });

  it("ends without a file where the person gives up", async () => {
    const { texts, ended } = person(
      ["init", "--config", "left.yaml", "--json"],
      [[/What is the organization called\?/, "\u0003"]],
    );
    expect(await ended).toMatchObject({ exitCode: 130 });
    expect(JSON.parse(texts.stdout)).toMatchObject({ error: { code: "interrupted" } });
    expect(() => readFileSync(join(folder.path, "left.yaml"))).toThrow("ENOENT");
  });
});

describe("connect on a terminal", () => {
  it("asks for the key without showing it", async () => {
    const key = "this is no key";
    await runInside(["init", "--config", "key.yaml"], { cwd: folder.path });
    const { texts, ended } = person(
      ["connect", "stripe", "--config", "key.yaml", "--json"],
      [[/Stripe: restricted key/, `${key}${enter}`]],
    );
    expect(await ended).toMatchObject({ exitCode: 4 });
    expect(JSON.parse(texts.stdout)).toMatchObject({ error: { code: "key-rejected" } });
    expect(texts.stderr).not.toContain(key);
  });
});
