/** The languages in which a country's name is understood. */
const languages = "en de fr es it pt nl pl cs da sv nb fi tr el hu ro uk ru ja zh ko".split(" ");

/** Names in daily use that are no language's official one. */
const usual: Readonly<Record<string, string>> = {
  usa: "US",
  "u.s.a.": "US",
  "u.s.": "US",
  "united states of america": "US",
  america: "US",
  uk: "GB",
  "u.k.": "GB",
  "great britain": "GB",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  "northern ireland": "GB",
  holland: "NL",
  "the netherlands": "NL",
  "czech republic": "CZ",
  turkey: "TR",
};

/** Codes that CLDR names and that no address has: unions, islands without a post, test regions. */
const noCountries = new Set("EU EZ UN QO XA XB ZZ CP CQ DG EA IC".split(" "));

let codesByName: ReadonlyMap<string, string> | null = null;

/** The present ISO 3166-1 code of a country given as a code or by name; null where it is neither. */
export function countryCode(text: string): string | null {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(usual, name)) return usual[name] ?? null;
  if (/^[a-z]{2}$/.test(name)) return presentCode(name.toUpperCase());
  codesByName ??= indexNames();
  return codesByName.get(name) ?? null;
}

const presentCodes = new Map<string, string | null>();

/** "DD" became "DE", "UK" is "GB"; null for a pair of letters that names no country. */
function presentCode(code: string): string | null {
  const known = presentCodes.get(code);
  if (known !== undefined) return known;
  const present = new Intl.Locale(`und-${code}`).region ?? code;
  const named = english.of(present) !== undefined && !noCountries.has(present);
  presentCodes.set(code, named ? present : null);
  return named ? present : null;
}

const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

function indexNames(): ReadonlyMap<string, string> {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
  const codes = letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => presentCode(code) === code);
  const names = new Map<string, string>();
  for (const language of languages) {
    const display = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    for (const code of codes) {
      const name = display.of(code)?.toLowerCase();
      if (name !== undefined && !names.has(name)) names.set(name, code);
    }
  }
  return names;
}
