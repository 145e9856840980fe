import type { ConnectionConfig } from "../config/config.ts";
import { ConfigError } from "../lib/errors.ts";
import type { Provider } from "../providers/provider.ts";

/** Throws `config-invalid` where the provider cannot do what the file asks of a connection: the schema knows none. */
export function checkRules(org: string, config: ConnectionConfig, provider: Provider): void {
  const problems = ruleProblems(config, provider);
  if (problems.length === 0) return;
  const path = `orgs.${org}.connections.${config.name}`;
  const told = problems.map((problem) => `${path}.${problem}`).join("; ");
  throw new ConfigError("config-invalid", told, {
    hint: "Correct the configuration file; `astralis config validate` checks it.",
    place: { org, connection: config.name },
  });
}

/** Each begins with its key. */
function ruleProblems({ filter }: ConnectionConfig, provider: Provider): readonly string[] {
  if (filter === null) return [];
  const description = provider.clients?.filter;
  if (description === undefined)
    return [`filter: ${provider.title} cannot narrow what is taken; leave it out`];
  return Object.entries(filter).flatMap(([name, value]) => {
    const problem = description.problem(name, value);
    const possible = `possible at ${provider.title}: ${description.possible}`;
    return problem === null ? [] : [`filter.${name}: ${problem}; ${possible}`];
  });
}
