import type { Look } from "../look.ts";
import type { SandboxDescription } from "../sandbox-actions.ts";

export function sandboxText(
  descriptions: readonly SandboxDescription[],
  config: string | null,
  look: Look,
): string {
  const parts = descriptions.map(({ provider, api, credentials }) => {
    const names = Object.keys(credentials);
    const width = Math.max(...names.map((name) => name.length));
    const lines = Object.entries(credentials).map(
      ([name, value]) => `  ${look.faint(name.padEnd(width))}  ${value}`,
    );
    return [`${look.strong(provider)}  ${api}`, ...lines].join("\n");
  });
  return [
    ...parts,
    ...(config === null ? [] : [nextSteps(descriptions, config)]),
    look.faint("Running; Ctrl-C stops them."),
  ].join("\n\n");
}

function nextSteps(descriptions: readonly SandboxDescription[], config: string): string {
  const connects = descriptions.map(({ provider, credentials }) =>
    provider === "stripe"
      ? `  $ echo ${credentials["api_key"] ?? ""} | astralis connect stripe --api-key-stdin --config ${config}`
      : `  $ astralis connect ${provider} --config ${config}`,
  );
  return [
    `Wrote ${config}. In another terminal:`,
    ...connects,
    `  $ astralis sync --config ${config}`,
  ].join("\n");
}
