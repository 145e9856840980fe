import type { ConnectionStatusDocument, StatusDocument } from "../../queries/status.ts";
import type { Look } from "../look.ts";

export function statusText(document: StatusDocument, look: Look): string {
  const tables = document.orgs.map(({ org, connections }) => {
    const rows = connections.map((connection) => [
      connection.name,
      connection.provider,
      stateText(connection, look),
      ageText(connection.age_seconds),
      String(connection.pending_writes),
      String(connection.conflicts),
      String(connection.held_deletes),
      String(connection.failing_records),
    ]);
    const head = ["connection", "provider", "status", "last complete", "unsent"];
    const table = look.table([...head, "conflicts", "held deletes", "failing"], rows);
    const problems = connections.flatMap((connection) => problemLines(connection, look));
    return [
      look.strong(org),
      connections.length === 0 ? "no connections" : table,
      ...problems,
    ].join("\n");
  });
  const end = document.healthy ? look.good("healthy") : look.bad("not healthy");
  return [...tables, end].join("\n\n");
}

export function ageText(seconds: number | null): string {
  if (seconds === null) return "never";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

function stateText(connection: ConnectionStatusDocument, look: Look): string {
  const text =
    connection.reason === undefined
      ? connection.status
      : `${connection.status}: ${connection.reason}`;
  if (connection.status === "error") return look.bad(text);
  if (connection.status === "paused") return look.warning(text);
  return connection.healthy ? look.good(text) : look.warning(text);
}

function problemLines(connection: ConnectionStatusDocument, look: Look): string[] {
  if (connection.problems.length === 0) return [];
  const lines = [`${look.bad(connection.name)}: ${connection.problems.join(", ")}`];
  if (connection.last_error !== undefined) lines.push(`  ${connection.last_error}`);
  return lines;
}
