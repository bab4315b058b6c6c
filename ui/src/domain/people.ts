/** As many as the station takes. */
export const MOST_PEOPLE = 20;

/** The people of a computer with one more; names that differ in case only are the same person. */
export function withPerson(people: readonly string[], typed: string): string[] | 'blank' | 'twice' | 'full' {
  const name = typed.trim();
  if (name === '') return 'blank';
  if (people.some((one) => one.toLowerCase() === name.toLowerCase())) return 'twice';
  return people.length >= MOST_PEOPLE ? 'full' : [...people, name];
}
