/** Parameters as Stripe nests them: `address[line1]=a`, `expand[0]=b`, `expand[]=b`. */
export interface Form extends ReadonlyMap<string, string | Form> {}

interface GrowingForm extends Map<string, string | GrowingForm> {}

export function parseForm(pairs: Iterable<readonly [string, string]>): Form {
  const root: GrowingForm = new Map();
  for (const [name, value] of pairs) {
    const path = pathOf(name);
    let form = root;
    for (const part of path.slice(0, -1)) form = childOf(form, part);
    const last = path.at(-1) ?? name;
    form.set(last === "" ? String(form.size) : last, value);
  }
  return root;
}

/** The same parameters in one order, to tell whether two requests are the same. */
export function canonicalForm(form: Form): string {
  const entries = [...form].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(
    entries.map(([name, value]) => [
      name,
      typeof value === "string" ? value : canonicalForm(value),
    ]),
  );
}

function pathOf(name: string): readonly string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  return [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
}

function childOf(form: GrowingForm, name: string): GrowingForm {
  const key = name === "" ? String(form.size) : name;
  const present = form.get(key);
  if (present !== undefined && typeof present !== "string") return present;
  const child: GrowingForm = new Map();
  form.set(key, child);
  return child;
}
