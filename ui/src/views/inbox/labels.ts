import { fr } from '../../strings/fr';
import type { StringKey, Strings } from '../../strings/strings';

/** A known key's name in the person's language; any other key stays exactly as the sender wrote it. */
export function keyLabel(key: string, strings: Strings): string {
  const known = `detail.key.${key}`;
  return Object.hasOwn(fr, known) ? strings.text(known as StringKey) : key;
}
