import { AstralisError, ProviderError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, refusedRequest, unavailable } from "../kit/answers.ts";
import { wholeNumber } from "../kit/records.ts";

export const title = "FreshBooks";

/** Numbers of https://www.freshbooks.com/api/errors. */
const conflict = 409;
const unexpected = 500;
const accessDenied = 1003;
const deletedResource = 1011;
const unknownResource = 1012;
const inactiveAccount = 1042;

/** The parts of an accounting error that name things without repeating values; empty where one is not told. */
interface Problem {
  readonly errno: number;
  readonly field: string;
  readonly object: string;
}

/**
 * What an answer complains of, in either of its forms; null for one that does not. Both come with any status, 200
 * included (freshbooks-nodejs-sdk, `Error.test.ts`).
 */
export function problemsOf(body: unknown): readonly Problem[] | null {
  if (!isRecord(body)) return null;
  const { response, details } = body;
  if (isRecord(response) && response["errors"] !== undefined)
    return [response["errors"]].flat().flatMap((error) => problemOf(error, error));
  if (response === undefined && Array.isArray(details))
    return details.flatMap((detail: unknown) =>
      problemOf(detail, isRecord(detail) ? detail["metadata"] : null),
    );
  return null;
}

function problemOf(error: unknown, about: unknown): readonly Problem[] {
  if (!isRecord(error)) return [];
  const { field, object } = isRecord(about) ? about : {};
  const errno = wholeNumber(error["errno"] ?? error["reason"]) ?? 0;
  return [{ errno, field: word(field), object: word(object) }];
}

function word(value: unknown): string {
  return typeof value === "string" && /^[\w.-]{1,64}$/.test(value) ? value : "";
}

/** No client is at that id. Another thing that is unknown, such as the account, makes no client one that is gone. */
export function isMissing(error: unknown): error is AnswerError {
  if (!(error instanceof AnswerError)) return false;
  const problems = problemsOf(error.answer.body) ?? [];
  return problems.some(
    ({ errno, object }) =>
      (errno === unknownResource || errno === deletedResource) &&
      (object === "client" || object === ""),
  );
}

/** A refusal of a write in our words; null where the error is something else. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof AnswerError)) return null;
  const [problem] = problemsOf(error.answer.body) ?? [];
  if (problem === undefined || problem.errno === 0) return null;
  const what = problem.field === "" ? "the client" : `the client's ${problem.field}`;
  return `${title} does not accept ${what} (${problem.errno})`;
}

/** What no verb needs to judge, told as what it is; AnswerErrors stay where a verb has to. */
export function judged(error: unknown): unknown {
  if (error instanceof AstralisError || !(error instanceof AnswerError)) return error;
  const { answer } = error;
  const numbers = (problemsOf(answer.body) ?? []).map(({ errno }) => errno);
  if (answer.status === 409 || numbers.includes(conflict))
    return unavailable(`${title} is at work on the same client`, answer.write, { afterSeconds: 2 });
  if (numbers.includes(unexpected))
    return unavailable(`${title} met with an error of its own`, answer.write);
  if (numbers.includes(accessDenied) || numbers.includes(inactiveAccount))
    return new ProviderError("provider-forbidden", `${title} does not allow this request`, {
      hint: "Check that the business is active and yours, then run `astralis reconnect`.",
    });
  return numbers.length > 0 ? error : refusedRequest(title, answer);
}
