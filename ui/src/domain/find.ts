import { plain } from './words';

/** Whether what is typed is somewhere in a name, whatever its case and accents. */
export function alike(name: string, typed: string): boolean {
  return plain(name).includes(plain(typed));
}
