/** Reads `a[b]=1&c[0]=2&c[]=3` as OpenAPI's style deepObject means it: objects, and lists where all keys are numbers. */
export function parseDeepObject(text: string): Record<string, unknown> {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = "", ...rest] = name.split("[").map((part) => part.replace(/\]$/, ""));
    grow(root, [first, ...rest], value);
  }
  return Object.fromEntries([...root].map(([name, value]) => [name, plain(value)]));
}

interface Branch extends Map<string, string | Branch> {}

function grow(branch: Branch, [first = "", ...rest]: readonly string[], value: string): void {
  const key = first === "" ? String(branch.size) : first;
  if (rest.length === 0) {
    branch.set(key, value);
    return;
  }
  const present = branch.get(key);
  const child: Branch = typeof present === "object" ? present : new Map();
  branch.set(key, child);
  grow(child, rest, value);
}

function plain(value: string | Branch): unknown {
  if (typeof value === "string") return value;
  const entries = [...value].map(([key, inner]) => [key, plain(inner)] as const);
  return entries.every(([key]) => /^\d+$/.test(key))
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries);
}
