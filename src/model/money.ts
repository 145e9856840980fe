/** An amount in the currency's minor unit: 1050 EUR are 10.50 euros, 1050 JPY are 1050 yen. */
export interface Money {
  /** A safe integer; below zero where money goes the other way. */
  readonly amountMinor: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/**
 * Currencies of ISO 4217 (list one) that have another number of decimals than two. `Intl.NumberFormat` is no help:
 * its digits are CLDR's, which follow what is printed in shops (none for AFN, ALL, IQD, and more).
 * https://www.six-group.com/en/products-services/financial-information/data-standards.html
 */
const digits: ReadonlyMap<string, number> = new Map([
  ..."BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    .split(" ")
    .map((code) => [code, 0] as const),
  ..."BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3] as const),
  ..."CLF UYW".split(" ").map((code) => [code, 4] as const),
]);

/** How many decimals the currency's minor unit has. */
export function minorDigits(currency: string): number {
  return digits.get(currency) ?? 2;
}

/** The code in upper case; null for what is none. */
export function currencyCode(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? code : null;
}

/**
 * Reads a decimal text ("-12.5", "1200") as money, digit by digit: a float would lose a cent somewhere. null where it
 * is no plain decimal, is finer than the currency's minor unit, or too large to be exact.
 */
export function parseMoney(decimal: string, currency: string): Money | null {
  const code = currencyCode(currency);
  const [, sign = "", whole = "", fraction = ""] =
    /^(-?)(\d{1,15})(?:\.(\d{1,15}))?$/.exec(decimal.trim()) ?? [];
  if (code === null || whole === "") return null;
  const places = minorDigits(code);
  if (/[^0]/.test(fraction.slice(places))) return null;
  const amount = Number(whole + fraction.slice(0, places).padEnd(places, "0"));
  return Number.isSafeInteger(amount) ? money(sign === "-" ? -amount : amount, code) : null;
}

/**
 * An integer amount with so many decimals, as money: providers have units of their own. null where it cannot be told
 * in the currency's minor unit.
 */
export function scaleMoney(amount: number, decimals: number, currency: string): Money | null {
  const code = currencyCode(currency);
  if (code === null || !Number.isSafeInteger(amount)) return null;
  const shift = minorDigits(code) - decimals;
  const scaled = shift >= 0 ? amount * 10 ** shift : amount / 10 ** -shift;
  return Number.isSafeInteger(scaled) ? money(scaled, code) : null;
}

/** "-12.50 EUR", "1050 JPY". */
export function moneyText({ amountMinor, currency }: Money): string {
  const places = minorDigits(currency);
  const all = String(Math.abs(amountMinor)).padStart(places + 1, "0");
  const whole = all.slice(0, all.length - places);
  const fraction = places === 0 ? "" : `.${all.slice(-places)}`;
  return `${amountMinor < 0 ? "-" : ""}${whole}${fraction} ${currency}`;
}

/** Minus zero is no amount. */
function money(amountMinor: number, currency: string): Money {
  return { amountMinor: amountMinor === 0 ? 0 : amountMinor, currency };
}
