import type { Result, Settings } from "./command.ts";
import type { Failure } from "./failure.ts";
import { writeWhole, type Io } from "./io.ts";
import { createLook } from "./look.ts";

/** With `--json` one document on stdout, else the text for people. */
export async function printResult(io: Io, result: Result, settings: Settings): Promise<void> {
  if (settings.json) return printDocument(io, result.document);
  const look = await createLook(io, io.stdout, settings.color);
  const text = result.text(look);
  if (text !== "") await writeWhole(io.stdout, `${text}\n`);
}

/** The words on stderr; with `--json` also the error's document on stdout. */
export async function printFailure(io: Io, failure: Failure, settings: Settings): Promise<void> {
  if (settings.json) await printDocument(io, failure.document);
  const look = await createLook(io, io.stderr, settings.color);
  const [first = "", ...rest] = failure.text.split("\n");
  const lines = [first.replace(/^error:/, look.bad("error:")), ...rest];
  await writeWhole(io.stderr, `${lines.join("\n")}\n`);
}

function printDocument(io: Io, document: unknown): Promise<void> {
  return writeWhole(io.stdout, `${JSON.stringify(document, null, 2)}\n`);
}
