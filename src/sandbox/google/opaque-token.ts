/** A token of a listing: opaque to clients, read by the server that made it. */
export function sealToken(kind: "sync" | "page", parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([kind, ...parts])).toString("base64url");
}

/** Its parts; none for what is no token of that kind. */
export function openToken(kind: "sync" | "page", token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return Array.isArray(parts) && parts[0] === kind ? parts.slice(1) : [];
  } catch {
    return [];
  }
}
