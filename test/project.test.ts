import { dirname, join } from "node:path/posix";
import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createProgram, parseProgram } from "../src/cli/program.ts";
import { parseImportTable } from "./support/architecture.ts";
import { hasProjectFile, projectFiles, readProjectFile } from "./support/project-files.ts";
import {
  anchorsOf,
  fencedBlocks,
  localLinks,
  typedCommands,
  typedScripts,
} from "./support/prose.ts";

const versions = z.record(z.string(), z.string());
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  bin: versions,
  files: z.array(z.string()),
  scripts: versions.default({}),
  dependencies: versions.default({}),
  devDependencies: versions.default({}),
  optionalDependencies: versions.default({}),
  engines: z.object({ node: z.string() }),
  devEngines: z.object({
    runtime: z.object({ name: z.string(), version: z.string(), onFail: z.string() }),
  }),
});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      version: z.string().optional(),
      dependencies: versions.default({}),
      devDependencies: versions.default({}),
      optionalDependencies: versions.default({}),
    }),
  ),
});

const manifest = manifestSchema.parse(JSON.parse(readProjectFile("package.json")));
const runtime = z
  .object({ private: z.literal(true), optionalDependencies: versions })
  .parse(JSON.parse(readProjectFile("tools/runtime/package.json")));
const lock = lockSchema.parse(JSON.parse(readProjectFile("package-lock.json")));
const allVersions = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
  ...runtime.optionalDependencies,
};
const files = projectFiles();
const pages = files.filter((path) => path.endsWith(".md"));
const readme = readProjectFile("README.md");

describe("the project", () => {
  it("has every file that it promises", () => {
    const promised = [
      "README.md",
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
      "SECURITY.md",
      "LICENSE",
      ...manifest.files.filter((path) => path !== "dist"),
      ...Object.values(manifest.bin),
    ];
    expect(promised.filter((path) => !hasProjectFile(path))).toEqual([]);
  });

  it("links only to pages and headings that are there", () => {
    const broken = pages.flatMap((page) =>
      localLinks(readProjectFile(page))
        .map((target) => join(dirname(page), target))
        .filter((target) => !hasProjectFile(target))
        .map((target) => `${page} links to ${target}`),
    );
    expect(broken).toEqual([]);
    const lost = pages.flatMap((page) =>
      [...readProjectFile(page).matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)]
        .filter(([, target = "", anchor = ""]) => {
          const path = target === "" ? page : join(dirname(page), target);
          return !hasProjectFile(path) || !anchorsOf(readProjectFile(path)).includes(anchor);
        })
        .map(([link]) => `${page} links to ${link}`),
    );
    expect(lost).toEqual([]);
  });

  it("documents every variable that its tests read, and no other", () => {
    const read = files
      .filter((path) => /^test\/(?!unit\/support\/).*\.ts$/.test(path))
      .flatMap((path) => [
        ...readProjectFile(path).matchAll(/\benv(?:\["|\.)(ASTRALIS_[A-Z_]+|DATABASES)\b/g),
      ])
      .map((match) => match[1] ?? "");
    // A suite sets this one for its own second run of itself.
    const internal = ["ASTRALIS_CRASH_DISK"];
    const page = readProjectFile("docs/testing.md");
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1] ?? "");
    expect([...documented, ...internal].toSorted()).toEqual([...new Set(read)].toSorted());
  });

  it("is under the MIT licence", () => {
    expect(manifest.license).toBe("MIT");
    expect(readProjectFile("LICENSE")).toContain("The astralis authors");
  });
});

