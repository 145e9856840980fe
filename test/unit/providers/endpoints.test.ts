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

describe("an environment", () => {
  const provider = {
    title: "Books",
    vendor: "books",
    endpoints: {
      api: "https://api.books.test",
      authorize: "https://sign-in.books.test/authorize",
      token: "https://sign-in.books.test/token",
    },
    environments: {
      sandbox: { api: "https://sandbox.books.test" },
      trial: { authorize: "https://trial.books.test/go", token: "https://trial.books.test/token" },
    },
  };
  const { api, authorize, token } = provider.endpoints;
  const { sandbox, trial } = provider.environments;

  it.each([
    ["none is named", undefined, {}, { api, authorize, token }],
    ["production is", "production", {}, { api, authorize, token }],
    ["it moves the API alone", "sandbox", {}, { ...sandbox, authorize, token }],
    ["it moves the sign-in alone", "trial", {}, { api, ...trial }],
    [
      "an endpoint is moved over it",
      "trial",
      { token: "https://proxy.test/t" },
      { api, ...trial, token: "https://proxy.test/t" },
    ],
    [
      "the whole is moved over it, with its paths",
      "trial",
      { api: "http://127.0.0.1:4001" },
      {
        api: "http://127.0.0.1:4001",
        authorize: "http://127.0.0.1:4001/go",
        token: "http://127.0.0.1:4001/token",
      },
    ],
  ])("moves what it says, where %s", (_name, environment, overrides, expected) => {
    expect(resolveEndpoints(provider, overrides, { environment })).toEqual(expected);
  });

  it.each([
    [provider, "sandbx", "production, sandbox, trial"],
    [provider, "", "production, sandbox, trial"],
    [provider, "constructor", "production, sandbox, trial"],
    [stripe, "sandbox", "production"],
  ])("that is none of %o is refused, and the known ones are named", (of, environment, known) => {
    const resolve = () => resolveEndpoints(of, {}, { environment });
    expect(resolve).toThrow(
      expect.objectContaining({
        code: "config-invalid",
        message: `apps.${of.vendor}.environment is none of the environments of ${of.title}`,
        hint: `Set it to one of: ${known}.`,
      }),
    );
  });

  it("that the provider itself names production moves as any other", () => {
    const moved = { ...provider, environments: { production: { api: "https://live.books.test" } } };
    expect(resolveEndpoints(moved, {}).api).toBe("https://live.books.test");
  });
});
