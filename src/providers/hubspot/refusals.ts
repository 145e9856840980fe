import { isRecord } from "../../lib/json.ts";
import { AnswerError } from "../kit/answers.ts";
import { isId } from "../kit/records.ts";

/** What an error body says, of a whole request or of one input of a batch; never a value. */
export interface Refusal {
  /** The contact that has the e-mail address already, where the error names it. */
  readonly existingId: string | null;
  /** Whether the address is another contact's. */
  readonly taken: boolean;
  /** Whether there is no such contact. */
  readonly missing: boolean;
  /** In our words. */
  readonly message: string;
}

/** https://developers.hubspot.com/docs/api-reference/latest/error-handling; any member may be missing. */
export function readRefusal(body: unknown): Refusal {
  const error = isRecord(body) ? body : {};
  const category = word(error["category"]);
  const text = typeof error["message"] === "string" ? error["message"] : "";
  const { code, property } = problemOf(error, text);
  const what = property === "" ? "the contact" : `the contact's ${property}`;
  const why = code === "" ? category : code;
  const taken = category === "CONFLICT";
  return {
    existingId: taken ? existingIdOf(error, text) : null,
    taken,
    missing: category === "OBJECT_NOT_FOUND",
    message: taken
      ? "HubSpot has another contact with that e-mail address"
      : `HubSpot does not accept ${what}${why === "" ? "" : ` (${why})`}`,
  };
}

/** The refusal that the error is; null for an error that says nothing about what was sent. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof AnswerError)) return null;
  const { status, body } = error.answer;
  if (![400, 409, 413, 422].includes(status)) return null;
  return readRefusal(status === 409 ? { ...bodyOf(body), category: "CONFLICT" } : body);
}

export function isMissing(error: unknown): boolean {
  return error instanceof AnswerError && error.answer.status === 404;
}

/** "Contact already exists. Existing ID: 12345" */
function existingIdOf(error: Record<string, unknown>, text: string): string | null {
  const context = bodyOf(error["context"]);
  const [told] = listOf(context["existingId"]);
  const id = told ?? /Existing ID:\s*(\d+)/i.exec(text)?.[1];
  return isId(id) ? id : null;
}

/** The first problem with a property: a detail of the error, or, in batches, JSON within its message. */
function problemOf(
  error: Record<string, unknown>,
  text: string,
): { readonly code: string; readonly property: string } {
  const [detail] = listOf(error["errors"]).map(bodyOf);
  if (detail !== undefined) {
    const [name] = listOf(bodyOf(detail["context"])["propertyName"]);
    return { code: word(detail["code"]), property: word(name ?? detail["in"]) };
  }
  const [inText] = listOf(parsed(/^Property values were not valid: (\[.*\])$/s.exec(text)?.[1]));
  const problem = bodyOf(inText);
  return { code: word(problem["error"]), property: word(problem["name"]) };
}

/** Names and codes only: anything else could be a value. */
function word(value: unknown): string {
  return typeof value === "string" && /^[\w.-]{1,64}$/.test(value) ? value : "";
}

function bodyOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parsed(text: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return value;
  } catch {
    return null;
  }
}
