import { createContext } from 'svelte';
import type { Host, Place, QueuedDraft, Row, SettingsChange, StationEvent, Taken } from '../host/host';
import { isFault } from '../host/host';
import { stringsFor, systemLanguage } from '../strings/strings';
import { Acting } from './acting';
import { Announcer } from './announcer.svelte';
import { Charge } from './charge.svelte';
import { Choices } from './choices';
import { moment } from './dates';
import { Doorbell } from './doorbell.svelte';
import { Finding } from './finding.svelte';
import { HubWatch } from './hub-watch.svelte';
import { Inbox } from './inbox.svelte';
import { Joining } from './joining.svelte';
import { EVERYTHING, NotificationList, type Choice } from './list.svelte';
import { Notices } from './notices.svelte';
import { peopleOf } from './people';
import { preferencesOf } from './preferences';
import { Reading } from './reading.svelte';
import { REFUSALS } from './refusal';
import { Search } from './search.svelte';
import { SendQueue } from './send-queue.svelte';
import { SendForm } from './send.svelte';
import { Setup } from './setup.svelte';
import { Station } from './station.svelte';
import { Undo, type Step } from './undo';
import { Wall } from './wall.svelte';
import { Who } from './who.svelte';

/** Who has taken something by mistake notices soon. */
const TAKE_UNDO_MS = 10_000;

export type View = 'inbox' | 'channels' | 'send' | 'hub' | 'settings';

/** All state of the UI, made once; views come and go around it. */
export class App {
  view = $state<View>('inbox');
  helpShown = $state(false);
  readinessShown = $state(false);
  /** The channel whose preferences were asked for; the empty string for broadcasts. */
  preferring = $state<string | null>(null);
  paletteShown = $state(false);
  /** How many computers are cut off if this app quits; `null`: nobody has asked to quit. */
  quitAsked = $state<number | null>(null);
  /** The hub's words about the last channel asked for. */
  channelRefusal = $state.raw<string[]>([]);

  readonly station: Station;
  readonly list: NotificationList;
  readonly reading: Reading;
  readonly inbox: Inbox;
  readonly search: Search;
  readonly charge: Charge;
  readonly choices: Choices;
  readonly who = new Who();
  readonly acting = new Acting(this);
  readonly form: SendForm;
  readonly queue: SendQueue;
  readonly wall: Wall;
  readonly setup = new Setup();
  readonly finding: Finding;
  readonly joining: Joining;
  readonly doorbell: Doorbell;
  readonly hubWatch: HubWatch;
  readonly notices = new Notices();
  readonly announcer = new Announcer(() => this.strings);
  readonly #undo = new Undo();
  readonly #systemLanguage = systemLanguage(navigator.languages);

