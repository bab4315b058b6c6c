/** A name as it is looked for: without accents, in lower case. */
function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function alike(name: string, typed: string): boolean {
  return plain(name).includes(plain(typed));
}
