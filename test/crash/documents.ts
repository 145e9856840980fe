import type { Ended } from "../support/command-line.ts";
import { isRecord } from "../support/json.ts";

/** The errors that `sync --json` told: the command's own, or those of its connections. */
export function errorsOf(ended: Ended): readonly unknown[] {
  const document = ended.json();
  if (!isRecord(document)) return [];
  if ("error" in document) return [document["error"]];
  const connections = Array.isArray(document["connections"]) ? document["connections"] : [];
  return connections.filter(isRecord).flatMap((connection) => connection["error"] ?? []);
}
