import { isRecord, type JsonRecord } from "../../../support/json.ts";
import type { Access } from "../../../../src/providers/provider.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import { signIn } from "../../../conformance/provider-freshbooks-records.ts";
import { openRoom, type Room } from "../../../conformance/provider-room.ts";

export type FreshbooksRoom = Room & {
  /** Somebody else at work in the same business; the client as it is answered. */
  ask(method: string, id: string | null, client?: JsonRecord): Promise<JsonRecord>;
};

/** The adapter before its sandbox, in the first business unless `access` says otherwise. */
export async function enterFreshbooks(
  clients: number,
  access: Partial<Access> = {},
): Promise<FreshbooksRoom> {
  const entrance = {
    provider: "freshbooks",
    vendor: "freshbooks",
    signIn,
    accountHint: (sandbox: Room["sandbox"]) => sandbox.describe().credentials["account"] ?? "",
  };
  const room = await openRoom(entrance, { clients, access });
  const { account = "", access_token: token = "" } = room.sandbox.describe().credentials;
  return {
    ...room,
    ask: async (method, id, client) => {
      const path = `/accounting/account/${account}/users/clients${id === null ? "" : `/${id}`}`;
      const response = await fetch(`${room.sandbox.origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(client === undefined ? {} : { body: JSON.stringify({ client }) }),
      });
      const body: unknown = await response.json();
      const found = inside(inside(inside(body, "response"), "result"), "client");
      if (!isRecord(found)) throw new Error(`${method} ${path}: ${response.status}`);
      return found;
    },
  };
}

function inside(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** "230004 present Ana" */
export function told(seen: Observation): string {
  return `${seen.externalId} ${seen.state} ${String(seen.fields["name"] ?? "")}`.trim();
}
