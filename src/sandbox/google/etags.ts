import { readablePaths } from "./masks.ts";

/** A source's etag, as `metadata.sources` shows it. */
export function sourceEtag(etag: string): string {
  return `#${etag}`;
}

/** A person's etag holds the fields that were asked for, and the etag of the contact beneath. */
export function personEtag(etag: string, mask: ReadonlySet<string>): string {
  const numbers = readablePaths.flatMap((path, index) => (mask.has(path) ? [index + 1] : []));
  const text = Buffer.from(etag, "latin1");
  const bytes = [0x12, numbers.length, ...numbers, 0x22, text.length, ...text];
  return `%${Buffer.from(bytes).toString("base64")}`;
}

/** What a person's etag holds; null for anything else. */
export function readPersonEtag(
  etag: string,
): { readonly mask: ReadonlySet<string>; readonly etag: string } | null {
  const bytes = Buffer.from(etag.slice(1), "base64");
  const count = bytes[1] ?? 0;
  if (!etag.startsWith("%") || bytes[0] !== 0x12 || bytes[2 + count] !== 0x22) return null;
  const numbers = [...bytes.subarray(2, 2 + count)];
  return {
    mask: new Set(numbers.flatMap((number) => readablePaths[number - 1] ?? [])),
    etag: bytes.subarray(4 + count).toString("latin1"),
  };
}
