import type { Contact, Value } from "./contact.ts";
import { RecordRefusal, RequestRefusal } from "./errors.ts";
import { contactFields, findField, type Field } from "./fields.ts";
import { longId } from "./ids.ts";
import type { SalesforceSettings } from "./settings.ts";
import type { Store } from "./store.ts";

export interface WriteRules {
  readonly store: Store;
  settings(): SalesforceSettings;
}

export interface RecordParts extends WriteRules {
  /** Whether somebody else holds the row of the next write. */
  takeLock(): boolean;
}

type Values = Readonly<Record<string, Value>>;

/**
 * A contact's fields as a request gives them. What cannot be read at all refuses the request; what Salesforce
 * would not let be written, the record.
 */
export function readValues(input: Readonly<Record<string, unknown>>, rules: WriteRules): Values {
  const values: Record<string, Value> = {};
  for (const [given, value] of Object.entries(input)) {
    const found = findField(contactFields, given);
    if (found === null)
      throw new RequestRefusal(
        400,
        "INVALID_FIELD",
        `No such column '${given}' on sobject of type Contact`,
      );
    const { name, field } = found;
    if (!field.writable)
      throw new RecordRefusal({
        code: "INVALID_FIELD_FOR_INSERT_UPDATE",
        message: `Unable to create/update fields: ${name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
        fields: [name],
      });
    values[name] = readValue(value, { name, field, rules });
  }
  return values;
}

interface Place {
  readonly name: string;
  readonly field: Field;
  readonly rules: WriteRules;
}

function readValue(value: unknown, place: Place): Value {
  const { name, field } = place;
  if (field.type === "boolean") {
    if (typeof value === "boolean") return value;
    throw unreadable(value);
  }
  if (value === null) return null;
  if (typeof value !== "string") throw unreadable(value);
  if (field.type === "id") return readReference(value, place);
  // White space at the ends is not kept, and what is empty is nothing.
  const text = value.trim();
  const length = field.length ?? Number.POSITIVE_INFINITY;
  if (text.length > length)
    throw new RecordRefusal({
      code: "STRING_TOO_LONG",
      message: `${field.label}: data value too large: ${text.slice(0, 255)} (max length=${length})`,
      fields: [name],
    });
  if (field.type === "email" && text !== "" && !isAddress(text))
    throw new RecordRefusal({
      code: "INVALID_EMAIL_ADDRESS",
      message: `${field.label}: invalid email address: ${text}`,
      fields: [name],
    });
  return text === "" ? null : text;
}

function isAddress(text: string): boolean {
  return /^[\x21-\x3f\x41-\x7e]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);
}

function readReference(value: string, { name, field, rules: { store } }: Place): string {
  const id = longId(value);
  if (id === null)
    throw new RecordRefusal({
      code: "MALFORMED_ID",
      message: `${name}: id value of incorrect type: ${value}`,
      fields: [name],
    });
  const exists = field.refersTo === "User" ? id === store.userId : store.accounts().has(id);
  if (!exists)
    throw new RecordRefusal({
      code: "INVALID_CROSS_REFERENCE_KEY",
      message: "invalid cross reference id",
      fields: [],
    });
  return id;
}

function unreadable(value: unknown): RequestRefusal {
  const kind = typeof value === "string" ? "VALUE_STRING" : `VALUE_${typeof value}`.toUpperCase();
  return new RequestRefusal(
    400,
    "JSON_PARSER_ERROR",
    `Cannot deserialize the value from ${kind} or request may be missing a required field at [line:1, column:1]`,
  );
}

const countries = /^(?:[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)*)$/;

/** Refuses what the org's rules forbid for the contact as it would be; `before` is null for a new one. */
export function checkRules(values: Values, before: Contact | null, rules: WriteRules): void {
  const after: Values = { ...before?.values, ...values };
  if ((after["LastName"] ?? null) === null)
    throw new RecordRefusal({
      code: "REQUIRED_FIELD_MISSING",
      message: "Required fields are missing: [LastName]",
      fields: ["LastName"],
    });
  const settings = rules.settings();
  const country = values["MailingCountry"];
  if (settings.country_picklist && typeof country === "string" && !countries.test(country))
    throw new RecordRefusal({
      code: "FIELD_INTEGRITY_EXCEPTION",
      message:
        "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Mailing Country",
      fields: ["MailingCountry"],
    });
  if (settings.phone_rule && (after["Phone"] ?? null) === null)
    throw new RecordRefusal({
      code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      message: "Every contact needs a phone.",
      fields: [],
    });
  if (settings.duplicate_rule) checkDuplicates(after["Email"] ?? null, before, rules.store);
}

function checkDuplicates(email: Value, before: Contact | null, store: Store): void {
  if (typeof email !== "string") return;
  const matches = store
    .contacts()
    .filter(
      ({ id, isDeleted, values }) =>
        id !== before?.id &&
        !isDeleted &&
        String(values["Email"]).toLowerCase() === email.toLowerCase(),
    );
  if (matches.length === 0) return;
  throw new RecordRefusal({
    code: "DUPLICATES_DETECTED",
    message: "Use one of these records?",
    fields: [],
    more: { duplicateResult: duplicateResult(matches.map(({ id }) => id)) },
  });
}

/** As the API names the records that a matching rule found: by their ids alone, unless more is asked for. */
function duplicateResult(ids: readonly string[]): unknown {
  return {
    allowSave: false,
    duplicateRule: "Contact_Email_Rule",
    duplicateRuleEntityType: "Contact",
    errorMessage: "Use one of these records?",
    matchResults: [
      {
        entityType: "Contact",
        errors: [],
        matchEngine: "ExactMatchEngine",
        matchRecords: ids.map((id) => ({
          additionalInformation: [],
          fieldDiffs: [],
          matchConfidence: 100,
          record: { attributes: { type: "Contact" }, Id: id },
        })),
        rule: "Contact_Email_Match",
        size: ids.length,
        success: true,
      },
    ],
  };
}
