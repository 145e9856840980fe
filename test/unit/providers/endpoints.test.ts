import { describe, expect, it } from "vitest";
import { resolveEndpoints } from "../../../src/providers/endpoints.ts";
import { gmail } from "../../../src/providers/gmail/index.ts";
import { stripe } from "../../../src/providers/stripe/index.ts";

describe("the endpoints of a connection", () => {
  it("are the provider's own where the configuration moves none", () => {
    expect(resolveEndpoints(gmail, {})).toEqual(gmail.endpoints);
    expect(resolveEndpoints(stripe, {})).toEqual(stripe.endpoints);
  });

  it("all move to the origin of `api`, each with its path", () => {
    expect(resolveEndpoints(gmail, { api: "http://127.0.0.1:4001/" })).toEqual({
      api: "http://127.0.0.1:4001",
      authorize: "http://127.0.0.1:4001/o/oauth2/v2/auth",
      token: "http://127.0.0.1:4001/token",
      revoke: "http://127.0.0.1:4001/revoke",
    });
    expect(resolveEndpoints(stripe, { api: "http://127.0.0.1:4002" })).toEqual({
      api: "http://127.0.0.1:4002",
      authorize: "http://127.0.0.1:4002/oauth/authorize",
      token: "http://127.0.0.1:4002/oauth/token",
      revoke: "http://127.0.0.1:4002/oauth/deauthorize",
    });
  });

  it("take each one that is moved by itself", () => {
    const token = "https://proxy.example.com/google/token";
    expect(resolveEndpoints(gmail, { token })).toEqual({ ...gmail.endpoints, token });
    const moved = resolveEndpoints(gmail, { api: "http://127.0.0.1:4001", token });
    expect(moved.token).toBe(token);
    expect(moved.revoke).toBe("http://127.0.0.1:4001/revoke");
  });

  it("are no more than the provider has", () => {
    const provider = { endpoints: { api: "https://api.example.com" } };
    expect(resolveEndpoints(provider, { api: "http://127.0.0.1:1" })).toEqual({
      api: "http://127.0.0.1:1",
    });
  });
});
