/* Join codes as people read them. Pure. */

/** A join code in groups that can be read aloud: 482913 → 482 913. */
export function spokenCode(code: string): string {
  if (code.length < 5) return code;
  const size = code.length % 3 === 0 ? 3 : 4;
  const groups: string[] = [];
  for (let i = 0; i < code.length; i += size) groups.push(code.slice(i, i + size));
  return groups.join(" ");
}
