import { isRecord } from "../../src/lib/json.ts";
import { customerLens } from "../../src/providers/quickbooks/lens.ts";
import { testProvider } from "./provider.ts";
import { accountHint, customers, losses, reveals, signIn } from "./provider-quickbooks-records.ts";

testProvider({
  provider: "quickbooks",
  vendor: "quickbooks",
  signIn,
  accountHint,
  tellsTimes: false,
  pageSize: 1000,
  listed: (body) => {
    const response = isRecord(body) ? body["QueryResponse"] : undefined;
    const list = isRecord(response) ? response["Customer"] : undefined;
    return Array.isArray(list) ? list.filter(isRecord) : [];
  },
  spoil: (record, text) => {
    record["Notes"] = text;
  },
  lens: customerLens,
  records: customers,
  reveals,
  losses,
});
