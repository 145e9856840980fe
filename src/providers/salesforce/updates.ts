import { malformed } from "../kit/answers.ts";
import { asExpected } from "../kit/fields.ts";
import type { UpdateRequest, WriteAnswer } from "../provider.ts";
import { contactLens } from "./lens.ts";
import type { Seen } from "./reads.ts";
import { timeOf, type Contact, type ContactPatch } from "./wire.ts";

/** What is to be sent, or the answer where nothing is. */
export type ReadyUpdate =
  | { readonly contact: Contact; readonly patch: ContactPatch }
  | { readonly answer: WriteAnswer };

/** Compares the contact with what the decision expected, and turns the changes into a patch of it. */
export function prepareUpdate(
  { expected, changes }: Pick<UpdateRequest, "expected" | "changes">,
  seen: Seen,
): ReadyUpdate {
  if (seen.kind === "bad")
    return {
      answer: { kind: "refused", message: `the record there cannot be read: ${seen.reason}` },
    };
  if (seen.kind === "gone") return { answer: seen };
  const { contact, observation } = seen;
  if (!asExpected(expected.fields, contactLens.get(contact)))
    return { answer: { kind: "stale", observation } };
  const patch = contactLens.put(changes, contact);
  if (Object.keys(patch).length === 0) return { answer: { kind: "done", observation } };
  return { contact, patch };
}

/** The answer of a write, by what is there after it. */
export function written(seen: Seen | undefined): WriteAnswer {
  if (seen?.kind === "present") return { kind: "done", observation: seen.observation };
  if (seen?.kind === "gone") return seen;
  throw malformed("Salesforce shows what it has written in a way that cannot be read", true);
}

/** Headers have whole seconds: a contact of half a second past one was not edited since the next one. */
export function unmodifiedSinceMs(contact: Contact): number {
  return Math.ceil(timeOf(contact.LastModifiedDate) / 1000) * 1000;
}
