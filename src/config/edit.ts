/** Changes to the configuration file that commands make. Nothing else in the file moves by a character. */
import { readFile } from "node:fs/promises";
import { isMap, parseDocument, stringify } from "yaml";
import { ConfigError, UsageError } from "../lib/errors.ts";
import { readText } from "./file.ts";
import { type Entry, insertKey } from "./insert.ts";
import { nameProblem } from "./names.ts";
import { nearest } from "./nearest.ts";
import { replaceFile } from "./replace-file.ts";
import type { ConnectionEntry, OrganizationEntry } from "./schema.ts";

/**
 * Adds a connection, the last one of its organization. Throws `org-unknown`; `usage` for a name that is taken or is
 * none; `config-unwritable`.
 */
export async function addConnection(
  file: string,
  org: string,
  options: { readonly name: string; readonly connection: ConnectionEntry },
): Promise<void> {
  checkName(options.name);
  await edit(file, ["orgs", org, "connections", options.name], {
    entry: toEntry(options.connection),
    check: (names) => {
      const orgs = names(["orgs"]);
      if (!orgs.includes(org)) {
        const meant = nearest(org, orgs);
        throw new ConfigError("org-unknown", `${file} has no organization ${org}`, {
          hint: meant === null ? "`astralis config show` lists them." : `Did you mean ${meant}?`,
          place: { org },
        });
      }
      if (names(["orgs", org, "connections"]).includes(options.name))
        throw new UsageError("usage", `${org} has a connection ${options.name} already`, {
          hint: "Choose another name with --connection.",
          place: { org, connection: options.name },
        });
    },
  });
}

/** Adds an organization. Throws `usage` for a name that is taken or is none, and `config-unwritable`. */
export async function addOrganization(
  file: string,
  org: string,
  organization: OrganizationEntry = {},
): Promise<void> {
  checkName(org);
  await edit(file, ["orgs", org], {
    entry: toEntry(organization),
    check: (names) => {
      if (names(["orgs"]).includes(org))
        throw new UsageError("usage", `${file} has an organization ${org} already`, {
          place: { org },
        });
    },
  });
}

/** The keys at a path of the file. */
type Names = (path: readonly string[]) => readonly string[];

async function edit(
  file: string,
  path: readonly string[],
  options: { readonly entry: Entry; readonly check: (names: Names) => void },
): Promise<void> {
  const text = await readText(file);
  const was = await readFile(file);
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error" });
  options.check((at) => {
    const map = document.getIn(at);
    return isMap(map) ? map.items.map((pair) => String(pair.key)) : [];
  });
  const changed = insertKey(text, path, options.entry);
  if (changed === null) {
    const byHand = path
      .toReversed()
      .reduce<Entry>((inner, key) => ({ [key]: inner }), options.entry);
    throw new ConfigError(
      "config-unwritable",
      `${path.join(".")} cannot be added to ${file} without changing more`,
      {
        hint: `Add it by hand:\n${stringify(byHand, { lineWidth: 0 })}`,
      },
    );
  }
  const mark = was.subarray(0, 3).equals(byteOrderMark) ? "\ufeff" : "";
  await replaceFile(file, was, mark + changed);
}

const byteOrderMark = Buffer.from("\ufeff");

function checkName(name: string): void {
  const problem = nameProblem(name);
  if (problem !== null)
    throw new UsageError("usage", `${JSON.stringify(name)} cannot be a name: ${problem}`);
}

/** Without the keys that are not given. */
function toEntry(value: object): Entry {
  return parseDocument(stringify(value)).toJS();
}
