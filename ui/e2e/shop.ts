import { CHANNEL, settings, snapshot } from '../src/testing/sample';
import type { Taken } from '../src/host/contract/Taken';
import type { Detail, Outbox, QueuedDraft, Snapshot } from '../src/host/host';
import type { JsonValue } from '../src/host/contract/serde_json/JsonValue';
import type { NotificationType } from '../src/host/contract/NotificationType';

type Line = [
  type: NotificationType,
  title: string,
  message: string,
  channel: string | null,
  sender: string,
  minutesAgo: number,
  read: boolean,
  data?: JsonValue,
  caughtUp?: boolean,
];

const ORDER = {
  event: 'order.delayed',
  ref: 'ORD-42',
  table: 7,
  waited_min: 8,
  items: [
    { qty: 2, name: 'Burger maison' },
    { qty: 1, name: 'Frites' },
  ],
  client: { name: 'Awa Ndiaye', phone: '+221 77 000 00 00' },
  total: 14500,
  paid: true,
  note: '',
};

const LINES: Line[] = [
  [
    'warning',
    'ORD-42 attend depuis 8 min',
    'Table 7\u00a0: 2 burgers maison, 1 frites. Personne ne l’a prise.',
    'cuisine',
    'Suivi commandes',
    1,
    false,
    ORDER,
  ],
  [
    'info',
    'Nouvelle commande ORD-45',
    'À emporter\u00a0: 3 wraps poulet, 1 jus de gingembre',
    'commandes',
    'Caisse 1',
    2,
    false,
  ],
  [
    'info',
    'Nouvelle commande ORD-43',
    'Table 2\u00a0: 1 poulet braisé, 1 alloco, 2 bissap',
    'commandes',
    'Caisse 1',
    4,
    true,
    undefined,
    true,
  ],
  [
    'error',
    'Imprimante du bar hors ligne',
    'Les bons du bar ne sortent plus. Vérifier le papier.',
    'devops',
    'Poste bar',
    6,
    false,
  ],
  ['success', 'ORD-41 prête', 'À remettre au comptoir.', 'cuisine', 'Alice', 9, true],
  ['info', 'Livraison de légumes à 14 h', 'Prévoir une personne au quai.', null, 'Direction', 15, true],
  ['warning', 'Frigo 2 à 9 °C', 'Au-dessus du seuil de 5 °C depuis 12 min.', 'cuisine', 'Sonde frigo 2', 27, true],
  ['success', 'Sauvegarde terminée', '1 284 notifications, 3,1 Mo', 'devops', 'Hub', 760, true],
  [
    'error',
    'Paiement refusé ORD-37',
    'Carte refusée par la banque, réglée en espèces.',
    'commandes',
    'Caisse 2',
    900,
    true,
  ],
];

/** What a person sent while the hub was away, one of which it did not want afterwards. */
export function shopOutbox(): Outbox {
  const at = noon() - 480_000;
  const drafts: QueuedDraft[] = [
    { number: 1, channel: 'cuisine', type: 'warning', title: 'Rupture de poulet braisé', at, refused: [] },
    { number: 2, channel: null, type: 'info', title: 'Livraison de légumes à 14 h', at: at + 60_000, refused: [] },
    {
      number: 3,
      channel: 'bar',
      type: 'error',
      title: 'Imprimante du bar hors ligne',
      at: at + 90_000,
      refused: ["Le champ 'title' dépasse 200 caractères"],
    },
  ];
  return { count: drafts.length, drafts };
}

