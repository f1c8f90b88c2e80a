/* Codes of certificates as people copy them: Crockford's base 32, sixteen of them, in groups of four. Pure. */

const LENGTH = 16;

/** What was typed or scanned, as the server writes it: capitals, no dashes, and letters that look like digits are those. */
export function cleanCode(text: string): string {
  return text
    .toUpperCase()
    .replace(/[IL]/g, "1")
    .replace(/O/g, "0")
    .replace(/[^0-9A-HJKMNP-TV-Z]/g, "")
    .slice(0, LENGTH);
}

export function wholeCode(code: string): boolean {
  return code.length === LENGTH;
}

/** ABCD-EFGH-JKMN-PQRS */
export function groupedCode(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).join("-");
}
