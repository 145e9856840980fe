import { describe } from "vitest";
import { eachDatabase } from "../support/databases.ts";
import { testStore } from "./store.ts";

describe.each(eachDatabase.filter(({ name }) => name === "sqlite"))(
  "the store on $name",
  testStore,
);
