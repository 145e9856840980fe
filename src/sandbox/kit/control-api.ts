import type { SandboxControl } from "./control.ts";
import { parseFaults } from "./fault-input.ts";
import { BadInput, isObject, readFields } from "./input.ts";
import type { SandboxAnswer, SandboxRequest } from "./vendor.ts";

const root = "/_sandbox/";

export function isControlPath(url: string): boolean {
  return url.startsWith(root);
}

/** The control API: JSON in, JSON out. A field that a route does not know is refused. */
export function answerControl(control: SandboxControl, request: SandboxRequest): SandboxAnswer {
  const name = request.path.slice(root.length);
  const routes = Object.hasOwn(resources, name) ? resources[name] : undefined;
  if (routes === undefined)
    return problem(404, `There is ${Object.keys(resources).join(", ")} under ${root}.`);
  const answer = routes[request.method];
  if (answer === undefined)
    return problem(405, `${request.path} takes ${Object.keys(routes).join(", ")}.`);
  try {
    return { status: 200, body: answer(control, parseBody(request.body), request.query) };
  } catch (error) {
    if (error instanceof BadInput) return problem(400, error.message);
    throw error;
  }
}

type Route = (control: SandboxControl, body: unknown, query: URLSearchParams) => unknown;

const done = { ok: true };

const resources: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  state: { GET: (control) => control.state() },
  credentials: { GET: (control) => control.describe() },
  reset: {
    POST: (control, body) => {
      const fields = readFields(body, ["seed", "clients"]);
      const seed = fields.count("seed");
      const clients = fields.count("clients");
      control.reset({
        ...(seed === undefined ? {} : { seed }),
        ...(clients === undefined ? {} : { clients }),
      });
      return done;
    },
  },
  clock: {
    GET: clockOf,
    POST: (control, body) => {
      const fields = readFields(body, ["now", "advance_ms", "offset_ms"]);
      const now = fields.instant("now");
      const advanceMs = fields.number("advance_ms");
      const offsetMs = fields.number("offset_ms");
      if ([now, advanceMs, offsetMs].filter((given) => given !== undefined).length !== 1)
        throw new BadInput("Give exactly one of now, advance_ms and offset_ms.");
      control.moveClock({
        ...(now === undefined ? {} : { now }),
        ...(advanceMs === undefined ? {} : { advanceMs }),
        ...(offsetMs === undefined ? {} : { offsetMs }),
      });
      return clockOf(control);
    },
  },
  faults: {
    GET: (control) => ({ faults: control.faults() }),
    POST: (control, body) => {
      control.addFaults(...parseFaults(body));
      return { faults: control.faults() };
    },
    DELETE: (control) => {
      control.clearFaults();
      return done;
    },
  },
  ledger: {
    GET: (control, _body, query) => ({
      totals: control.totals(),
      entries: control.ledger(Number(query.get("after") ?? "0")),
    }),
    DELETE: (control) => {
      control.clearLedger();
      return done;
    },
  },
  settings: {
    GET: settingsOf,
    POST: changeSettings,
  },
  tokens: {
    POST: (control, body) => {
      const end = readFields(body, ["end"]).text("end");
      if (end !== "expired" && end !== "revoked")
        throw new BadInput('Give end as "expired" or "revoked".');
      control.endTokens(end);
      return done;
    },
  },
  acts: {
    POST: (control, body) => {
      const { act, ...input } = isObject(body) ? body : {};
      if (typeof act !== "string")
        throw new BadInput("Give act as text, and beside it what it takes.");
      return control.act(act, input);
    },
  },
  cursors: {
    POST: (control, body) => {
      if (readFields(body, ["expire"]).boolean("expire") !== true)
        throw new BadInput("Give expire as true.");
      control.expireCursors();
      return done;
    },
  },
};

function clockOf(control: SandboxControl): unknown {
  const now = control.now();
  return { now, instant: new Date(now).toISOString() };
}

const settingNames = ["listing_lag_ms", "auto_consent", "rate_limit_per_second"];

/** Names that are not the kit's are the vendor's. */
function changeSettings(control: SandboxControl, body: unknown): unknown {
  if (!isObject(body)) throw new BadInput("An object is needed.");
  const own = Object.entries(body).filter(([name]) => settingNames.includes(name));
  const others = Object.entries(body).filter(([name]) => !settingNames.includes(name));
  const fields = readFields(Object.fromEntries(own), settingNames);
  const listingLagMs = fields.count("listing_lag_ms");
  const autoConsent = fields.boolean("auto_consent");
  const rateLimitPerSecond = fields.count("rate_limit_per_second");
  control.changeVendor(Object.fromEntries(others));
  control.change({
    ...(listingLagMs === undefined ? {} : { listingLagMs }),
    ...(autoConsent === undefined ? {} : { autoConsent }),
    ...(rateLimitPerSecond === undefined ? {} : { rateLimitPerSecond }),
  });
  return settingsOf(control);
}

function settingsOf(control: SandboxControl): unknown {
  const settings = control.settings();
  return {
    listing_lag_ms: settings.listingLagMs,
    auto_consent: settings.autoConsent,
    rate_limit_per_second: settings.rateLimitPerSecond,
    ...control.vendorSettings(),
  };
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new BadInput("The body is not JSON.");
  }
}

function problem(status: number, message: string): SandboxAnswer {
  return { status, body: { error: message } };
}
