import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** Paths of every file of the project, from its root: what git tracks, and what it would track. */
export function projectFiles(): readonly string[] {
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  return execFileSync("git", listing, { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && existsSync(new URL(path, root)))
    .toSorted();
}

export function readProjectFile(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

export function hasProjectFile(path: string): boolean {
  return existsSync(new URL(path, root));
}