/** What a hub lets through at its limits: long words, right-to-left text, markup, deep and wide data. */
export function hostileDetails(): Detail[] {
  const long = 'Anticonstitutionnellement'.repeat(8);
  const [first, ...rest] = shopDetails();
  if (!first) return [];
  const deep = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
  const wide = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`champ_${at}`, at * 1000]));
  return [
    {
      ...first,
      title: long,
      message: `<b>${long}</b>\n\nطلب جديد: طاولة ٧ 🍔🍟\n${'mot '.repeat(200)}`,
      sender: long,
      caughtUp: true,
      expired: true,
      taken: { by: long, device: long, at: noon(), mine: false, queued: false },
      channel: 'canal-'.repeat(16),
      data: {
        [long]: long,
        deep,
        items: Array.from({ length: 30 }, (_, at) => ({ qty: at, name: long, note: 'x', prix: 12.5 })),
        ...wide,
      },
    },
    { ...first, row: 0, id: 'n_rtl', title: 'طلب جديد ORD-46', message: 'طاولة ٧: ٢ برغر', sender: 'مريم', data: null },
    ...rest,
  ];
}

/** The delivery was for an hour that had passed. */
const EXPIRED = 5;

/** More than is listed, with the longest words. */
export function hostileOutbox(): Outbox {
  const drafts = Array.from({ length: 50 }, (_, at) => ({
    number: at,
    channel: 'canal-'.repeat(16),
    type: 'error' as const,
    title: 'Anticonstitutionnellement'.repeat(8),
    at: noon() - (50 - at) * 86_400_000,
    refused: at === 0 ? ['Refus'.repeat(60), 'Non.'] : [],
  }));
  return { count: 1000, drafts };
}

/** Noon today: the newest notification is from 12:06, whenever the test runs. */
export function noon(): number {
  return new Date().setHours(12, 7, 0, 0);
}

export function shopDetails(): Detail[] {
  const by = (by: string, minutesAgo: number, mine = false) => ({
    by,
    device: null,
    at: noon() - minutesAgo * 60_000,
    mine,
    queued: false,
  });
  const takers: Record<number, Taken> = {
    2: by('Alice', 3),
    4: by('Comptoir', 8, true),
    6: by('Alice', 23),
    8: by('Chloé', 899),
  };
  return LINES.map(([type, title, message, channel, sender, minutesAgo, read, data = null, caughtUp = false], at) => ({
    row: LINES.length - at,
    id: `n_1763640000.00${at}`,
    type,
    title,
    message,
    sender,
    channel,
    read,
    caughtUp,
    expired: at === EXPIRED,
    taken: takers[at] ?? null,
    remindAt: null,
    reminded: false,
    data,
    at: noon() - minutesAgo * 60_000,
    receivedAt: noon() - minutesAgo * 60_000 + 40,
  }));
}

export function shopSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  return snapshot({
    link: { state: 'connected', since: noon() - 3_600_000 },
    hubName: 'Chez Awa',
    hubStats: { connectedClients: 4, activeChannels: 5, uptime: 8760 },
    channels: [
      { name: 'commandes', joined: true, confirmed: true, clientCount: 4, unread: 1, today: 86 },
      { name: 'cuisine', joined: true, confirmed: true, clientCount: 3, unread: 1, today: 41 },
      { name: 'devops', joined: true, confirmed: true, clientCount: 1, unread: 1, today: 7 },
      { name: 'livraison', joined: false, confirmed: false, clientCount: 2, unread: 0, today: 12 },
      { name: 'bar', joined: false, confirmed: false, clientCount: 2, unread: 0, today: 12 },
    ],
    unread: 3,
    total: LINES.length,
    historyBytes: 3_140_000,
    hostedHub: { state: 'off' },
    popups: 'working',
    sound: 'working',
    todo: { count: 2, late: 0 },
    latest: shopDetails().slice(0, 3),
    settings: settings({
      language: 'fr',
      theme: 'light',
      username: 'Comptoir',
      userId: 'station_1',
      hubAddress: 'http://192.168.1.20:8001',
      channels: ['commandes', 'cuisine', 'devops'],
      closeToTray: true,
      preferences: { devops: { ...CHANNEL, expects: false, popup: false } },
      people: ['Alice', 'Bruno', 'Chloé'],
    }),
    host: 'desktop',
    newestRow: LINES.length,
    ...change,
  });
}
