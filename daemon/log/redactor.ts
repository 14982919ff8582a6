/** Replaces known secrets in text: as they are, in base64 and as a URL would carry them. */
import type { SecretRegistry } from '../context.ts';

const replacement = '[secret]';
/** Shorter values would redact ordinary words. */
const minLength = 8;

export interface Redactor extends SecretRegistry {
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const formsOf = new Map<string, readonly string[]>();
  let pattern: RegExp | undefined;
  function rebuild(): void {
    const forms = [...formsOf.values()].flat().toSorted((a, b) => b.length - a.length);
    pattern = forms.length === 0 ? undefined : new RegExp(forms.map(escapeRegExp).join('|'), 'g');
  }
  return {
    add(secret) {
      if (secret.length < minLength) return;
      formsOf.set(secret, listForms(secret));
      rebuild();
    },
    remove(secret) {
      formsOf.delete(secret);
      rebuild();
    },
    redact: (text) => (pattern === undefined ? text : text.replace(pattern, replacement)),
  };
}

function listForms(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replaceAll('=', '');
  const base64url = Buffer.from(secret).toString('base64url');
  const escapedInJson = JSON.stringify(secret).slice(1, -1);
  const forms = [secret, base64, base64url, encodeURIComponent(secret), escapedInJson];
  return [...new Set(forms)];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
