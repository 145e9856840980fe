import type { Client } from "../model/client.ts";
import { emailIdentity, identityText, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey, IdentityKind } from "../model/identity.ts";
import type { Store } from "../store/ports.ts";
import type { RowEdit } from "./row-edit.ts";

/** Whose row it is: a client and by what it was found, or nobody's yet. */
export interface Owner {
  readonly client: Client | null;
  readonly by: "id" | "email" | "phone" | null;
}

export interface Owners {
  /** Reads the owners of these rows at once; `of` answers from them until `forget`. */
  lookUp(edits: readonly RowEdit[]): Promise<void>;
  forget(): void;
  /** What may tell whose the row is, as texts. */
  keysOf(edit: RowEdit): readonly string[];
  /** By id, then by e-mail, then by phone where the organization lists it (law 8); a problem where it cannot be told. */
  of(edit: RowEdit): Promise<Owner | { readonly problem: string }>;
  /** Called when a row was taken, so that a later one about the same client is told. */
  remember(edit: RowEdit, owner: Owner, line: number): void;
}

interface Rows {
  readonly store: Store;
  readonly match: readonly IdentityKind[];
  /** null before anything of the organization was stored. */
  orgId(): Promise<string | null>;
}

/**
 * Finds whose rows a file's rows are. It keeps a line number for each identity and client of the file: some hundred
 * bytes a row.
 */
export function createOwners(rows: Rows): Owners {
  const lines = new Map<string, number>();
  const kinds = rows.match.includes("phone") ? ["e-mail address", "phone"] : ["e-mail address"];
  let orgId: string | null = null;
  let known: Known | null = null;
  const identitiesOf = (edit: RowEdit): Keys => ({
    id: edit.id,
    email: keyOf(edit, "email", emailIdentity),
    phone: rows.match.includes("phone") ? keyOf(edit, "phone", phoneIdentity) : null,
  });
  const read = async (keys: readonly Keys[]) => {
    orgId ??= await rows.orgId();
    return orgId === null ? nothing : await readKnown(rows.store, orgId, keys);
  };
  const textsOf = ({ email, phone }: Keys) => [email, phone].flatMap((key) => textOf(key) ?? []);
  return {
    lookUp: async (edits) => {
      known = await read(edits.map(identitiesOf));
    },
    forget: () => {
      known = null;
    },
    keysOf: (edit) => textsOf(identitiesOf(edit)),
    of: async (edit) => {
      const keys = identitiesOf(edit);
      const { email, phone } = keys;
      const lineOf = (key: IdentityKey | null) => lines.get(textOf(key) ?? "");
      const same = lineOf(email ?? phone);
      if (same !== undefined)
        return {
          problem: `the ${email === null ? "phone" : "e-mail"} is the same as on line ${same}`,
        };
      const found = ownerAmong(known ?? (await read([keys])), keys);
      const line = found.client === null ? undefined : lines.get(found.client.id);
      if (line !== undefined) return { problem: `line ${line} is about the same client` };
      // A client that nothing tells apart would be added again with every import.
      if (found.client === null && email === null && phone === null)
        return { problem: `it has no ${kinds.join(" or ")} that tells whose it is` };
      if (email === null || phone === null || found.by === "id" || found.by === "email")
        return found;
      // Known by its phone alone, the address is a new one: two people may share a phone.
      const other = lineOf(phone);
      if (other !== undefined) return { problem: `the phone is the same as on line ${other}` };
      const has = found.client?.fields["email"] ?? null;
      return has === null ? found : { problem: `the phone is that of client ${String(has)}` };
    },
    remember: (edit, { client }, line) => {
      for (const text of textsOf(identitiesOf(edit))) lines.set(text, line);
      if (client !== null) lines.set(client.id, line);
    },
  };
}

interface Keys {
  readonly id: string | null;
  readonly email: IdentityKey | null;
  readonly phone: IdentityKey | null;
}

/** Living clients of the organization by their ids, and whose each identity is. */
interface Known {
  readonly clients: ReadonlyMap<string, Client>;
  readonly owners: ReadonlyMap<string, string>;
}

const nothing: Known = { clients: new Map(), owners: new Map() };

function keyOf(
  edit: RowEdit,
  field: string,
  identity: (text: string) => IdentityKey | null,
): IdentityKey | null {
  const value = edit.fields[field];
  return typeof value === "string" ? identity(value) : null;
}

function textOf(key: IdentityKey | null): string | null {
  return key === null ? null : identityText(key);
}

async function readKnown(store: Store, orgId: string, all: readonly Keys[]): Promise<Known> {
  const keys = all.flatMap(({ email, phone }) => [email ?? [], phone ?? []].flat());
  return await store.work.read(async (reader) => {
    const identities = await reader.identities(orgId, keys);
    const ids = [...all.flatMap(({ id }) => id ?? []), ...identities.map((one) => one.clientId)];
    const clients = await reader.clients([...new Set(ids)]);
    const living = clients.filter((one) => one.orgId === orgId && one.removedAt === null);
    return {
      clients: new Map(living.map((one) => [one.id, one])),
      owners: new Map(identities.map((one) => [identityText(one), one.clientId])),
    };
  });
}

function ownerAmong({ clients, owners }: Known, { id, email, phone }: Keys): Owner {
  const living = (clientId: string | null) => clients.get(clientId ?? "") ?? null;
  const ownerOf = (key: IdentityKey | null) => living(owners.get(textOf(key) ?? "") ?? null);
  const candidates = [
    { client: living(id), by: "id" },
    { client: ownerOf(email), by: "email" },
    { client: ownerOf(phone), by: "phone" },
  ] as const;
  return candidates.find(({ client }) => client !== null) ?? { client: null, by: null };
}
