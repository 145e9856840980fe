import type { VariableSource } from "./config.ts";
import type { VariableLookup } from "./environment.ts";

/** A text after its variables were put in. */
export interface Substitution {
  readonly text: string;
  /** In the order of the text; empty where there was no variable in it. */
  readonly uses: readonly { readonly name: string; readonly from: VariableSource }[];
  /** What is wrong with how a variable is written; null where nothing is. */
  readonly problem: string | null;
}

/**
 * Puts variables into one text: `${NAME}`, `${NAME:-default}`, and `$${` for a plain `${`. A variable that is
 * unset or empty takes its default. Values are put in as they are: nothing in them is read again.
 */
export function substitute(text: string, lookUp: VariableLookup): Substitution {
  const uses: { name: string; from: VariableSource }[] = [];
  let problem: string | null = null;
  const result = text.replace(
    /\$(\$?)\{([^}]*)(\}?)/g,
    (whole, escape: string, inside: string, end: string) => {
      if (escape !== "") return whole.slice(1);
      const [, name, fallback] = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) ?? [];
      if (name === undefined || end === "") {
        problem = "a variable is written ${NAME} or ${NAME:-default}; a plain ${ is written $${";
        return "";
      }
      const found = lookUp(name);
      uses.push({ name, from: found?.from ?? (fallback === undefined ? "unset" : "default") });
      return found?.value ?? fallback ?? "";
    },
  );
  return { text: result, uses, problem };
}
