export type Value = string | boolean | null;

/** A contact as it is kept; a change makes a new one. */
export interface Contact {
  readonly id: string;
  /** The writable fields. */
  readonly values: Readonly<Record<string, Value>>;
  readonly isDeleted: boolean;
  /** When it was deleted, in milliseconds since 1970. */
  readonly deletedMs: number | null;
  /** The contact that it was merged into. */
  readonly masterRecordId: string | null;
  /** In milliseconds since 1970, whole seconds. */
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly stampMs: number;
}

/** A record as SOQL sees it: every field of its object. */
export type Row = Readonly<Record<string, unknown>>;

export function rowOf(contact: Contact): Row {
  const { values } = contact;
  return {
    ...values,
    Id: contact.id,
    IsDeleted: contact.isDeleted,
    MasterRecordId: contact.masterRecordId,
    Name: [values["FirstName"], values["LastName"]].filter(Boolean).join(" "),
    MailingAddress: addressOf(values),
    CreatedDate: toDateTime(contact.createdMs),
    LastModifiedDate: toDateTime(contact.modifiedMs),
    SystemModstamp: toDateTime(contact.stampMs),
  };
}

/** "2026-05-01T07:25:37.000+0000" */
export function toDateTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "+0000");
}

function addressOf(values: Contact["values"]): unknown {
  const part = (name: string) => values[`Mailing${name}`] ?? null;
  const address = {
    city: part("City"),
    country: part("Country"),
    geocodeAccuracy: null,
    latitude: null,
    longitude: null,
    postalCode: part("PostalCode"),
    state: part("State"),
    street: part("Street"),
  };
  return Object.values(address).every((value) => value === null) ? null : address;
}
