import { createContext } from 'svelte';
import type { Host, QueuedDraft, Row, StationEvent } from '../host/host';
import { isFault } from '../host/host';
import { stringsFor, systemLanguage } from '../strings/strings';
import { Announcer } from './announcer.svelte';
import { Charge } from './charge.svelte';
import { Choices } from './choices';
import { moment } from './dates';
import { Inbox } from './inbox.svelte';
import { EVERYTHING, NotificationList } from './list.svelte';
import { Notices } from './notices.svelte';
import { Reading } from './reading.svelte';
import { SendQueue } from './send-queue.svelte';
import { SendForm } from './send.svelte';
import { Station } from './station.svelte';
import { Wall } from './wall.svelte';

export type View = 'inbox' | 'channels' | 'send' | 'hub' | 'settings';

/** All state of the UI, made once; views come and go around it. */
export class App {
  view = $state<View>('inbox');
  helpShown = $state(false);
  readinessShown = $state(false);
  /** The first start's page stays until what it began is done. */
  settingUp = $state(false);
  /** The channel whose preferences were asked for; the empty string for broadcasts. */
  preferring = $state<string | null>(null);
  /** The hub's words about the last channel asked for. */
  channelRefusal = $state.raw<string[]>([]);

  readonly station: Station;
  readonly list: NotificationList;
  readonly reading: Reading;
  readonly inbox: Inbox;
  readonly charge: Charge;
  readonly choices: Choices;
  readonly form: SendForm;
  readonly queue: SendQueue;
  readonly wall: Wall;
  readonly notices = new Notices();
  readonly announcer = new Announcer(() => this.strings);
  readonly #systemLanguage = systemLanguage(navigator.languages);

  readonly strings = $derived.by(() => stringsFor(this.station.snapshot?.settings.language ?? this.#systemLanguage));

  constructor(host: Host) {
    this.station = new Station(host);
    this.list = new NotificationList(this.station);
    this.reading = new Reading(this.station);
    this.inbox = new Inbox(this.station, this.list, this.reading);
    this.charge = new Charge(this.station);
    this.charge.onLost = (detail) => this.notices.show({ text: this.takenWords(detail) });
    this.choices = new Choices(this.station);
    this.form = new SendForm(this.station);
    this.queue = new SendQueue(this.station, this.form);
    this.queue.onRefused = () => this.#sayRefused();
    this.wall = new Wall(this.station);
    this.station.listen({
      event: (event) => this.#receive(event),
      reopened: () => this.announcer.caughtUp(this.station.snapshot?.catchUp ?? null),
    });
  }

  start(): void {
    this.station.start();
  }

  /** Does something of which only a failure needs words. */
  async attempt<T>(doing: Promise<T>): Promise<T | undefined> {
    try {
      return await doing;
    } catch (error) {
      this.notices.show({ text: this.strings.text(isFault(error) ? `fault.${error.code}` : 'fault.station') });
      return undefined;
    }
  }

  /** Tries everything that an order needs to be seen and heard, and shows what comes of it. */
  async checkReadiness(): Promise<void> {
    this.readinessShown = true;
    await this.attempt(this.station.command({ do: 'checkReadiness' }));
  }

  async showChannel(channel: string | undefined): Promise<void> {
    const comingBack = this.view !== 'inbox' && this.list.choice.channel === channel;
    this.view = 'inbox';
    // What was open and where the list was scrolled to stay, unless the person asks again.
    if (comingBack) return;
    this.reading.close();
    await this.list.narrow({ channel, caughtUp: false });
  }

  /** Shows what an outage had held back, and nothing else. */
  async showCaughtUp(): Promise<void> {
    this.reading.close();
    await this.list.narrow({ ...EVERYTHING, caughtUp: true });
  }

  async markAllRead(): Promise<void> {
    const done = await this.attempt(this.inbox.markAllRead());
    if (!done || done.count === 0) return;
    const { count, undo } = done;
    this.notices.show({
      text: this.strings.count('inbox.marked', count),
      ...(undo ? { action: { label: this.strings.text('common.undo'), run: undo } } : {}),
    });
  }

  /** Takes charge of a notification; of one that somebody has already it says who. */
  async take(row: Row): Promise<void> {
    if (row.taken) return this.notices.show({ text: this.takenWords(row) });
    if (!(await this.attempt(this.charge.take(row)))) return;
    this.notices.show({
      text: this.strings.text('ack.taking'),
      action: { label: this.strings.text('common.undo'), run: () => void this.release(row.id) },
    });
  }

  async release(id: string): Promise<void> {
    await this.attempt(this.charge.release(id));
  }

  /** Who is in charge, as a sentence. */
  takenWords({ id, taken }: Row): string {
    if (!taken) return this.strings.text('ack.nobody');
    const connected = this.station.snapshot?.link.state === 'connected';
    if (taken.queued) return this.strings.text(connected ? 'ack.pending' : 'ack.queued');
    const time = moment(taken.at, Date.now(), this.strings);
    if (taken.mine) return this.strings.text('ack.done_you', { time });
    return this.strings.text(this.charge.lost.has(id) ? 'ack.already' : 'ack.done', { who: taken.by, time });
  }

  compose(channel?: string | null): void {
    if (channel !== undefined) this.form.channel = channel;
    this.view = 'send';
  }

  /** Takes a queued draft back into the form; whether it is there now. */
  async editQueued(draft: QueuedDraft): Promise<boolean> {
    const taken = await this.attempt(this.queue.edit(draft));
    if (taken === false) this.notices.show({ text: this.strings.text('queue.form_full') });
    return taken ?? false;
  }

  /** Takes a queued draft out of the outbox; whether it could. */
  async withdrawQueued(draft: QueuedDraft): Promise<boolean> {
    const putBack = await this.attempt(this.queue.withdraw(draft));
    if (!putBack) return false;
    const run = async () => {
      const refused = await this.attempt(putBack());
      if (refused && refused.length > 0) this.#hubRefused(refused, null);
    };
    this.notices.show({
      text: this.strings.text('queue.withdrawn'),
      action: { label: this.strings.text('common.undo'), run: () => void run() },
    });
    return true;
  }

  #sayRefused(): void {
    this.notices.show({
      text: this.strings.text('queue.refused_later'),
      action: { label: this.strings.text('queue.show'), run: () => (this.view = 'send') },
    });
  }

  #receive(event: StationEvent): void {
    // Whoever clicks a pop-up or the tray wants to see that, and not the wall.
    const shows = event.event === 'openRequested' || event.event === 'showRequested';
    if (shows && this.wall.isOpen) void this.attempt(this.wall.change({ open: false }));
    if (event.event === 'arrived') this.announcer.arrived(event.rows, event.count);
    else if (event.event === 'snapshot') this.announcer.caughtUp(event.snapshot.catchUp);
    else if (event.event === 'openRequested') this.view = 'inbox';
    else if (event.event === 'hubErrors') this.#hubRefused(event.errors, event.about);
  }

  #hubRefused(errors: string[], about: string | null): void {
    if (about === 'join-channel' || about === 'leave-channel') this.channelRefusal = errors;
    else this.notices.show({ text: `${this.strings.text('err.hub_says')} ${errors.join(' ')}` });
  }
}

export const [useApp, provideApp] = createContext<App>();
