import type { Knex } from "knex";

/** knex would print to stdout, values and all; whatever fails is thrown as well. */
export const silentKnexLog: Knex.Logger = {
  debug: () => {},
  warn: () => {},
  error: () => {},
  deprecate: () => {},
};
