import { isRecord } from "../../src/lib/json.ts";
import { customerLens } from "../../src/providers/stripe/lens.ts";
import { testProvider } from "./provider.ts";
import { customers } from "./provider-stripe-records.ts";

testProvider({
  provider: "stripe",
  vendor: "stripe",
  signIn: async (sandbox) => sandbox.describe().credentials["api_key"] ?? "",
  tellsTimes: true,
  pageSize: 100,
  listed: (body) =>
    isRecord(body) && Array.isArray(body["data"]) ? body["data"].filter(isRecord) : [],
  spoil: (record, text) => {
    record["name"] = text;
  },
  lens: customerLens,
  records: customers,
  reveals: () => false,
  losses: (before, after) =>
    (["id", "livemode", "created", "metadata"] as const).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    ),
});
