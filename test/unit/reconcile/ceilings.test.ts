import { describe, expect, it } from "vitest";
import { ceilingsReached } from "../../../src/reconcile/ceilings.ts";
import type { Tally } from "../../../src/reconcile/ceilings.ts";

const tally = (some: Partial<Tally>): Tally => ({
  mappings: 100,
  lost: 0,
  recentlyLost: 0,
  changed: 0,
  ...some,
});
const reached = (some: Partial<Tally>, share = 0.2) =>
  ceilingsReached(tally(some), share)[0]?.stop ?? null;

describe("the ceilings (law 7)", () => {
  it("let two deletes pass, of however few", () => {
    expect(reached({ mappings: 2, lost: 2 })).toBeNull();
    expect(reached({ mappings: 3, lost: 3 })).toBe("deletes");
  });

  it("stop at more than a third, whatever the configured share", () => {
    expect(reached({ mappings: 9, lost: 3 }, 1)).toBeNull();
    expect(reached({ mappings: 9, lost: 4 }, 1)).toBe("deletes");
  });

  it("stop at more than the configured share", () => {
    expect(reached({ lost: 20 })).toBeNull();
    expect(reached({ lost: 21 })).toBe("deletes");
    expect(reached({ lost: 6 }, 0.05)).toBe("deletes");
  });

  it("count what went missing in the 24 hours before as well", () => {
    expect(reached({ lost: 1, recentlyLost: 19 })).toBeNull();
    expect(reached({ lost: 1, recentlyLost: 20 })).toBe("deletes");
  });

  it("do not stop for what was lost before, when nothing is lost now", () => {
    expect(reached({ recentlyLost: 60 })).toBeNull();
  });

  it("stop where more than half of 50 or more changed at once, and not for fewer", () => {
    expect(reached({ changed: 50 })).toBeNull();
    expect(reached({ changed: 51 })).toBe("changes");
    expect(reached({ mappings: 49, changed: 49 })).toBeNull();
    expect(reached({ mappings: 50, changed: 26 })).toBe("changes");
  });
});
