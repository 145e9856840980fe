import { describe, expect, it } from "vitest";
import { minorDigits, moneyText, parseMoney, scaleMoney } from "../../../src/model/money.ts";
import { stripeMoney } from "../../../src/providers/stripe/money.ts";

const money = (amountMinor: number, currency: string) => ({ amountMinor, currency });

describe("minorDigits", () => {
  it("follows ISO 4217, also where shops and CLDR do not", () => {
    const digits = ["USD", "JPY", "KWD", "CLF", "ISK", "UGX", "MGA", "AFN", "IQD", "HUF", "TWD"];
    expect(digits.map(minorDigits)).toEqual([2, 0, 3, 4, 0, 0, 2, 2, 3, 2, 2]);
  });
});

describe("parseMoney", () => {
  it("reads decimals digit by digit", () => {
    expect(parseMoney("750.00", "USD")).toEqual(money(75_000, "USD"));
    expect(parseMoney("-0.1", "eur")).toEqual(money(-10, "EUR"));
    expect(parseMoney("8.2", "BHD")).toEqual(money(8200, "BHD"));
    expect(parseMoney("1200.00", "JPY")).toEqual(money(1200, "JPY"));
    // As floats these would be 1.1500000000000001 times a hundred, and 9007199254740.993.
    expect(parseMoney("1.15", "USD")).toEqual(money(115, "USD"));
    expect(parseMoney("90071992547409.91", "USD")).toEqual(money(9_007_199_254_740_991, "USD"));
    expect(Object.is(parseMoney("-0", "USD")?.amountMinor, 0)).toBe(true);
  });

  it("refuses what it could only guess", () => {
    for (const text of ["", "1,5", "1e3", " ", "0x10", "1.005", "90071992547409.92", "NaN"])
      expect([text, parseMoney(text, "USD")]).toEqual([text, null]);
    expect(parseMoney("1.5", "JPY")).toBeNull();
    expect(parseMoney("1.00", "dollars")).toBeNull();
  });
});

describe("scaleMoney and Stripe's own units", () => {
  it("turn Stripe's amounts into those of ISO 4217", () => {
    expect(stripeMoney(1050, "eur")).toEqual(money(1050, "EUR"));
    expect(stripeMoney(500, "jpy")).toEqual(money(500, "JPY"));
    expect(stripeMoney(5120, "kwd")).toEqual(money(5120, "KWD"));
    expect(stripeMoney(500, "isk")).toEqual(money(5, "ISK"));
    expect(stripeMoney(500, "ugx")).toEqual(money(5, "UGX"));
    expect(stripeMoney(500, "mga")).toEqual(money(50_000, "MGA"));
    expect(stripeMoney(501, "isk")).toBeNull();
    expect(stripeMoney(1.5, "usd")).toBeNull();
    expect(scaleMoney(Number.MAX_SAFE_INTEGER, 0, "USD")).toBeNull();
  });
});

describe("moneyText", () => {
  it("shows as many decimals as the currency has", () => {
    expect(moneyText(money(-5, "USD"))).toBe("-0.05 USD");
    expect(moneyText(money(1050, "JPY"))).toBe("1050 JPY");
    expect(moneyText(money(8200, "BHD"))).toBe("8.200 BHD");
  });
});
