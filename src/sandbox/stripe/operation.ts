import type { Cause } from "./events.ts";
import type { Form } from "./form.ts";
import type { Permission } from "./keys.ts";

export interface Call {
  /** The id in the path; empty where there is none. */
  readonly id: string;
  /** Of the query, or of a POST's body. */
  readonly form: Form;
  readonly cause: Cause;
}

export interface Result {
  readonly body: unknown;
  readonly wrote?: boolean;
}

export interface Operation {
  readonly method: "GET" | "POST" | "DELETE";
  /** As the API description writes it. */
  readonly template: string;
  readonly permission: Permission;
  /** Reads the parameters, refusing what does not fit; what it returns then carries the request out. */
  prepare(call: Call): () => Result;
}
