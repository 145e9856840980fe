import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes UUIDs of version 7 (RFC 9562, section 5.7): they sort by the time they were made. */
export type Ids = () => string;

export function createIds(clock: Pick<Clock, "now">, random: Random): Ids {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const nowMs = Math.max(clock.now(), lastMs);
    // Within one millisecond the 12 bits of rand_a count up, so that ids of one process keep their order.
    sequence = nowMs === lastMs ? sequence + 1 : 0;
    lastMs = sequence > 0xfff ? nowMs + 1 : nowMs;
    if (sequence > 0xfff) sequence = 0;
    const bytes = Buffer.alloc(16);
    bytes.writeUIntBE(lastMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | sequence, 6);
    bytes.set(random.bytes(8), 8);
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
