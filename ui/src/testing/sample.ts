import type { ChannelPreferences, Settings, Snapshot } from '../host/host';

/** A channel of which the person has chosen nothing, as the station describes it. */
export const CHANNEL: ChannelPreferences = {
  popup: true,
  sound: 'bell',
  ring: true,
  ringEvery: 20,
  expects: true,
  types: ['info', 'success', 'warning', 'error'],
  watchAfter: 5,
  lateAfter: 10,
  quiet: { when: 'asShop' },
};

export const BROADCASTS: ChannelPreferences = { ...CHANNEL, expects: false, ring: false };

export function settings(change: Partial<Settings> = {}): Settings {
  return {
    language: null,
    theme: 'system',
    username: '',
    userId: '',
    hubAddress: '',
    hostHub: false,
    hubPort: 8001,
    hubName: 'Chez Awa',
    hubNetwork: false,
    hubPlain: false,
    knownHub: null,
    channels: ['commandes', 'cuisine', 'bar'],
    popups: true,
    singleKeyShortcuts: true,
    closeToTray: false,
    autostart: false,
    keepDays: 90,
    keepAtMost: 1_000_000,
    textSize: 'normal',
    sounds: true,
    volume: 70,
    doNotDisturb: { state: 'off' },
    quietHours: { days: [null, null, null, null, null, null, null], errorsPierce: false },
    preferences: {},
    people: [],
    wall: { open: false, channel: null, light: false },
    rawData: false,
    setUp: true,
    ...change,
  };
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    link: { state: 'connected', since: 0 },
    hubName: null,
    hubStats: null,
    channels: [],
    unread: 0,
    total: 0,
    historyBytes: 0,
    hostedHub: { state: 'off' },
    found: [],
    pairing: null,
    tokenKept: null,
    storageFault: null,
    outbox: { count: 0, drafts: [] },
    catchUp: null,
    gap: null,
    popups: 'unknown',
    sound: 'unknown',
    todo: { count: 0, late: 0 },
    ringing: 0,
    quietUntil: null,
    latest: [],
    standard: { channel: CHANNEL, broadcasts: BROADCASTS },
    readiness: null,
    settings: settings(),
    host: 'browser',
    newestRow: 0,
    version: '0.1.0',
    ...change,
  };
}
