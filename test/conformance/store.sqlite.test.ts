import { describe } from "vitest";
import { eachDatabase } from "../support/databases.ts";
import { testStore } from "./store.ts";

const databases = eachDatabase.filter(({ name }) => name === "sqlite");

describe.each(databases)("the store on $name", (database) => {
  testStore(database);
});
