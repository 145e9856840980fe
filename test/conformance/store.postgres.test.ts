import { describe } from "vitest";
import { eachDatabase } from "../support/databases.ts";
import { testStore } from "./store.ts";

describe.each(eachDatabase.filter(({ name }) => name === "postgres"))(
  "the store on $name",
  testStore,
);
