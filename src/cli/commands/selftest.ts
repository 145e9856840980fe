import type { Failure, Simulation, SimulationOptions, Totals } from "../../simulation/simulate.ts";
import type { CommandBody, Context } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Input } from "../input.ts";
import type { Look } from "../look.ts";

export const selftest: CommandBody = {
  details:
    "Plays made-up histories against sandboxed providers in this process: edits on every side, syncs, faults, " +
    "crashes and the passing of time, all from one seed. After each it checks that every side came to the same " +
    "state, and that nothing was lost, done twice or deleted by accident. It needs no configuration and touches " +
    "no account.",
  options: [
    {
      flags: "--seed <number>",
      summary: "of the first history; each further one adds 1 (default: by chance)",
    },
    { flags: "--histories <count>", summary: "how many are played (default: 100)" },
    { flags: "--failures <count>", summary: "stop after so many failed ones (default: 1)" },
    { flags: "--steps <places>", summary: "only these steps of each, from 0, with commas" },
    {
      flags: "--clients <count>",
      summary: "how many records the accounts start with (default: by the seed)",
    },
    {
      flags: "--own-rules",
      summary: "with the connections and rules of your configuration, each on a sandbox",
    },
  ],
  examples: [
    "astralis selftest",
    "astralis selftest --seed 1 --histories 1000 --json",
    "astralis selftest --seed 3062 --histories 1 --steps 0,1,14",
    "astralis selftest --own-rules --org acme",
  ],
  run: async (context, input) => {
    const { simulate } = await import("../../simulation/simulate.ts");
    const options = await optionsOf(context, input);
    context.note(`seed ${options.seed}`);
    const progress = await progressOf(context, options.histories);
    const document = await simulate({ ...options, onHistory: progress.show }).finally(progress.end);
    return {
      document,
      text: (look) => textOf(document, look),
      exitCode: document.failed === 0 ? exitCodes.fine : exitCodes.failed,
    };
  },
};

async function optionsOf(context: Context, input: Input): Promise<SimulationOptions> {
  const { systemClock } = await import("../../lib/clock.ts");
  const { systemRandom } = await import("../../lib/random.ts");
  const most = 999_999_999;
  const steps = input.text("steps");
  const clients = input.count("clients", { min: 0, max: 1000 });
  return {
    seed: input.count("seed", { min: 0, max: most }) ?? Math.floor(systemRandom.fraction() * most),
    histories: input.count("histories", { min: 1, max: most }) ?? 100,
    failures: input.count("failures", { min: 1, max: 1000 }) ?? 1,
    ...(steps === undefined ? {} : { steps: await placesOf(steps) }),
    ...(clients === undefined ? {} : { clients }),
    ...(input.flag("ownRules") ? { connections: await ownPlans(context) } : {}),
    clock: systemClock,
    signal: context.signal,
  };
}

async function ownPlans({ settings, io }: Context) {
  const { loadConfig } = await import("../../config/load.ts");
  const { chooseOrg } = await import("../../config/choose.ts");
  const { UsageError } = await import("../../lib/errors.ts");
  const { plansOf } = await import("../../simulation/own-rules.ts");
  const config = await loadConfig({ path: settings.configFile, cwd: io.cwd, env: io.env });
  const org = chooseOrg(config, settings.org);
  const plans = plansOf(org.connections);
  if (plans.length > 0) return plans;
  throw new UsageError("usage", `${org.name} has no connection that is enabled`, {
    hint: "Leave --own-rules out, or add one with: astralis connect <provider>",
  });
}

async function placesOf(text: string): Promise<readonly number[]> {
  const { UsageError } = await import("../../lib/errors.ts");
  const parts = text === "" ? [] : text.split(",");
  if (parts.every((part) => /^\d{1,6}$/.test(part))) return parts.map(Number);
  throw new UsageError("usage", `--steps takes places with commas, not "${text}"`, {
    hint: "Write them as 0,3,7.",
  });
}

const redrawMs = 200;

/** One line on a terminal that is written over; nothing elsewhere but for every thousandth history. */
async function progressOf(context: Context, histories: number) {
  const { systemClock } = await import("../../lib/clock.ts");
  const { stderr } = context.io;
  let drawnAtMs = 0;
  const show = (done: number, { syncs, crashes, failed }: Totals) => {
    const line = `${done}/${histories} histories, ${syncs} syncs, ${crashes} crashes, ${failed} failed`;
    if (stderr.isTTY !== true) {
      if (done % 1000 === 0) context.note(line);
      return;
    }
    if (systemClock.now() - drawnAtMs < redrawMs) return;
    drawnAtMs = systemClock.now();
    stderr.write(`\r\u001b[2K${line}`);
  };
  return { show, end: () => void (drawnAtMs > 0 && stderr.write("\r\u001b[2K")) };
}

function textOf(document: Simulation, look: Look): string {
  const { histories, failed, seed } = document;
  const rows: readonly (readonly [string, number])[] = [
    ["steps", document.steps],
    ["edits", document.edits],
    ["syncs", document.syncs],
    ["requests", document.requests],
    ["statements", document.statements],
    ["crashes", document.crashes],
    ...Object.entries(document.faults).toSorted(([, a], [, b]) => b - a),
  ];
  const verdict =
    failed === 0
      ? look.good(`${histories} histories from seed ${seed}: every law held.`)
      : look.bad(`${failed} of ${histories} histories from seed ${seed} broke a law.`);
  return [
    look.table(
      ["what happened", "times"],
      rows.map(([what, count]) => [what, String(count)]),
    ),
    ...document.failures.map((failure) => failureText(failure, look)),
    `${verdict} (${document.histories_per_second} a second)`,
  ].join("\n\n");
}

function failureText(failure: Failure, look: Look): string {
  return [
    look.strong(`Seed ${failure.seed}`),
    ...failure.violations.map(({ check, law, detail }) => `${check} (law ${law}): ${detail}`),
    ...failure.story,
    `Play it again: ${failure.replay}`,
  ].join("\n");
}
