import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { HostedHub } from '../src/host/contract/HostedHub';
import type { TokenWish } from '../src/host/contract/TokenWish';
import type {
  Command,
  Detail,
  Draft,
  Fault,
  HubOverview,
  NewToken,
  Outline,
  Row,
  Snapshot,
  StationEvent,
  Waiting,
} from '../src/host/host';
import { HUB_ON, shopOffer, shopOverview } from './hub-shop';
import type { Filter } from '../src/host/contract/Filter';
import { waits } from '../src/domain/preferences';
import type { Taken } from '../src/host/contract/Taken';

const DIST = join(import.meta.dirname, '..', 'dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'";

/**
 * Stands in for the station where a test needs a state that a real one reaches only with effort:
 * a hub that failed to start, a desktop without pop-ups, an attempt 3 of 5 that stays there.
 */
export class StandIn {
  url = '';
  readonly received: Command[] = [];
  /** What `send` answers, if not that it worked. */
  sendReply: unknown = { outcome: 'confirmed', id: 'n_1.1', subscribers: 3 };
  fault: Fault | null = null;
  /** Its clock, for tests that stop the page's. */
  now = (): number => Date.now();
  /** What is going on at the hub hosted here. */
  overview: HubOverview = shopOverview();
  /** Whether a search finds more than it counts. */
  capped = false;
  readonly #server: Server;
  #silent = false;
  readonly #deleted: Detail[] = [];
  readonly #streams = new Set<ServerResponse>();

  constructor(
    public snapshot: Snapshot,
    public details: Detail[],
  ) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** Breaks off the events and refuses new listeners, as a station that has ended. */
  hangUp(): void {
    this.#silent = true;
    for (const stream of this.#streams) stream.destroy();
  }

  pickUp(): void {
    this.#silent = false;
  }

  emit(event: StationEvent): void {
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  change(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.emit({ event: 'snapshot', snapshot: this.snapshot });
  }

  /** Changes the hub hosted here, if it is on. */
  changeHub(change: Partial<Extract<HostedHub, { state: 'on' }>>): null {
    const { hostedHub } = this.snapshot;
    if (hostedHub.state === 'on') this.change({ hostedHub: { ...hostedHub, ...change } });
    return null;
  }

  /** Says who is in charge of a notification. */
  hold(id: string, taken: Taken | null): null {
    this.details = this.details.map((row) => (row.id === id ? { ...row, taken } : row));
    this.emit({ event: 'changed', ids: [id] });
    return null;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    if (path === '/station/command') return this.#command(request, response);
    if (path === '/station/events') {
      if (this.#silent) return void request.socket.destroy();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(':\n\n');
      this.#streams.add(response);
      request.on('close', () => this.#streams.delete(response));
      return;
    }
    const file = join(DIST, normalize(path === '/' ? '/index.html' : path));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    createReadStream(file).pipe(response);
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const command = JSON.parse(body) as Command;
    this.received.push(command);
    const fault = this.fault;
    const reply = fault ?? this.#reply(command);
    response.writeHead(fault ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply ?? null));
  }

  #reply(command: Command): unknown {
    switch (command.do) {
      case 'snapshot':
        return this.snapshot;
      case 'outline':
        return { ...outlineOf(this.#rows(command.filter)), capped: this.capped && Boolean(command.filter.search) };
      case 'page':
        return this.#rows(command.filter).slice(command.offset, command.offset + command.limit);
      case 'locate': {
        const at = this.#rows(command.filter).findIndex((row) => row.id === command.id);
        return at < 0 ? null : at;
      }
      case 'open':
        return this.details.find((detail) => detail.id === command.id);
      case 'markRead':
        return this.#markRead(command.ids, command.read);
      case 'markAllRead': {
        const ids = this.#rows({ ...command.filter, unread: true }).map((row) => row.id);
        this.#markRead(ids, true);
        return ids.length;
      }
      case 'send':
        return this.sendReply;
      case 'dismissCatchUp':
        this.change({ catchUp: null });
        return null;
      case 'take':
        return this.hold(command.id, {
          by: command.by ?? 'Comptoir',
          device: null,
          at: this.now(),
          mine: true,
          queued: true,
        });
      case 'release':
        return this.hold(command.id, null);
      case 'waiting':
        return this.#waiting(command.channel, command.limit);
      case 'remind':
        return this.#change([command.id], {
          remindAt: command.minutes === null ? null : this.now() + command.minutes * 60_000,
        });
      case 'delete':
        return this.#delete(command.ids);
      case 'restore':
        return this.#restore(command.ids);
      case 'erase': {
        const count = this.details.length;
        this.details = [];
        this.emit({ event: 'removed', count });
        return count;
      }
      case 'export':
        return {
          path: `~/Téléchargements/chapfood-2026-11-20.${command.format}`,
          count: this.#rows(command.filter).length,
        };
      case 'doNotDisturb': {
        const hour = { state: 'until', at: this.now() + 3_600_000 } as const;
        const doNotDisturb =
          command.choice === 'off'
            ? ({ state: 'off' } as const)
            : command.choice === 'manual'
              ? ({ state: 'on' } as const)
              : hour;
        this.change({ settings: { ...this.snapshot.settings, doNotDisturb } });
        return null;
      }
      case 'setUp':
        this.change({ settings: { ...this.snapshot.settings, setUp: true } });
        return this.snapshot.settings;
      case 'startHub':
        this.change({ settings: { ...this.snapshot.settings, hostHub: true }, hostedHub: HUB_ON });
        return null;
      case 'hubOverview':
        return this.overview;
      case 'offerPairing':
        return this.changeHub({ offer: shopOffer(this.now() + 600_000) });
      case 'closePairing':
        return this.changeHub({ offer: null });
      case 'createToken':
        return this.#createToken(command.wish);
      case 'revokeToken': {
        const tokens = this.overview.tokens.filter(({ id }) => id !== command.id);
        this.overview = { ...this.overview, tokens };
        return null;
      }
      case 'pair':
        this.change({ pairing: { is: 'contacting' } });
        return null;
      case 'cancelPairing':
        this.change({ pairing: null });
        return null;
      case 'unqueue':
        return this.#unqueue(command.number);
      case 'changeSettings': {
        const { language, ...change } = command.change;
        const chosen = language === undefined ? {} : { language: language === 'system' ? null : language };
        const preferences = { ...this.snapshot.settings.preferences, ...change.preferences };
        this.change({ settings: { ...this.snapshot.settings, ...change, ...chosen, preferences } });
        return this.snapshot.settings;
      }
      default:
        return null;
    }
  }

  #rows(filter: Filter): Row[] {
    return this.details.filter(
      (row) =>
        (!filter.unread || !row.read) &&
        (!filter.caughtUp || row.caughtUp) &&
        (!filter.todo || waits(this.snapshot, row, this.now())) &&
        matches(row, filter.search ?? '') &&
        (filter.kind === undefined || row.type === filter.kind) &&
        (filter.channel === undefined || (row.channel ?? '') === filter.channel) &&
        (filter.upToRow === undefined || row.row <= filter.upToRow),
    );
  }

  #waiting(channel: string | null, limit: number): Waiting {
    const cards = this.details.filter(
      (row) => waits(this.snapshot, row, this.now()) && (channel === null || row.channel === channel),
    );
    const taken = this.details.filter((row) => row.taken);
    const latest = (row: Row) => row.taken?.at ?? 0;
    return {
      cards: cards.toSorted((a, b) => a.at - b.at).slice(0, limit),
      total: cards.length,
      taken: taken.toSorted((a, b) => latest(b) - latest(a)).slice(0, 3),
    };
  }

  #change(ids: string[], change: Partial<Row>): null {
    this.details = this.details.map((row) => (ids.includes(row.id) ? { ...row, ...change } : row));
    this.emit({ event: 'changed', ids });
    return null;
  }

  #delete(ids: string[]): number {
    this.#deleted.push(...this.details.filter((row) => ids.includes(row.id)));
    this.details = this.details.filter((row) => !ids.includes(row.id));
    this.emit({ event: 'removed', count: ids.length });
    return ids.length;
  }

  #restore(ids: string[]): number {
    const back = this.#deleted.filter((row) => ids.includes(row.id));
    this.details = [...this.details, ...back].toSorted((a, b) => b.row - a.row);
    this.emit({ event: 'removed', count: 0 });
    return back.length;
  }

  #createToken(wish: TokenWish): NewToken {
    const id = this.overview.tokens.length + 1;
    const token = { ...wish, id, administers: false, created: this.now(), used: null };
    this.overview = { ...this.overview, tokens: [...this.overview.tokens, token] };
    return { id, secret: 'cfn_4Qm9ZrT2vXa7LkWp8Hs3NdYe6BuJc1Gf' };
  }

  #unqueue(number: number): Draft | undefined {
    const { drafts } = this.snapshot.outbox;
    const draft = drafts.find((one) => one.number === number);
    this.change({ outbox: { count: drafts.length - 1, drafts: drafts.filter((one) => one !== draft) } });
    return (
      draft && { channel: draft.channel, type: draft.type, title: draft.title, message: 'Texte gardé', data: null }
    );
  }

  #markRead(ids: string[], read: boolean): null {
    this.details = this.details.map((row) => (ids.includes(row.id) ? { ...row, read } : row));
    this.emit({ event: 'readChanged', ids, read });
    this.change({ unread: this.details.filter((row) => !row.read).length });
    return null;
  }
}

// Near enough to the station's own search: words at the beginning of words, without accents.
function matches(row: Row, search: string): boolean {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain(`${row.title} ${row.message} ${row.sender} ${row.channel ?? ''}`).split(/[^\p{L}\p{N}]+/u);
  const asked = plain(search).split(/[^\p{L}\p{N}]+/u);
  return asked.every((part) => words.some((word) => word.startsWith(part)));
}

function outlineOf(rows: Row[]): Outline {
  const days = new Map<string, number>();
  for (const row of rows) {
    const at = new Date(row.at);
    const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
    days.set(date, (days.get(date) ?? 0) + 1);
  }
  return { days: [...days].map(([date, count]) => ({ date, count })), total: rows.length, capped: false };
}
