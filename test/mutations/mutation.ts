/** A deliberate bug: the checks must find it. */
export interface Mutation {
  readonly name: string;
  /** The law of docs/sync-spec.md that it breaks. */
  readonly law: number;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The text with the bug in it; throws where the place for it is not there, or there more than once. */
export function applyMutation(mutation: Mutation, text: string): string {
  const places = text.split(mutation.find).length - 1;
  if (places !== 1) {
    throw new Error(
      `"${mutation.name}" has no place any more: ${JSON.stringify(mutation.find)} stands ${places} times in ${mutation.file}`,
    );
  }
  return text.replace(mutation.find, () => mutation.replace);
}
