import type { Collection } from "../../model/connection.ts";
import { fieldsFingerprint } from "../fields-fingerprint.ts";
import type { Listing, StagedRow } from "../ports.ts";
import { fromJsonOrNull, toJsonOrNull } from "./table.ts";
import type { Flag, Table } from "./table.ts";

/** What a staged record says of its mapping: as in an observation, a redirect apart, or not readable at all. */
type StagedState = "present" | "deleted" | "merged" | "bad";

export interface StagedTableRow {
  readonly id: string;
  readonly connection_id: string;
  readonly collection: Collection;
  readonly listing_id: string;
  readonly page: number;
  readonly place: number;
  readonly external_id: string;
  readonly state: StagedState;
  readonly fingerprint: string | null;
  readonly observation: string | null;
  readonly bad: string | null;
  /** Committed: its content is gone, and it stays until its listing ends, as proof that the record was shown. */
  readonly done: Flag;
}

export const stagedTable: Table<StagedTableRow> = {
  name: "staged",
  columns: {
    id: "text",
    connection_id: "text",
    collection: "text",
    listing_id: "text",
    page: "integer",
    place: "integer",
    external_id: "text",
    state: "text",
    fingerprint: "text",
    observation: "text",
    bad: "text",
    done: "boolean",
  },
};

export function toStagedTableRow(
  row: StagedRow,
  place: number,
  of: {
    readonly connectionId: string;
    readonly collection: Collection;
    readonly listing: Listing;
  },
): StagedTableRow {
  const { observation } = row;
  return {
    id: row.id,
    connection_id: of.connectionId,
    collection: of.collection,
    listing_id: of.listing.id,
    page: of.listing.pages,
    place,
    external_id: row.externalId,
    state: stateOf(row),
    fingerprint: observation === null ? null : fieldsFingerprint(observation.fields),
    observation: toJsonOrNull(observation),
    bad: toJsonOrNull(row.bad),
    done: false,
  };
}

export function toStagedRow(row: StagedTableRow): StagedRow {
  return {
    id: row.id,
    externalId: row.external_id,
    observation: fromJsonOrNull(row.observation),
    bad: fromJsonOrNull(row.bad),
  };
}

/** A redirect is tested before a tombstone (law 7): it is no deletion. */
function stateOf({ observation }: StagedRow): StagedState {
  if (observation === null) return "bad";
  return observation.mergedInto === null ? observation.state : "merged";
}
