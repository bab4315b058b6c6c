import type { ChannelPreferences, Settings, SettingsChange } from '../host/host';
import { preferencesOf } from './preferences';
import type { Station } from './station.svelte';

/**
 * What the person sets, one change after the other. Some settings are sent whole, and each change must build on
 * what the one before made of them: two quick clicks would otherwise undo each other.
 */
export class Choices {
  readonly #station: Station;
  #turn: Promise<unknown> = Promise.resolve();
  /** What the last change made of the settings, until a snapshot tells. */
  #made: Settings | null = null;

  constructor(station: Station) {
    this.#station = station;
    station.listen({
      event: ({ event }) => {
        if (event === 'snapshot') this.#made = null;
      },
      reopened: () => (this.#made = null),
    });
  }

  /** Rejects with the station's fault; the changes after it are made all the same. */
  change(make: (settings: Settings) => SettingsChange): Promise<void> {
    const done = this.#turn.then(() => this.#make(make));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Changes how one channel asks for attention; the empty string stands for broadcasts. */
  prefer(channel: string, change: (now: ChannelPreferences) => Partial<ChannelPreferences>): Promise<void> {
    return this.change((settings) => {
      const snapshot = this.#station.snapshot;
      if (!snapshot) return {};
      const now = preferencesOf({ ...snapshot, settings }, channel === '' ? null : channel);
      return { preferences: { [channel]: { ...now, ...change(now) } } };
    });
  }

  async #make(make: (settings: Settings) => SettingsChange): Promise<void> {
    const settings = this.#made ?? this.#station.snapshot?.settings;
    if (!settings) return;
    this.#made = await this.#station.command({ do: 'changeSettings', change: make(settings) });
  }
}
