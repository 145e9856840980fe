import { isRecord } from "../../src/lib/json.ts";
import { clientLens } from "../../src/providers/freshbooks/lens.ts";
import { testProvider } from "./provider.ts";
import { clients, losses, reveals, signIn } from "./provider-freshbooks-records.ts";

testProvider({
  provider: "freshbooks",
  vendor: "freshbooks",
  signIn,
  accountHint: (sandbox) => sandbox.describe().credentials["account"] ?? "",
  tellsTimes: true,
  pageSize: 100,
  // The deleted ones are in a list of their own.
  quietRequests: 2,
  listed: (body) => {
    const response = isRecord(body) && isRecord(body["response"]) ? body["response"] : {};
    const { clients: entries } = isRecord(response["result"]) ? response["result"] : {};
    return Array.isArray(entries) ? entries.filter(isRecord) : [];
  },
  spoil: (record, text) => {
    record["note"] = text;
  },
  lens: clientLens,
  records: clients,
  reveals,
  losses,
});
