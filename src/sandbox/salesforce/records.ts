import { rowOf, type Contact } from "./contact.ts";
import { collectionError, RecordRefusal, RequestRefusal } from "./errors.ts";
import { contactFields } from "./fields.ts";
import { longId } from "./ids.ts";
import { fieldOf, showRow } from "./run-query.ts";
import { checkRules, readValues, type RecordParts } from "./write.ts";

type Input = Readonly<Record<string, unknown>>;

interface Many {
  readonly body: readonly unknown[];
  readonly wrote: boolean;
}

/** Contacts, written one by one or in collections, and read by their ids. */
export interface Records {
  /** The new contact's id. */
  create(input: Input): string;
  /** `unmodifiedSince` is that header. */
  update(id: string, input: Input, unmodifiedSince: string | null): void;
  delete(id: string): void;
  createMany(request: Input): Many;
  updateMany(request: Input): Many;
  /** null in the place of each that is not there. */
  retrieve(ids: readonly string[], fields: readonly string[]): readonly unknown[];
}

const collectionLimit = 200;

export function createRecords(parts: RecordParts, version: string): Records {
  const { store } = parts;
  const object = { name: "Contact", fields: contactFields };

  const present = (given: string): Contact => {
    const id = longId(given);
    const contact = id === null ? null : store.find(id);
    if (contact !== null && !contact.isDeleted) return contact;
    if (id !== null && store.knows(id))
      throw new RecordRefusal(
        { code: "ENTITY_IS_DELETED", message: "entity is deleted", fields: [] },
        404,
      );
    throw new RecordRefusal(
      { code: "NOT_FOUND", message: "The requested resource does not exist" },
      404,
    );
  };
  const lock = () => {
    if (parts.takeLock())
      throw new RecordRefusal({
        code: "UNABLE_TO_LOCK_ROW",
        message: "unable to obtain exclusive access to this record or 1 records",
        fields: [],
      });
  };
  const create = (input: Input): string => {
    const values = readValues(input, parts);
    checkRules(values, null, parts);
    lock();
    return store.create(values).id;
  };
  const update = (given: string, input: Input, unmodifiedSince: string | null): string => {
    const values = readValues(input, parts);
    const contact = present(given);
    if (unmodifiedSince !== null && contact.modifiedMs > dateOf(unmodifiedSince))
      throw new RequestRefusal(412, "PRECONDITION_FAILED", "Precondition Failed");
    checkRules(values, contact, parts);
    lock();
    store.update(contact, values);
    return contact.id;
  };

  /** Each by itself; where all or none are asked for, one that fails takes the others along. */
  const many = (request: Input, write: (input: Input) => string): Many => {
    const { inputs, allOrNone } = collectionOf(request);
    if (allOrNone)
      throw new RequestRefusal(400, "INVALID_INPUT", "The sandbox does not simulate allOrNone.");
    // What cannot be read refuses all of them, before one is written.
    for (const input of inputs) readOnly(() => readValues(withoutKeys(input), parts));
    const body = inputs.map((input) => resultOf(() => write(input)));
    return { body, wrote: body.some(({ success }) => success) };
  };

  return {
    create,
    update: (id, input, unmodifiedSince) => void update(id, input, unmodifiedSince),
    delete: (id) => {
      const contact = present(id);
      lock();
      store.delete(contact);
    },
    createMany: (request) => many(request, (input) => create(withoutKeys(input))),
    updateMany: (request) =>
      many(request, (input) => {
        const { id } = input;
        if (typeof id !== "string" || id === "")
          throw new RecordRefusal({
            code: "MISSING_ARGUMENT",
            message: "Id not specified in an update call",
          });
        return update(id, withoutKeys(input), null);
      }),
    retrieve: (ids, fields) => {
      const selected = fields.map((name) => fieldOf(object, name).name);
      if (ids.length > 2000)
        throw new RequestRefusal(400, "EXCEEDED_ID_LIMIT", "Too many ids were specified.");
      return ids.map((given) => {
        const id = longId(given);
        if (id === null) throw new RequestRefusal(400, "MALFORMED_ID", `malformed id ${given}`);
        const contact = store.find(id);
        if (contact === null || contact.isDeleted) return null;
        return showRow(rowOf(contact), selected, { object: "Contact", version });
      });
    },
  };
}

interface SaveResult {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly unknown[];
}

function resultOf(write: () => string): SaveResult {
  try {
    return { id: write(), success: true, errors: [] };
  } catch (error) {
    if (!(error instanceof RecordRefusal)) throw error;
    return { success: false, errors: [collectionError(error.problem)] };
  }
}

function readOnly(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RecordRefusal)) throw error;
  }
}

function collectionOf(request: Input): {
  readonly inputs: readonly Input[];
  readonly allOrNone: boolean;
} {
  const { records, allOrNone = false, ...others } = request;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new RequestRefusal(400, "JSON_PARSER_ERROR", `Unrecognized field "${unknown}"`);
  if (typeof allOrNone !== "boolean" || !Array.isArray(records) || records.length === 0)
    throw new RequestRefusal(400, "JSON_PARSER_ERROR", "The request has no list of records.");
  if (records.length > collectionLimit)
    throw new RequestRefusal(
      400,
      "EXCEEDED_ID_LIMIT",
      `record limit reached. cannot submit more than ${collectionLimit} records in this request`,
    );
  return { inputs: records.map(inputOf), allOrNone };
}

function inputOf(record: unknown): Input {
  const attributes =
    typeof record === "object" && record !== null && "attributes" in record
      ? record.attributes
      : null;
  const type =
    typeof attributes === "object" && attributes !== null && "type" in attributes
      ? attributes.type
      : null;
  if (typeof record !== "object" || record === null || typeof type !== "string")
    throw new RequestRefusal(400, "INVALID_TYPE", "Each record needs attributes with its type.");
  if (type !== "Contact")
    throw new RequestRefusal(400, "INVALID_TYPE", `sObject type '${type}' is not supported.`);
  return { ...record };
}

function withoutKeys({ attributes: _attributes, id: _id, ...values }: Input): Input {
  return values;
}

/** A date that cannot be read is none, and a header without a date is passed over. */
function dateOf(header: string): number {
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? Number.POSITIVE_INFINITY : atMs;
}
