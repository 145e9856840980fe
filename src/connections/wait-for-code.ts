import { unreachable } from "../lib/assert.ts";
import type { Deps } from "../lib/deps.ts";
import { AuthError } from "../lib/errors.ts";
import { readPastedCallback } from "./callback.ts";
import type { Callback, ExpectedCallback } from "./callback.ts";
import type { Landing } from "./redirect.ts";

/** How a sign-in talks to the person; the command line and the tests each bring their own. */
export interface SignInUi {
  /** Always called: a browser that was opened may have no display. */
  showLink(url: string): void;
  /**
   * Asks for the address that the browser landed on; null where nobody can be asked. Rejects when the signal ends
   * the question, or when the person gives up, which ends the sign-in. Resolves to null where the input has ended.
   */
  promptPastedUrl(question: PasteQuestion): Promise<string | null> | null;
  note(text: string): void;
}

export interface PasteQuestion {
  readonly signal: AbortSignal;
  /** No listener waits beside the question: where there is no terminal, a line of the input has to do. */
  readonly required: boolean;
}

export interface WaitOptions {
  readonly title: string;
  readonly ui: SignInUi;
  readonly deps: Pick<Deps, "clock">;
  /** Ends the waiting from outside. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export type ArrivedCode = Extract<Callback, { kind: "code" }>;

const defaultTimeoutMs = 10 * 60 * 1000;

/** Whichever of browser and prompt answers first. Throws `sign-in-denied` and `sign-in-failed`. */
export async function waitForCode(
  landing: Pick<Landing, "listener">,
  expected: ExpectedCallback,
  options: WaitOptions,
): Promise<ArrivedCode> {
  const done = new AbortController();
  const { signal, timeoutMs = defaultTimeoutMs, deps, title } = options;
  const interrupted = Promise.withResolvers<never>();
  const onAbort = () => interrupted.reject(abandoned(title));
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const late = deps.clock.sleep(timeoutMs, done.signal).then(() => {
    throw new AuthError(
      "sign-in-failed",
      `nobody finished the sign-in within ${Math.round(timeoutMs / 60_000)} minutes`,
      { hint: "Run the command again." },
    );
  });
  const { listener } = landing;
  const question = { signal: done.signal, required: listener === null };
  const racers = [
    interrupted.promise,
    late,
    ...(listener === null ? [] : [listener.answered]),
    pasted(expected, question, options),
  ];
  // Those that lose end later, by the signal or never, and nobody listens to them then.
  for (const racer of racers) racer.catch(() => {});
  try {
    return codeOf(await Promise.race(racers), title);
  } finally {
    done.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The sign-in was given up by the person. */
export function abandoned(title: string): AuthError {
  return new AuthError("sign-in-denied", `the sign-in to ${title} was abandoned`, {
    hint: "Run the command again.",
  });
}

/** Asks until something usable was pasted; where a listener waits beside it, never settles without anyone to ask. */
async function pasted(
  expected: ExpectedCallback,
  question: PasteQuestion,
  { ui, title }: WaitOptions,
): Promise<Callback> {
  let problem = "Nothing was pasted.";
  for (;;) {
    const prompt = ui.promptPastedUrl(question);
    if (prompt === null && !question.required) return new Promise(() => {});
    const text = await (prompt ?? Promise.resolve(null)).catch(() => {
      throw abandoned(title);
    });
    if (text === null) throw inputEnded(title, problem);
    const callback = readPastedCallback(text, expected);
    if (callback.kind === "code") return callback;
    if (question.signal.aborted) throw abandoned(title);
    problem = pastedProblem(callback, title);
    ui.note(problem);
  }
}

/** A person who pasted a refusal may still go back to the browser: the question stays. */
function pastedProblem(callback: Exclude<Callback, { kind: "code" }>, title: string): string {
  switch (callback.kind) {
    case "unusable":
      return callback.message;
    case "denied":
      return `That address says that access was refused. Open the link again to allow it.`;
    case "refused":
      return `That address says that ${title} refused the sign-in (${callback.error}). Open the link again.`;
    default:
      return unreachable(callback);
  }
}

function inputEnded(title: string, problem: string): AuthError {
  return new AuthError(
    "sign-in-failed",
    `the input ended without the address that the sign-in to ${title} lands on: ${problem}`,
    {
      hint: "Run the command again, in a terminal, or with the address as a line of its input once the link was opened.",
    },
  );
}

function codeOf(callback: Callback, title: string): ArrivedCode {
  switch (callback.kind) {
    case "code":
      return callback;
    case "denied":
      throw new AuthError("sign-in-denied", `access to ${title} was refused in the browser`, {
        hint: "Run the command again and allow access.",
      });
    case "refused":
      throw new AuthError("sign-in-failed", `${title} refused the sign-in (${callback.error})`, {
        hint: "Check the OAuth application at the provider: its type, its redirect address and who may use it.",
      });
    case "unusable":
      throw new AuthError("sign-in-failed", callback.message);
    default:
      return unreachable(callback);
  }
}
