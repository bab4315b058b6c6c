import type { ChannelPreferences, Row, Snapshot } from '../host/host';

/** How a channel asks for attention here; `null` stands for broadcasts. */
export function preferencesOf(snapshot: Snapshot, channel: string | null): ChannelPreferences {
  const chosen = snapshot.settings.preferences[channel ?? ''];
  return chosen ?? (channel === null ? snapshot.standard.broadcasts : snapshot.standard.channel);
}

/** What has waited for so long is the history's. */
const TODO_FOR = 24 * 60 * 60 * 1000;

/** Whether a notification waits for somebody to take charge of it. */
export function waits(snapshot: Snapshot, row: Row, now: number): boolean {
  if (row.taken || row.expired || row.at <= now - TODO_FOR) return false;
  return preferencesOf(snapshot, row.channel).expects;
}
