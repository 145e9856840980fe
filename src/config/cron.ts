const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const dayNames = "sun mon tue wed thu fri sat".split(" ");

const fields = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of the month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: monthNames },
  { name: "day of the week", min: 0, max: 7, names: dayNames },
] as const;

/** What is wrong with a cron expression of five fields; null for a good one. */
export function cronProblem(expression: string): string | null {
  const parts = expression.trim().split(/\s+/);
  const example = 'such as "*/5 * * * *" (every five minutes)';
  if (parts.length !== fields.length) return `must be a cron expression of five fields, ${example}`;
  const wrong = fields.find((field, index) => !isFieldOf(parts[index] ?? "", field));
  return wrong === undefined
    ? null
    : `must be a cron expression, ${example}; its ${wrong.name} is not one from ${wrong.min} to ${wrong.max}`;
}

function isFieldOf(text: string, field: (typeof fields)[number]): boolean {
  return text.split(",").every((item) => {
    const [range = "", step, ...rest] = item.split("/");
    if (rest.length > 0) return false;
    if (step !== undefined && !(/^\d{1,2}$/.test(step) && Number(step) > 0)) return false;
    if (range === "*") return true;
    const ends = range.split("-").map((end) => valueOf(end, field));
    if (ends.length > 2 || ends.some((end) => end === null)) return false;
    return ends.length === 1 || Number(ends[0]) <= Number(ends[1]);
  });
}

function valueOf(text: string, field: (typeof fields)[number]): number | null {
  const named = (field.names as readonly string[]).indexOf(text.toLowerCase());
  if (named >= 0) return named + field.min;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : null;
}
