import type { SignInUi } from "../../src/connections/wait-for-code.ts";

/** A person at a terminal: what they see, and what they paste when asked. */
export function createPerson(paste: readonly ((link: string) => Promise<string | null>)[] = []) {
  const seen = { link: "", notes: [] as string[], asked: 0, ended: 0, required: [] as boolean[] };
  const ui: SignInUi = {
    showLink: (url) => {
      seen.link = url;
    },
    note: (text) => void seen.notes.push(text),
    promptPastedUrl: ({ signal, required }) => {
      seen.required.push(required);
      const next = paste[seen.asked];
      seen.asked += 1;
      if (next !== undefined) return next(seen.link);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          seen.ended += 1;
          reject(new Error("the question was ended"));
        });
      });
    },
  };
  return { ui, seen };
}

/** Where the authorize page sends the browser; nothing is asked of that place. */
export async function landingOf(link: string): Promise<string> {
  const response = await fetch(link, { redirect: "manual" });
  return response.headers.get("location") ?? "";
}

/** A browser that follows to the loopback listener. */
export async function browse(link: string): Promise<Response> {
  return fetch(await landingOf(link));
}
