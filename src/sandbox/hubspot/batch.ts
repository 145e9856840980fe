import type { Contact } from "./contact.ts";
import { showContact } from "./contact.ts";
import { HubSpotError, invalidInput, standardError, type ErrorDetails } from "./errors.ts";
import { checkMembers, objectsIn, propertiesIn, textIn, textsIn, type Json } from "./input.ts";
import { checkedValues } from "./properties.ts";
import type { OperationParts, Outcome } from "./operation.ts";

/** Of each kind of batch. */
const mostInputs = 100;

/** What came of a batch: records, in no order, and the errors of the others. */
interface BatchOutcome {
  readonly results: readonly Record<string, unknown>[];
  readonly errors: readonly ErrorDetails[];
}

/** Reads by id or by e-mail address; unknown ones are named in one error. */
export function readBatch(body: Json, archived: boolean, { store, settings }: OperationParts) {
  checkMembers(body, {
    required: ["inputs", "properties", "propertiesWithHistory"],
    optional: ["idProperty"],
  });
  if ((textsIn(body, "propertiesWithHistory") ?? []).length > 0)
    throw invalidInput("propertiesWithHistory: the sandbox keeps no history");
  const properties = textsIn(body, "properties") ?? [];
  const idProperty = textIn(body, "idProperty");
  const ids = inputsOf(body).map((input) => {
    checkMembers(input, { required: ["id"], optional: [] });
    return textIn(input, "id") ?? "";
  });
  const follow = settings().batch_read_follows_merges;
  const findOne = (id: string): Contact | null => {
    if (idProperty === "email") return store.byEmail(id);
    if (idProperty !== undefined) throw invalidInput(`idProperty: ${idProperty} is not unique`);
    if (archived) return store.findArchived(id);
    const found = store.find(id);
    return found === null || (found.id !== id && !follow) ? null : found;
  };
  const found = new Map<string, Contact>();
  const missing: string[] = [];
  for (const id of ids) {
    const contact = findOne(id);
    if (contact === null) missing.push(id);
    else found.set(contact.id, contact);
  }
  return {
    results: [...found.values()].map((contact) => showContact(contact, { properties })),
    errors: missing.length === 0 ? [] : [unknownIds(missing)],
  };
}

/**
 * Creates all or nothing; with a trace id on each input, whatever is good in itself
 * (https://developers.hubspot.com/docs/api-reference/latest/error-handling, "Multi-status errors").
 */
export function createBatch(body: Json, { store, account, settings }: OperationParts) {
  checkMembers(body, { required: ["inputs"], optional: [] });
  const inputs = inputsOf(body).map((input) => {
    checkMembers(input, {
      required: ["properties"],
      optional: ["associations", "objectWriteTraceId"],
    });
    return { traceId: textIn(input, "objectWriteTraceId"), properties: propertiesIn(input) };
  });
  const traceIds = new Set(inputs.map((input) => input.traceId));
  const multiStatus = !traceIds.has(undefined) && traceIds.size === inputs.length;
  return store.atomically((): BatchOutcome => {
    const results: Record<string, unknown>[] = [];
    const errors: ErrorDetails[] = [];
    for (const { traceId, properties } of inputs) {
      try {
        const values = checkedValues(properties, account.hubId);
        checkNamed(values);
        results.push(answerTo(store.create(values), values, traceId));
      } catch (error) {
        if (!(error instanceof HubSpotError) || !multiStatus) throw error;
        if (error.status === 409 && settings().batch_conflict === "whole") throw error;
        errors.push({ ...error.details, context: { objectWriteTraceId: [traceId ?? ""] } });
      }
    }
    return { results, errors };
  });
}

/** Unknown ids are errors of their own; one value that cannot be taken refuses the whole. */
export function updateBatch(body: Json, { store, account }: OperationParts): BatchOutcome {
  checkMembers(body, { required: ["inputs"], optional: [] });
  const inputs = inputsOf(body).map((input) => {
    checkMembers(input, {
      required: ["id", "properties"],
      optional: ["idProperty", "objectWriteTraceId"],
    });
    return {
      id: textIn(input, "id") ?? "",
      traceId: textIn(input, "objectWriteTraceId"),
      values: checkedValues(propertiesIn(input), account.hubId),
    };
  });
  if (new Set(inputs.map((input) => input.id)).size < inputs.length)
    throw invalidInput("inputs: Duplicate IDs found in batch input. IDs must be unique");
  return store.atomically(() => {
    const results: Record<string, unknown>[] = [];
    const errors: ErrorDetails[] = [];
    for (const { id, traceId, values } of inputs) {
      const contact = store.find(id);
      if (contact === null) errors.push(unknownIds([id], traceId));
      else results.push(answerTo(store.update(contact, values), values, traceId));
    }
    return { results, errors };
  });
}

/** A name or an address is needed. */
export function checkNamed(values: Readonly<Record<string, string>>): void {
  if (["email", "firstname", "lastname"].some((name) => (values[name] ?? "") !== "")) return;
  throw invalidInput("At least one of email, firstname and lastname is needed to create a contact");
}

/** The answer to a write tells what was written, and little more. */
export function answerTo(
  contact: Contact,
  values: Readonly<Record<string, string>>,
  traceId?: string,
): Record<string, unknown> {
  return showContact(contact, { properties: Object.keys(values), traceId });
}

/** The last input's record comes first: nobody may count on an order. */
export function batchOutcome(
  { results, errors }: BatchOutcome,
  status: number,
  nowMs: number,
): Outcome {
  const at = new Date(nowMs).toISOString();
  const body = {
    status: "COMPLETE",
    results: results.toReversed(),
    startedAt: at,
    completedAt: at,
    ...(errors.length === 0
      ? {}
      : { numErrors: errors.length, errors: errors.map((error) => standardError(error)) }),
  };
  return { status: errors.length === 0 ? status : 207, body, wrote: results.length > 0 };
}

function inputsOf(body: Json): readonly Json[] {
  const inputs = objectsIn(body, "inputs") ?? [];
  if (inputs.length >= 1 && inputs.length <= mostInputs) return inputs;
  throw invalidInput(`inputs: a batch takes from 1 to ${mostInputs} of them`);
}

function unknownIds(ids: readonly string[], traceId?: string): ErrorDetails {
  return {
    category: "OBJECT_NOT_FOUND",
    message:
      "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.",
    context: { ids, ...(traceId === undefined ? {} : { objectWriteTraceId: [traceId] }) },
  };
}
