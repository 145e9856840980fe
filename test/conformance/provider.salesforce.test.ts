import { isRecord } from "../../src/lib/json.ts";
import { contactLens } from "../../src/providers/salesforce/lens.ts";
import { testProvider } from "./provider.ts";
import { contacts, losses, signIn } from "./provider-salesforce-records.ts";

testProvider({
  provider: "salesforce",
  vendor: "salesforce",
  signIn,
  tellsTimes: true,
  pageSize: 2000,
  listed: (body) =>
    isRecord(body) && Array.isArray(body["records"]) ? body["records"].filter(isRecord) : [],
  spoil: (record, text) => {
    record["Description"] = text;
  },
  lens: contactLens,
  records: contacts,
  reveals: () => false,
  losses,
});
