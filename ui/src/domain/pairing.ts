import type { FoundHub } from '../host/contract/FoundHub';
import type { PairingFailure } from '../host/contract/PairingFailure';
import type { PairingWay } from '../host/contract/PairingWay';
import type { Snapshot } from '../host/host';
import { bareAddress } from './address';

/** What was put into the field of the code: digits so far, or a whole link. */
export type Typed = { digits: string } | { link: string };

const DIGITS = 6;
const LINK = 'chapfood://pair';

/** Reads what was typed or pasted, with whatever spaces somebody put between the digits. */
export function readTyped(text: string): Typed {
  const trimmed = text.trim();
  if (trimmed.toLowerCase().startsWith(LINK)) return { link: trimmed };
  return { digits: trimmed.replace(/\D/g, '').slice(0, DIGITS) };
}

/** By what the hub is to be asked; or which field lacks something. */
export function wayOf(typed: Typed, address: string): PairingWay | 'code' | 'hub' {
  if ('link' in typed) return { by: 'link', link: typed.link };
  if (typed.digits.length < DIGITS) return 'code';
  return address.trim() === '' ? 'hub' : { by: 'code', address: address.trim(), code: typed.digits };
}

/** Where the person has to change something after a failure; `null`: nothing on this page. */
export function fieldOf(reason: PairingFailure): 'code' | 'hub' | null {
  switch (reason) {
    case 'code_wrong':
    case 'closed':
    case 'unreadable':
    case 'wrong_hub':
    case 'refused':
      return 'code';
    case 'unreachable':
    case 'not_a_hub':
      return 'hub';
    case 'busy':
    case 'not_kept':
      return null;
  }
}

/** `483 920`, with a space that does not break. */
export function spacedCode(code: string): string {
  return `${code.slice(0, 3)}\u202f${code.slice(3)}`;
}

/** `A1:B2:C3:…`: a fingerprint as people read it. */
export function spacedFingerprint(fingerprint: string): string {
  return fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:');
}

/** `A1:B2:C3:D4:E5:F6:07:18`: as much of a fingerprint as two people compare. */
export function shortFingerprint(fingerprint: string): string {
  return spacedFingerprint(fingerprint.slice(0, 16));
}

/** The hub that let this computer in, where it is now or was last; `null`: none did. */
export function knownHubOf({ settings, found }: Snapshot): FoundHub | null {
  const known = settings.knownHub;
  if (!known) return null;
  const id = known.fingerprint.slice(0, 16);
  const here = found.find((hub) => hub.id.toLowerCase() === id);
  return here ?? { id, name: known.name, addresses: [bareAddress(settings.hubAddress)], known: true };
}
