import type { AuditEntry } from '../host/contract/AuditEntry';
import type { Strings } from '../strings/strings';

const EVENTS = [
  'token_created',
  'token_revoked',
  'paired',
  'pairing_refused',
  'refused',
  'slowed',
  'restored',
] as const;
const CODES = [
  'token_required',
  'token_invalid',
  'token_revoked',
  'token_unchecked',
  'rate_limited',
  'too_many_requests',
  'too_many_channels',
  'not_allowed',
  'not_in_channel',
  'host_or_origin',
  'pairing_code_wrong',
  'owner',
] as const;

/** What happened, and who or what it was about. A word of a newer hub is shown as it is. */
export function auditWords(entry: AuditEntry, strings: Strings): { what: string; about: string } {
  const event = EVENTS.find((known) => known === entry.event);
  const code = CODES.find((known) => known === entry.code);
  const what = event ? strings.text(`hub.audit.event.${event}`) : entry.event;
  const why = code ? strings.text(`hub.audit.code.${code}`) : entry.code;
  const times = entry.times > 1 ? strings.text('hub.audit.times', { n: strings.number(entry.times) }) : null;
  return { what, about: [why, entry.token, entry.address, times].filter((part) => part !== null).join(', ') };
}
