import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/**
 * Encrypts texts under one master key: AES-256-GCM with a fresh nonce each time. What a text belongs to is
 * additional data: moved to another row, it does not decrypt.
 * The envelope is `v1.<nonce>.<ciphertext and tag>`, both in base64url.
 */
export interface Cipher {
  /** Tells keys apart and nothing of them. */
  readonly fingerprint: string;
  seal(text: string, owner: string): string;
  /** null where the envelope was damaged, was sealed under another key or belongs to another owner. */
  open(envelope: string, owner: string): string | null;
}

const nonceBytes = 12;
const tagBytes = 16;

/** `secret` is the master key's text, of any length; both keys in use are derived from it by HKDF-SHA256. */
export function createCipher(secret: string): Cipher {
  const key = derive(secret, "astralis credentials v1", 32);
  return {
    fingerprint: derive(secret, "astralis fingerprint v1", 16).toString("hex"),
    seal: (text, owner) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      cipher.setAAD(additional(owner));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const body = Buffer.concat([sealed, cipher.getAuthTag()]);
      return `v1.${nonce.toString("base64url")}.${body.toString("base64url")}`;
    },
    open: (envelope, owner) => {
      const [version, nonceText = "", bodyText = "", ...more] = envelope.split(".");
      const nonce = Buffer.from(nonceText, "base64url");
      const body = Buffer.from(bodyText, "base64url");
      const wellFormed = version === "v1" && more.length === 0;
      if (!wellFormed || nonce.length !== nonceBytes || body.length < tagBytes) return null;
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(additional(owner));
      decipher.setAuthTag(body.subarray(-tagBytes));
      try {
        const text = [decipher.update(body.subarray(0, -tagBytes)), decipher.final()];
        return Buffer.concat(text).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}

function derive(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "astralis", purpose, bytes));
}

function additional(owner: string): Buffer {
  return Buffer.from(`astralis credential v1\n${owner}`, "utf8");
}
