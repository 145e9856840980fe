import { hash } from "node:crypto";
import { stableJson } from "../lib/json.ts";
import type { Fields } from "../model/fields.ts";

/** Equal for equal fields, so that the database can compare them; 128 bits of SHA-256. */
export function fieldsFingerprint(fields: Fields): string {
  return hash("sha256", stableJson(fields), "hex").slice(0, 32);
}
