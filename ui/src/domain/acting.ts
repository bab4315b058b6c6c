import type { ExportFormat } from '../host/contract/ExportFormat';
import type { Row } from '../host/host';
import type { App } from './app.svelte';
import { moment } from './dates';

const MINUTE = 60_000;

/** What a person does with notifications, said afterwards and, where it can be, taken back. */
export class Acting {
  constructor(private readonly app: App) {}

  async toggleRead(): Promise<void> {
    const { app } = this;
    const row = await app.attempt(app.inbox.toggleRead());
    if (!row) return;
    this.#did(app.strings.text(row.read ? 'did.unread' : 'did.read'), () =>
      app.station.command({ do: 'markRead', ids: [row.id], read: row.read }),
    );
  }

  async markAllRead(): Promise<void> {
    const { app } = this;
    const done = await app.attempt(app.inbox.markAllRead());
    if (!done || done.count === 0) return;
    const words = app.strings.count('inbox.marked', done.count);
    if (done.undo) this.#did(words, done.undo);
    else app.notices.show({ text: words });
  }

  async remove(row: Row): Promise<void> {
    const { app } = this;
    if ((await app.attempt(app.inbox.remove(row.id).then(() => true))) === undefined) return;
    this.#did(app.strings.text('did.deleted'), () => app.station.command({ do: 'restore', ids: [row.id] }));
  }

  /** Has a notification come back as new in so many minutes; `null`: not any more. */
  async remind(row: Row, minutes: number | null): Promise<void> {
    const { app } = this;
    const now = Date.now();
    if ((await app.attempt(this.#remind(row, minutes))) === undefined) return;
    const words =
      minutes === null
        ? app.strings.text('did.remind_off')
        : app.strings.text('remind.at', { time: moment(now + minutes * MINUTE, now, app.strings) });
    this.#did(words, () => {
      const before = row.remindAt === null ? null : Math.max(1, Math.round((row.remindAt - Date.now()) / MINUTE));
      return this.#remind(row, before);
    });
  }

  /** Sends something to see it arrive. Whoever else is in the channel sees it as well, and what it is. */
  async sendTrial(channel: string): Promise<void> {
    const { app } = this;
    const { text } = app.strings;
    const draft = {
      channel,
      type: 'info',
      title: text('trial.title'),
      message: text('trial.message'),
      data: null,
    } as const;
    const sent = await app.attempt(app.station.command({ do: 'send', draft }));
    if (sent?.outcome !== 'refused') return;
    app.notices.show({ text: `${text('err.hub_says')} ${sent.errors.join(' ')}` });
  }

  /** An hour's quiet, or its end. */
  async toggleDoNotDisturb(): Promise<void> {
    const { app } = this;
    const quiet = app.station.snapshot?.settings.doNotDisturb.state !== 'off';
    const choice = quiet ? 'off' : 'hour';
    const done = app.station.command({ do: 'doNotDisturb', choice }).then(() => true);
    if ((await app.attempt(done)) === undefined) return;
    app.notices.show({ text: app.strings.text(quiet ? 'dnd.ended' : 'dnd.hour') });
  }

  async toggleWall(): Promise<void> {
    const { app } = this;
    await app.attempt(app.choices.change(({ wall }) => ({ wall: { ...wall, open: !wall.open } })));
  }

  /** Writes what the list shows into a file. */
  async exportList(format: ExportFormat): Promise<void> {
    const { app } = this;
    const written = await app.attempt(app.station.command({ do: 'export', filter: app.list.choice, format }));
    if (written) app.notices.show({ text: app.strings.count('did.exported', written.count, { path: written.path }) });
  }

  #did(words: string, undo: () => Promise<unknown>): void {
    this.app.did({ words, until: Infinity, undo: () => undo().then(() => true) });
  }

  #remind(row: Row, minutes: number | null): Promise<true> {
    return this.app.station.command({ do: 'remind', id: row.id, minutes }).then(() => true);
  }
}
