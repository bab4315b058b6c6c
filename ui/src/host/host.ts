import type { Channel } from './contract/Channel';
import type { ChannelPreferences } from './contract/ChannelPreferences';
import type { ChannelQuiet } from './contract/ChannelQuiet';
import type { Check } from './contract/Check';
import type { Command } from './contract/Command';
import type { Detail } from './contract/Detail';
import type { DoNotDisturb } from './contract/DoNotDisturb';
import type { DoNotDisturbChoice } from './contract/DoNotDisturbChoice';
import type { Draft } from './contract/Draft';
import type { Event as StationEvent } from './contract/Event';
import type { Exported } from './contract/Exported';
import type { Fault } from './contract/Fault';
import type { HubOverview } from './contract/HubOverview';
import type { NewToken } from './contract/NewToken';
import type { Outbox } from './contract/Outbox';
import type { Outline } from './contract/Outline';
import type { Place } from './contract/Place';
import type { QueuedDraft } from './contract/QueuedDraft';
import type { QuietHours } from './contract/QuietHours';
import type { Readiness } from './contract/Readiness';
import type { Row } from './contract/Row';
import type { Sent } from './contract/Sent';
import type { Settings } from './contract/Settings';
import type { SettingsChange } from './contract/SettingsChange';
import type { SetupChoice } from './contract/SetupChoice';
import type { Snapshot } from './contract/Snapshot';
import type { Sound } from './contract/Sound';
import type { SoundChoice } from './contract/SoundChoice';
import type { Span } from './contract/Span';
import type { Taken } from './contract/Taken';
import type { Waiting } from './contract/Waiting';
import type { Wall } from './contract/Wall';

export type {
  Channel,
  ChannelPreferences,
  ChannelQuiet,
  Check,
  Command,
  Detail,
  DoNotDisturb,
  DoNotDisturbChoice,
  Draft,
  Exported,
  Fault,
  HubOverview,
  NewToken,
  Outbox,
  Outline,
  Place,
  QueuedDraft,
  QuietHours,
  Readiness,
  Row,
  Sent,
  Settings,
  SettingsChange,
  SetupChoice,
  Snapshot,
  Sound,
  SoundChoice,
  Span,
  StationEvent,
  Taken,
  Waiting,
  Wall,
};

/** What each command answers with; the contract says it in words, per variant. */
interface Replies {
  snapshot: Snapshot;
  outline: Outline;
  page: Row[];
  locate: number | null;
  open: Detail;
  markRead: null;
  markAllRead: number;
  joinChannel: null;
  leaveChannel: null;
  refreshChannels: null;
  send: Sent;
  unqueue: Draft;
  take: null;
  release: null;
  tryNow: null;
  changeSettings: Settings;
  startHub: null;
  stopHub: null;
  hubOverview: HubOverview;
  offerPairing: null;
  closePairing: null;
  answerPairing: null;
  createToken: NewToken;
  revokeToken: null;
  findHubs: null;
  pair: null;
  cancelPairing: null;
  dismissGap: null;
  dismissCatchUp: null;
  testPopup: null;
  waiting: Waiting;
  remind: null;
  delete: number;
  restore: number;
  erase: number;
  export: Exported;
  doNotDisturb: null;
  testSound: null;
  checkReadiness: null;
  setUp: Settings;
  quit: null;
}

export type ReplyOf<C extends Command> = Replies[C['do']];

export interface HostListener {
  event(event: StationEvent): void;
  /** Events flow from now on; what happened before, or during a gap, must be asked for. */
  opened(): void;
  /** No event can come until `opened` is called again. */
  lost(): void;
}

/** What carries commands to the station and its events back: the window's IPC, or HTTP. */
export interface Host {
  /** Rejects with a {@link Fault}. */
  command<C extends Command>(command: C): Promise<ReplyOf<C>>;
  listen(listener: HostListener): void;
}

export function isFault(error: unknown): error is Fault {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}
