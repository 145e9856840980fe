import { AnswerError } from "../kit/answers.ts";
import { parseProblems, type Problem } from "./wire.ts";

/** The problems of a refused write; null where the error is something else. */
export function problemsOf(error: unknown): readonly Problem[] | null {
  if (!(error instanceof AnswerError) || error.answer.status !== 400) return null;
  return parseProblems(error.answer.body);
}

/** The record is not there: deleted, merged away, or never has been. */
export function isGone(error: unknown): boolean {
  return error instanceof AnswerError && error.answer.status === 404;
}

/** The record was edited since the time that the update named. */
export function isStale(error: unknown): boolean {
  return error instanceof AnswerError && error.answer.status === 412;
}

export function names(problems: readonly Problem[], ...codes: readonly string[]): boolean {
  return problems.some(({ code }) => codes.includes(code));
}

/** For a record of a collection, what a 404 is for a single one. */
export const goneCodes = ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"];

const reasons: Readonly<Record<string, string>> = {
  DUPLICATES_DETECTED: "a duplicate rule of the Salesforce org forbids this contact",
  FIELD_CUSTOM_VALIDATION_EXCEPTION: "a validation rule of the Salesforce org forbids it",
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: "a trigger or flow of the Salesforce org failed on it",
  REQUIRED_FIELD_MISSING: "the Salesforce org requires fields that are empty",
  FIELD_INTEGRITY_EXCEPTION: "the Salesforce org takes entries of its own list alone",
  INVALID_FIELD_FOR_INSERT_UPDATE: "the Salesforce user may not write all of the fields",
  INSUFFICIENT_ACCESS_OR_READONLY: "the Salesforce user may not write this contact",
  STRING_TOO_LONG: "a text is longer than Salesforce takes it",
  INVALID_EMAIL_ADDRESS: "Salesforce does not accept the address",
  DELETE_FAILED: "Salesforce keeps the contact because other records need it",
  STORAGE_LIMIT_EXCEEDED: "the Salesforce org holds as much as it may",
};

/** In our words: Salesforce's own may repeat values. */
export function refusalText(problems: readonly Problem[]): string {
  const [first] = problems;
  const code = first?.code ?? "";
  const reason = reasons[code] ?? "Salesforce does not accept the contact";
  const fields = [...new Set(problems.flatMap((problem) => problem.fields))].join(", ");
  const details = [fields, code].filter((detail) => detail !== "").join("; ");
  return details === "" ? reason : `${reason} (${details})`;
}
