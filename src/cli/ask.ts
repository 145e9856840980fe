import { AstralisError } from "../lib/errors.ts";
import { canAsk, type Io } from "./io.ts";

/** Questions to the person at the terminal, on stderr; each rejects with `interrupted` when they give up. */
export interface Ask {
  text(message: string, options?: AskOptions): Promise<string>;
  /** What is typed is not shown. */
  secret(message: string, options?: AskOptions): Promise<string>;
  choices(message: string, choices: readonly string[]): Promise<readonly string[]>;
}

export interface AskOptions {
  readonly fallback?: string;
  /** null for a good answer, else what is wrong with it. */
  readonly check?: (answer: string) => string | null;
  readonly signal?: AbortSignal;
}

/** null where nobody is at a terminal. */
export async function createAsk(io: Io, signal: AbortSignal): Promise<Ask | null> {
  if (!canAsk(io)) return null;
  const { checkbox, input, password } = await import("@inquirer/prompts");
  const contextOf = (own: AbortSignal | undefined) => ({
    input: io.stdin,
    output: io.stderr,
    signal: own === undefined ? signal : AbortSignal.any([signal, own]),
  });
  return {
    text: (message, options = {}) => {
      const { fallback } = options;
      const question = { message, validate: validate(options) };
      return answered(
        input(
          fallback === undefined ? question : { ...question, default: fallback },
          contextOf(options.signal),
        ),
      );
    },
    secret: (message, options = {}) =>
      answered(
        password({ message, mask: true, validate: validate(options) }, contextOf(options.signal)),
      ),
    choices: (message, choices) =>
      answered(
        checkbox(
          { message, choices: choices.map((value) => ({ value, name: value })) },
          contextOf(undefined),
        ),
      ),
  };
}

function validate({ check }: AskOptions): (answer: string) => string | true {
  return (answer) => check?.(answer) ?? true;
}

async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    const isLeft =
      error instanceof Error && ["ExitPromptError", "AbortPromptError"].includes(error.name);
    if (!isLeft) throw error;
    throw new AstralisError("interrupted", "the question was left without an answer", {
      hint: "Run the command again; flags answer the questions beforehand (--help).",
    });
  }
}
