/** Text as a search sees it: without case and accents. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether what is typed is somewhere in a name, whatever its case and accents. */
export function alike(name: string, typed: string): boolean {
  return plain(name).includes(plain(typed));
}

const WORD = /[\p{L}\p{N}]+/gu;

/** The words of a search, as it sees them. */
export function wordsOf(text: string): string[] {
  return plain(text).match(WORD) ?? [];
}

/** A piece of a text, and whether it is what was searched. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a text where its words begin with a searched word. The pieces joined are the text, untouched. */
export function piecesOf(text: string, search: string): Piece[] {
  const asked = wordsOf(search);
  if (asked.length === 0) return [{ text, hit: false }];
  const { folded, from } = fold(text);
  const pieces: Piece[] = [];
  let done = 0;
  for (const found of folded.matchAll(WORD)) {
    const length = Math.max(0, ...asked.filter((word) => found[0].startsWith(word)).map((word) => word.length));
    if (length === 0) continue;
    const start = from[found.index] ?? 0;
    const end = from[found.index + length] ?? text.length;
    if (start > done) pieces.push({ text: text.slice(done, start), hit: false });
    pieces.push({ text: text.slice(start, end), hit: true });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), hit: false });
  return pieces;
}

/** The folded text, and for each of its units where it comes from: folding may change lengths. */
function fold(text: string): { folded: string; from: number[] } {
  let folded = '';
  const from: number[] = [];
  let at = 0;
  for (const letter of text) {
    const units = plain(letter);
    for (let unit = 0; unit < units.length; unit += 1) from.push(at);
    folded += units;
    at += letter.length;
  }
  return { folded, from };
}
