import { isRecord } from "../../src/lib/json.ts";
import { contactLens } from "../../src/providers/hubspot/lens.ts";
import { testProvider } from "./provider.ts";
import { contacts, losses, signIn } from "./provider-hubspot-records.ts";

testProvider({
  provider: "hubspot",
  vendor: "hubspot",
  signIn,
  tellsTimes: false,
  pageSize: 100,
  listed: (body) =>
    isRecord(body) && Array.isArray(body["results"]) ? body["results"].filter(isRecord) : [],
  spoil: (record, text) => {
    record["properties"] = { company: text };
  },
  lens: contactLens,
  records: contacts,
  reveals: () => false,
  losses,
});
