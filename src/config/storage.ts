import { resolve } from "node:path";
import type { StorageConfig } from "./config.ts";

/** What is wrong with a `storage` value; null for a good one. Never repeats the value: it may hold a password. */
export function storageProblem(text: string): string | null {
  const forms = "write sqlite:<path> or postgres://<user>@<host>/<database>";
  if (/^postgres(ql)?:\/\//i.test(text))
    return URL.canParse(text) ? null : `is not a URL that can be read; ${forms}`;
  if (!/^sqlite:/i.test(text)) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
    const what = scheme === undefined ? "names no kind of database" : `cannot be ${scheme}`;
    return `${what}; ${forms}`;
  }
  const path = sqlitePath(text);
  if (path === null) return "sqlite://<host> means nothing; write sqlite:<path>";
  if (path === "") return "sqlite: needs the path of a file";
  if (path.includes("\0")) return "the path must not contain a NUL character";
  if (path.startsWith("~")) return "~ is not expanded; write sqlite:${HOME}/...";
  if (path.startsWith(":")) return "a database in memory would forget everything; name a file";
  return null;
}

/** Of a value without a problem; relative paths start in the folder. */
export function parseStorage(text: string, folder: string): StorageConfig {
  const path = /^sqlite:/i.test(text) ? sqlitePath(text) : null;
  return path === null
    ? { kind: "postgres", url: text }
    : { kind: "sqlite", file: resolve(folder, path) };
}

/** `sqlite:a.db`, `sqlite:/a.db` and `sqlite:///a.db`; null for a host. */
function sqlitePath(text: string): string | null {
  const path = text.slice("sqlite:".length);
  if (!path.startsWith("//")) return path;
  return path.startsWith("///") ? path.slice(2) : null;
}