describe("the commands that the pages tell their reader to type", () => {
  const typed = pages.flatMap((page) =>
    typedCommands(readProjectFile(page)).map((command) => ({ page, ...command })),
  );

  it("are found", () => {
    expect(typed.length).toBeGreaterThan(20);
  });

  it("are commands with the options that they have", async () => {
    const wrong: string[] = [];
    for (const { page, line, words, whole } of typed) {
      const problem = await problemWith(words);
      const unfinished = problem?.includes("issing required argument") === true && !whole;
      if (problem !== null && !unfinished) wrong.push(`${page}: ${line}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });

  it("are scripts of package.json where npm runs them", () => {
    const scripts = pages.flatMap((page) => typedScripts(readProjectFile(page)));
    expect(scripts).toContain("test");
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it("are two in the README for all set-up", () => {
    const lines = fencedBlocks(readme).flatMap((block) => block.split("\n"));
    expect(lines).toContain("npm ci && npx astralis demo");
    expect(lines).toContain("npm ci && npm test");
  });
});

describe(".ci/run", () => {
  const script = readProjectFile(".ci/run");

  it("calls the README's test command and the parts of `npm run check`, and stops at the first failure", () => {
    const commands = script.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(commands).toEqual([
      "set -euo pipefail",
      'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
      "(npm ci && npm test)",
      "npm run format:check",
      "npm run lint",
      "npm run types",
    ]);
    const parts = (manifest.scripts["check"] ?? "").split(" && ");
    expect(parts.filter((part) => !script.includes(part))).toEqual([]);
  });

  it("can be run", () => {
    expect(statSync(new URL("../.ci/run", import.meta.url)).mode & 0o111).toBe(0o111);
  });
});

describe("package.json", () => {
  it("names exact versions", () => {
    const loose = Object.entries(allVersions).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it("asks for Node 22.18 to run, which the launcher refuses to go below, and 20.17 to install", () => {
    expect(manifest.engines.node).toBe(">=22.18");
    expect(readProjectFile("bin/astralis.js")).toContain("[22, 18]");
    expect(manifest.devEngines.runtime).toEqual({
      name: "node",
      version: ">=20.17",
      onFail: "error",
    });
  });

  it("has under twelve scripts", () => {
    expect(Object.keys(manifest.scripts).length).toBeLessThan(12);
  });

  it("has a reason written for every package that is needed at run time", () => {
    const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const page = readProjectFile("docs/decisions/0007-dependencies.md");
    const reasons = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? "");
    expect(reasons.toSorted()).toEqual(Object.keys(needed).toSorted());
  });

  it("has no package at run time that nothing imports", () => {
    const imported = parseImportTable(readProjectFile("ARCHITECTURE.md")).flatMap(
      (room) => room.packages,
    );
    // knex loads the drivers by name; the keychain's import is computed, because it may be missing.
    const known = new Set([...imported, "better-sqlite3", "pg", "keytar"]);
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(needed.filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => name !== "node" && !needed.includes(name))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const entries = Object.entries(lock.packages).filter(([path]) => path !== "");

  it("was made from package.json as it is", () => {
    const root = lock.packages[""];
    expect(root?.dependencies).toEqual(manifest.dependencies);
    expect(root?.devDependencies).toEqual(manifest.devDependencies);
    expect(root?.optionalDependencies).toEqual(manifest.optionalDependencies);
    const workspace = lock.packages["tools/runtime"];
    expect(workspace?.optionalDependencies).toEqual(runtime.optionalDependencies);
  });

  it("names no host, so that any mirror serves it", () => {
    const hosts = entries.filter(([, entry]) => entry.resolved?.includes(":") === true);
    expect(hosts).toEqual([]);
  });

  it("has a checksum for every package", () => {
    const installed = entries.filter(([path]) => path.includes("node_modules/"));
    expect(installed.length).toBeGreaterThan(100);
    const unchecked = installed.filter(
      ([, entry]) =>
        entry.link !== true && entry.inBundle !== true && entry.integrity === undefined,
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });
});

/** What the command line has against these words; null where it would run them. Placeholders stand for any text. */
async function problemWith(words: readonly string[]): Promise<string | null> {
  let ran = false;
  const program = await createProgram({
    version: manifest.version,
    words,
    write: () => {
      ran = true;
    },
    execute: async () => {
      ran = true;
    },
  });
  try {
    await parseProgram(program, words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return ran ? null : "does nothing";
}
