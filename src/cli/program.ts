import { Argument, Command as Commander, CommanderError, Option } from "commander";
import { UsageError } from "../lib/errors.ts";
import { catalogue } from "./catalogue.ts";
import type { Command, CommandBody, Context, Result, Settings } from "./command.ts";
import { createInput } from "./input.ts";

export interface ProgramOptions {
  readonly version: string;
  /** Commands whose names are on the command line are declared in full, the others by name and summary. */
  readonly words: readonly string[];
  /** Where help and version go. */
  readonly write: (text: string) => void;
  /** Called with what was asked for; runs it. */
  execute(settings: Settings, run: (context: Context) => Promise<Result>): Promise<void>;
}

/** The tree of commands, for parsing. What commander has to complain about is thrown as a UsageError. */
export async function createProgram(options: ProgramOptions): Promise<Commander> {
  const program = new Commander("astralis")
    .description(
      "Keeps a company's clients the same in its mailbox, its CRM and its books, both ways.",
    )
    .version(options.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .option("--config <file>", "configuration file (default: astralis.config.yaml, found upwards)")
    .option("--org <name>", "the organization, where several are configured")
    .option("--json", "print one JSON document on stdout")
    .option("--no-color", "no colour (NO_COLOR does the same)")
    .option("--debug", "log every step to stderr, and show where an error came from")
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({ writeOut: options.write, writeErr: () => {} })
    .exitOverride()
    .addHelpText("after", examplesText(["astralis demo", "astralis init", "astralis sync"]));
  for (const entry of catalogue) {
    const body = options.words.includes(entry.name) ? await entry.load() : { examples: [] };
    program.addCommand(declare({ ...body, name: entry.name, summary: entry.summary }, options));
  }
  return program;
}

/** Parses and runs; `--help` and `--version` have printed and end here as well. */
export async function parseProgram(program: Commander, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw toUsageError(error, argv);
  }
}

function declare(command: Command, options: ProgramOptions): Commander {
  const declared = new Commander(command.name)
    .summary(command.summary)
    .description([sentence(command.summary), command.details].filter(Boolean).join("\n\n"))
    .helpOption("-h, --help", "show help")
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({ writeOut: options.write, writeErr: () => {} })
    .exitOverride()
    .allowExcessArguments(false)
    .addHelpText("after", examplesText(command.examples));
  for (const { form, summary } of command.arguments ?? [])
    declared.addArgument(new Argument(form, summary));
  for (const option of command.options ?? []) declared.addOption(toOption(option));
  for (const child of command.commands ?? []) declared.addCommand(declare(child, options));
  if (command.commands !== undefined) declared.helpCommand(false);
  const { run } = command;
  if (run !== undefined)
    declared.action(async (...given: unknown[]) => {
      const values = declared.optsWithGlobals<Record<string, unknown>>();
      const input = createInput(given, values);
      await options.execute(toSettings(values), (context) => run(context, input));
    });
  return declared;
}

function toOption(spec: NonNullable<CommandBody["options"]>[number]): Option {
  const option = new Option(spec.flags, spec.summary);
  if (spec.repeatable === true)
    return option.argParser((value: string, before: unknown) => {
      checkChoice(spec, value);
      return [...(Array.isArray(before) ? before : []), value];
    });
  return spec.choices === undefined ? option : option.choices(spec.choices);
}

function checkChoice(spec: NonNullable<CommandBody["options"]>[number], value: string): void {
  if (spec.choices === undefined || spec.choices.includes(value)) return;
  throw new UsageError("usage", `${spec.flags} does not take "${value}"`, {
    hint: `It takes ${spec.choices.join(", ")}.`,
  });
}

export function toSettings(values: Readonly<Record<string, unknown>>): Settings {
  const text = (name: string) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    configFile: text("config"),
    org: text("org"),
    json: values["json"] === true,
    color: values["color"] !== false,
    debug: values["debug"] === true,
  };
}

/** "error: unknown option '--fulll'\n(Did you mean --full?)" as a message and a hint. */
function toUsageError(error: CommanderError, argv: readonly string[]): UsageError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  if (error.code === "commander.help") {
    const wanted = argv[0] === "help" ? argv[1] : undefined;
    const what = wanted === undefined ? "no command was given" : `unknown command '${wanted}'`;
    return new UsageError("usage", what, {
      hint: "Run it with --help to see what there is.",
    });
  }
  const nearest = /Did you mean (.+)\?/.exec(rest.join(" "))?.[1];
  const hint =
    nearest === undefined
      ? "Run it with --help to see what there is."
      : `Did you mean ${nearest.replace(/^one of /, "one of: ")}?`;
  return new UsageError("usage", first.replace(/\.$/, ""), { hint });
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!)]$/.test(start) ? start : `${start}.`;
}

function examplesText(examples: readonly string[]): string {
  const lines = examples.map((line) => `  $ ${line}`);
  return examples.length === 0 ? "" : `\nExamples:\n${lines.join("\n")}\n`;
}
