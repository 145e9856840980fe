import { instantOf, type Clock } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import { normalEmail } from "../../model/normal.ts";
import type { ClientsSession, CreateRequest, UpdateRequest, WriteAnswer } from "../provider.ts";
import { contactLens } from "./lens.ts";
import { pullPage } from "./listing.ts";
import { createMany, type ManyVerbs } from "./many.ts";
import { removedContact, type Observe } from "./observe.ts";
import { createReads, lookupOf } from "./reads.ts";
import { isGone, isStale, problemsOf, refusalText } from "./refusals.ts";
import type { SalesforceWire } from "./requests.ts";
import { prepareUpdate, unmodifiedSinceMs, written } from "./updates.ts";
import { isContactId, type Problem } from "./wire.ts";

export interface ClientsOptions {
  readonly clock: Clock;
  readonly wire: SalesforceWire;
  readonly observe: Observe;
  readonly filter: Filter | null;
}

/** `many` turns what it throws into the contract's errors by itself. */
export function createClients({
  clock,
  wire,
  observe,
  filter,
}: ClientsOptions): ClientsSession & { readonly many: ManyVerbs } {
  const reads = createReads({ clock, wire, observe });

  const create = async ({ fields }: Pick<CreateRequest, "fields">): Promise<WriteAnswer> => {
    let id: string;
    try {
      id = await wire.create({ ...filter, ...contactLens.put(fields, null) });
    } catch (error) {
      const problems = problemsOf(error);
      if (problems === null) throw error;
      const twin = await twinOf(problems, fields["email"]);
      return twin ?? { kind: "refused", message: refusalText(problems) };
    }
    const [seen] = await reads.readBack([id]);
    return written(seen);
  };

  /** The one contact that a duplicate rule named, where it has the same address. */
  const twinOf = async (
    problems: readonly Problem[],
    email: unknown,
  ): Promise<WriteAnswer | null> => {
    const [id, ...others] = new Set(problems.flatMap(({ duplicates }) => duplicates));
    if (id === undefined || others.length > 0 || typeof email !== "string") return null;
    const seen = await reads.seeOne(id);
    const isTwin = seen.kind === "present" && seen.observation.emails.includes(normalEmail(email));
    return isTwin ? { kind: "exists", externalId: id } : null;
  };

  /** One try of an update; null where the contact was edited between the read and the write. */
  const tryUpdate = async (request: UpdateRequest): Promise<WriteAnswer | null> => {
    const seen = await reads.seeOne(request.externalId);
    const ready = prepareUpdate(request, seen);
    if ("answer" in ready) return ready.answer;
    const { contact, patch } = ready;
    try {
      await wire.update(contact.Id, patch, unmodifiedSinceMs(contact));
    } catch (error) {
      if (isStale(error)) return null;
      return refusedOrThrown(error, contact.Id);
    }
    const [after] = await reads.readBack([contact.Id]);
    return written(after);
  };

  const refusedOrThrown = async (error: unknown, id: string): Promise<WriteAnswer> => {
    if (isGone(error)) return goneAt(id);
    const problems = problemsOf(error);
    if (problems === null) throw error;
    return { kind: "refused", message: refusalText(problems) };
  };

  /** Where a merged contact went, the recycle bin knows. */
  const goneAt = async (id: string): Promise<WriteAnswer> => {
    const seen = await reads.seeOne(id);
    return { kind: "gone", mergedInto: seen.kind === "gone" ? seen.mergedInto : null };
  };

  return {
    pull: (request) => pullPage({ request, wire, clock, observe }),
    get: async (externalIds) => {
      wire.keepReserve();
      const seen = await reads.see(externalIds);
      return seen.map((one, at) => lookupOf(externalIds[at] ?? "", one));
    },
    // No field of every org could hold an id of ours.
    find: async ({ emails }) => {
      wire.keepReserve();
      return reads.byEmail(emails);
    },
    create,
    update: async (request) => {
      // Another field may have been edited: read and try once more.
      const answer = (await tryUpdate(request)) ?? (await tryUpdate(request));
      if (answer !== null) return answer;
      const seen = await reads.seeOne(request.externalId);
      if (seen.kind === "present") return { kind: "stale", observation: seen.observation };
      return written(seen);
    },
    remove: async (externalId) => {
      if (!isContactId(externalId)) return { kind: "gone", mergedInto: null };
      const requestedAt = instantOf(clock);
      try {
        await wire.remove(externalId);
      } catch (error) {
        return refusedOrThrown(error, externalId);
      }
      return { kind: "done", observation: removedContact(externalId, requestedAt) };
    },
    many: createMany({ wire, reads, create, filter }),
  };
}