  /** Whether keys without Ctrl do something: only then are they shown. */
  readonly singleKeys = $derived.by(() => this.station.snapshot?.settings.singleKeyShortcuts ?? true);
  readonly strings = $derived.by(() => stringsFor(this.station.snapshot?.settings.language ?? this.#systemLanguage));

  constructor(host: Host) {
    this.station = new Station(host);
    this.list = new NotificationList(this.station);
    this.reading = new Reading(this.station);
    this.inbox = new Inbox(this.station, this.list, this.reading);
    this.search = new Search(this.list);
    this.charge = new Charge(this.station);
    this.charge.onLost = (detail) => this.notices.show({ text: this.takenWords(detail) });
    this.choices = new Choices(this.station);
    this.form = new SendForm(this.station);
    this.queue = new SendQueue(this.station, this.form);
    this.queue.onRefused = () => this.#sayRefused();
    this.wall = new Wall(this.station, this.choices);
    this.finding = new Finding(this.station);
    this.joining = new Joining(this.station);
    this.joining.onJoined = ({ settings }) => this.#joined(settings.knownHub?.name ?? settings.hubAddress);
    this.doorbell = new Doorbell(this.station);
    this.doorbell.onAccepted = (device) =>
      this.notices.show({ text: this.strings.text('hub.pair.accepted', { device }) });
    this.hubWatch = new HubWatch(this.station);
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

  /** Changes a setting; whether it could. */
  async set(change: SettingsChange): Promise<boolean> {
    return (await this.attempt(this.choices.change(() => change).then(() => true))) ?? false;
  }

  /** Says that something was copied, or that this was not allowed. */
  async copying(done: Promise<void>, words = this.strings.text('common.copied')): Promise<void> {
    const copied = await done.then(
      () => true,
      () => false,
    );
    this.notices.show({ text: copied ? words : this.strings.text('copied.refused') });
  }

  /** Tries everything that an order needs to be seen and heard, and shows what comes of it. */
  async checkReadiness(): Promise<void> {
    this.readinessShown = true;
    const begun = this.attempt(this.station.command({ do: 'checkReadiness' }).then(() => true));
    // Nothing is being checked, and the notice says why.
    if (!(await begun)) this.readinessShown = false;
  }

  async showChannel(channel: string | undefined): Promise<void> {
    const comingBack = this.view !== 'inbox' && this.list.choice.channel === channel;
    this.view = 'inbox';
    // What was open and where the list was scrolled to stay, unless the person asks again.
    if (comingBack) return;
    this.reading.close();
    await this.list.narrow({ channel, caughtUp: false, todo: false });
  }

  /** Shows the list that the person names, and nothing narrower. */
  async showOnly(choice: Partial<Choice>): Promise<void> {
    this.view = 'inbox';
    this.reading.close();
    await this.list.narrow({ ...EVERYTHING, ...choice });
  }

  /** Shows what an outage had held back, and nothing else. */
  async showCaughtUp(): Promise<void> {
    await this.showOnly({ caughtUp: true });
  }

  /** Says what was done, and how to take it back. */
  did(step: Step): void {
    this.#undo.did(step);
    const action = { label: this.strings.text('common.undo'), run: () => void this.takeBack(step) };
    this.notices.show({ text: step.words, action });
  }

  /** Takes back this step, or the last one, and says which. */
  async takeBack(chosen?: Step): Promise<void> {
    const step = await this.attempt(this.#undo.takeBack(Date.now(), chosen));
    if (step !== undefined) this.notices.show({ text: this.#undoneWords(step) });
  }

  #undoneWords(step: Step | 'changed' | null): string {
    if (step === null) return this.strings.text('did.nothing');
    if (step === 'changed') return this.strings.text('did.changed');
    return this.strings.text('did.undone', { what: step.words });
  }

  /** Whether somebody is expected to take charge of it. */
  expects(row: Row): boolean {
    const { snapshot } = this.station;
    return snapshot !== null && preferencesOf(snapshot, row.channel).expects;
  }

  /**
   * Takes charge of a notification, first asking who where several people use this computer; of one that somebody has
   * already it says who.
   */
  async take(row: Row, by?: string | null): Promise<void> {
    const { snapshot } = this.station;
    if (row.taken) return this.notices.show({ text: this.takenWords(row) });
    if (!this.expects(row)) return this.notices.show({ text: this.strings.text('ack.unexpected') });
    const people = snapshot ? peopleOf(snapshot.settings) : [];
    if (by === undefined && people.length > 1) return this.who.ask(row);
    this.who.close();
    by ??= people[0]?.by ?? null;
    if (!(await this.attempt(this.charge.take(row, by)))) return;
    this.did({
      words: this.#takingWords(by),
      until: Date.now() + TAKE_UNDO_MS,
      undo: () => this.charge.undo(row.id),
    });
  }

  /** Gives a notification back to the others. */
  async release(row: Row): Promise<void> {
    const { id, taken } = row;
    if (!(await this.attempt(this.charge.release(id)))) return;
    const words = this.strings.text('ack.releasing');
    // Nobody takes in the name of another computer.
    if (!taken?.mine) return this.notices.show({ text: words });
    this.did({
      words,
      until: Date.now() + TAKE_UNDO_MS,
      undo: () => this.charge.takeAgain(id, this.isMe(taken) ? null : taken.by),
    });
  }

  /** Whether it is the person whom this computer belongs to, not one of the others who use it. */
  isMe({ mine, by }: Taken): boolean {
    const settings = this.station.snapshot?.settings;
    return mine && (settings?.people.length === 0 || by === settings?.username);
  }

  /** Who is in charge, as a sentence. */
  takenWords({ id, taken }: Row): string {
    if (!taken) return this.strings.text('ack.nobody');
    const connected = this.station.snapshot?.link.state === 'connected';
    if (taken.queued) return this.strings.text(connected ? 'ack.pending' : 'ack.queued');
    const time = moment(taken.at, Date.now(), this.strings);
    if (this.isMe(taken)) return this.strings.text('ack.done_you', { time });
    return this.strings.text(this.charge.lost.has(id) ? 'ack.already' : 'ack.done', { who: taken.by, time });
  }

  // Asked for is not done: only the hub knows who was first.
  #takingWords(by: string | null): string {
    if (this.station.snapshot?.link.state !== 'connected') return this.strings.text('ack.queued');
    return by ? this.strings.text('ack.taking_by', { who: by }) : this.strings.text('ack.taking');
  }

  /** Goes where somebody has asked to be, from the tray for example. */
  show(place: Place): void {
    if (place === 'inbox') void this.showOnly({});
    else if (place === 'unread') void this.showOnly({ unread: true });
    else if (place === 'todo') void this.showOnly({ todo: true });
    else this.view = place;
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

  /** Another hub is looked for; the one hosted here is looked after on its own page. */
  changeHub(): void {
    if (this.station.snapshot?.settings.hostHub) this.view = 'hub';
    else this.setup.change();
  }

  /** Whether the hub's refusal has the place of the open notification, and needs no banner beside it. */
  refusalFillsPane(onePane: boolean): boolean {
    const link = this.station.snapshot?.link;
    if (onePane || link?.state !== 'refused' || this.view !== 'inbox') return false;
    return REFUSALS[link.reason].way !== 'wait' && this.reading.id === null;
  }

  #joined(hub: string): void {
    this.setup.close();
    this.view = 'inbox';
    this.notices.show({ text: this.strings.text('pair.done', { hub }) });
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
    else if (event.event === 'changed') void this.#askNoLonger(event.ids);
    else if (event.event === 'openRequested') this.view = 'inbox';
    else if (event.event === 'showRequested') this.show(event.place);
    else if (event.event === 'quitRequested') this.quitAsked = event.computers;
    else if (event.event === 'hubErrors') this.#hubRefused(event.errors, event.about);
  }

  // Whoever is asked whether they take it is told that somebody else was faster.
  async #askNoLonger(ids: string[]): Promise<void> {
    const id = this.who.row?.id;
    if (id === undefined || (ids.length > 0 && !ids.includes(id))) return;
    const row = await this.station.command({ do: 'open', id }).catch(() => null);
    if (!row?.taken || this.who.row?.id !== id) return;
    this.who.close();
    this.notices.show({ text: this.takenWords(row) });
  }

  #hubRefused(errors: string[], about: string | null): void {
    if (about === 'join-channel' || about === 'leave-channel') this.channelRefusal = errors;
    else this.notices.show({ text: `${this.strings.text('err.hub_says')} ${errors.join(' ')}` });
  }
}

export const [useApp, provideApp] = createContext<App>();
