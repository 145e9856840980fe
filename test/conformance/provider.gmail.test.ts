import { isRecord } from "../../src/lib/json.ts";
import { personLens } from "../../src/providers/gmail/lens.ts";
import { testProvider } from "./provider.ts";
import { losses, people, reveals, signIn } from "./provider-gmail-records.ts";

testProvider({
  provider: "gmail",
  vendor: "google",
  signIn,
  tellsTimes: true,
  pageSize: 500,
  listed: (body) =>
    isRecord(body) && Array.isArray(body["connections"])
      ? body["connections"].filter(isRecord)
      : [],
  spoil: (record, text) => {
    record["biographies"] = [{ value: text }];
  },
  lens: personLens,
  records: people,
  reveals,
  losses,
});
