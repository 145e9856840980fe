import { isUtf8 } from "node:buffer";
import { UsageError } from "../lib/errors.ts";

/** Stands where bytes were no text: no value of a client holds it, because the normal form has no control characters. */
export const undecodable = "\u0001";

/**
 * The text of a stream of bytes, piece by piece, without its byte order mark. The mark decides the encoding, else
 * `encoding` (any label of the WHATWG Encoding Standard), else it is UTF-8. Bytes that are not UTF-8 become
 * `undecodable`, so that a row can be refused for them and the rest goes on. Throws `usage` for an unknown label.
 */
export async function* decodeText(
  source: AsyncIterable<unknown>,
  encoding = "utf-8",
): AsyncGenerator<string> {
  const asked = labelOf(encoding);
  let decode: Decode | null = null;
  let held = Buffer.alloc(0);
  for await (const piece of source) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : toBytes(piece);
    held = Buffer.concat([held, bytes]);
    // The longest mark has three bytes.
    if (decode === null && held.length < 3) continue;
    decode ??= decoderOf(held, asked);
    yield decode(held, false);
    held = Buffer.alloc(0);
  }
  decode ??= decoderOf(held, asked);
  yield decode(held, true);
}

type Decode = (bytes: Buffer, isLast: boolean) => string;

function decoderOf(start: Buffer, asked: string): Decode {
  const label = markedEncoding(start) ?? asked;
  if (label === "utf-8") return createUtf8Decode();
  const decoder = new TextDecoder(label);
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

function markedEncoding(start: Buffer): string | null {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? "utf-8" : null;
}

function labelOf(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding;
  } catch (error) {
    throw new UsageError("usage", `there is no encoding "${encoding}"`, {
      hint: "Name one such as utf-8, utf-16le, windows-1252 or iso-8859-2.",
      cause: error,
    });
  }
}

function toBytes(piece: unknown): Buffer {
  if (piece instanceof Uint8Array) return Buffer.from(piece);
  throw new TypeError("a stream of bytes holds something else");
}

/** Whole characters alone are decoded; the beginning of one waits for the next piece. */
function createUtf8Decode(): Decode {
  let held = Buffer.alloc(0);
  let isStart = true;
  return (bytes, isLast) => {
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    const end = isLast ? all.length : all.length - unfinishedBytes(all);
    held = Buffer.from(all.subarray(end));
    const text = marked(all.subarray(0, end));
    const withoutMark = isStart && text.startsWith("\ufeff") ? text.slice(1) : text;
    if (text !== "") isStart = false;
    return withoutMark;
  };
}

/** How many bytes at the end begin a character that may go on in the next piece. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

const replacement = Buffer.from("\ufffd");

/** A replacement character that stands in the file itself is text; one that decoding puts there is not. */
function marked(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = bytes.indexOf(replacement, from);
    const part = bytes.subarray(from, at === -1 ? bytes.length : at).toString("utf8");
    parts.push(part.replaceAll("\ufffd", undecodable));
    if (at === -1) return parts.join("\ufffd");
    from = at + replacement.length;
  }
}
