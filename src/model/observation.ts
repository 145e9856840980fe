import type { Instant } from "../lib/clock.ts";
import type { Fields } from "./fields.ts";

/** A record as seen at a time. */
export interface Observation {
  readonly externalId: string;
  /** The provider's word for the kind of record: "customer". */
  readonly externalType: string;
  /** Where a person can open it; null where there is no such page. */
  readonly externalUrl: string | null;
  readonly state: "present" | "deleted";
  /** Set where another record took this one's place. */
  readonly mergedInto: string | null;
  readonly version: string | null;
  /** By our clock: corrected by the offset that the answer's Date header showed; null where the provider tells none. */
  readonly modifiedAt: Instant | null;
  /** When the request was made, by our clock. */
  readonly requestedAt: Instant;
  /** By `lens.get`; empty for what is deleted. Fields that a partial record lacks are not there. */
  readonly fields: Fields;
  /** Every address of the record, in normal form, the primary one first. */
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  /** Set where the record is outside of the connection's filter: what it does not meet, never what it holds. */
  readonly outside?: string;
  /** The id of ours that the record carries; null where it carries none. */
  readonly ownId: string | null;
}
