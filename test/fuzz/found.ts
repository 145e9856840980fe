import type { Json } from "../../src/lib/json.ts";
import { orders } from "./wire.ts";

/** An input that once did harm, and what it did. */
export interface Found {
  readonly harm: string;
  readonly target: string;
  readonly input: Json;
}

const customer = { id: "cus_1", object: "customer" };

/** What fuzzing found, kept so that it stays mended. */
export const found: readonly Found[] = [
  {
    harm: "an account without an id was signed in to",
    target: "stripe-answers",
    input: { verb: "account", answers: [{ status: 200, headers: {}, body: { id: "" } }] },
  },
  {
    harm: "a state that is an object without a text form stopped a whole page",
    target: "freshbooks-record",
    input: { vis_state: { toString: null } },
  },
  {
    harm: "any program on the machine could end a sign-in by a request for what is no address",
    target: "loopback",
    input: { method: "GET", target: "//", host: "HOST" },
  },
  {
    harm: "a wait of a billion years became a time that cannot be written",
    target: "waits",
    input: { wait: "9".repeat(400), date: "", message: "" },
  },
  {
    harm: "so did a date of another age",
    target: "waits",
    input: { wait: "Sat, 13 Sep 275760 00:00:00 GMT", date: "", message: "" },
  },
  {
    harm: "a token of endless life could not be stored",
    target: "token-endpoint",
    input: {
      status: 200,
      type: "application/json",
      wait: "",
      body: { access_token: "a", token_type: "Bearer", expires_in: 1e300 },
    },
  },
  {
    harm: "nor could a grant of endless life",
    target: "token-endpoint",
    input: {
      status: 200,
      type: "application/json",
      wait: "",
      body: { access_token: "a", token_type: "Bearer", refresh_token_expires_in: 253_402_300_800 },
    },
  },
  {
    harm: "an event of another age failed its page",
    target: "stripe-page",
    input: [{ ...customer, created: 8_901_234_567_890 }],
  },
  {
    harm: "an id with a line end was another id in the database",
    target: "stripe-page",
    input: [{ ...customer, id: "cus_1\n" }],
  },
  {
    harm: "an id with half a character was another id in the database",
    target: "gmail-page",
    input: [{ resourceName: "people/\ud800" }],
  },
  {
    harm: "an address with half a character was another one in the database",
    target: "gmail-page",
    input: [{ resourceName: "people/c1", emailAddresses: [{ value: "e@\ud800" }] }],
  },
  {
    harm: "customers with an empty address were all one client",
    target: "stripe-page",
    input: [
      { ...customer, email: "" },
      { ...customer, id: "cus_2", email: " " },
    ],
  },
  {
    harm: "a record nested too deeply failed its page",
    target: "gmail-page",
    input: [orders.deepList(12_500), { resourceName: "people/c1", names: orders.deepList(9000) }],
  },
  {
    harm: "a page token with half a character failed as a defect of ours",
    target: "stripe-cursor",
    input: { cursor: null, page: '{"start":1,"after":"\\ud800"}' },
  },
  {
    harm: "half a character of an address could not be sent back",
    target: "stripe-answers",
    input: {
      verb: "update",
      answers: [
        {
          status: 200,
          headers: {},
          body: { ...customer, address: { city: "Berlin", country: "\udf7d" } },
        },
      ],
    },
  },
  {
    harm: "a list whose page is its own next one was read for ever",
    target: "gmail-answers",
    input: { verb: "find", answers: [{ status: 200, headers: {}, body: { nextPageToken: "t" } }] },
  },
  {
    harm: "so was one that goes on behind its own last entry",
    target: "stripe-answers",
    input: {
      verb: "pull",
      answers: [{ status: 200, headers: {}, body: { data: [customer], has_more: true } }],
    },
  },
  {
    harm: "an alias that leads nowhere failed as a defect of ours",
    target: "config-insert",
    input: { text: "a: [*b]\n", path: ["orgs", "b"] },
  },
  {
    harm: "a line end between two pieces of a file moved every line number by one",
    target: "csv-import",
    input: { text: "sep=;\r\n.", bytes: [], size: 1 },
  },
];
