import type { JsonValue } from '../src/host/contract/serde_json/JsonValue';
import type { NotificationType } from '../src/host/contract/NotificationType';
import type { Detail, Snapshot } from '../src/host/host';
import { noon, shopSnapshot } from './shop';

type Order = [ref: number, waited: string, where: JsonValue, items: JsonValue[]];

const ORDERS: Order[] = [
  [
    39,
    '12:40',
    { table: 4 },
    [
      { qty: 1, name: 'Garba complet' },
      { qty: 2, name: 'Attiéké poisson', note: 'sans piment' },
    ],
  ],
  [
    42,
    '8:05',
    { table: 7 },
    [
      { qty: 2, name: 'Burger maison' },
      { qty: 1, name: 'Frites' },
    ],
  ],
  [
    43,
    '4:12',
    { table: 2 },
    [
      { qty: 1, name: 'Poulet braisé' },
      { qty: 1, name: 'Alloco' },
      { qty: 2, name: 'Bissap' },
    ],
  ],
  [
    44,
    '3:30',
    { place: 'Comptoir' },
    [
      { qty: 2, name: 'Café' },
      { qty: 1, name: 'Crêpe au sucre' },
    ],
  ],
  [
    45,
    '1:55',
    { pickup: 'À emporter' },
    [
      { qty: 3, name: 'Wrap poulet' },
      { qty: 1, name: 'Jus de gingembre' },
    ],
  ],
  [
    46,
    '0:48',
    { table: 11 },
    [
      { qty: 4, name: 'Brochette bœuf' },
      { qty: 2, name: 'Frites' },
      { qty: 1, name: 'Alloco' },
      { qty: 1, name: 'Bissap' },
      { qty: 2, name: 'Jus de gingembre' },
      { qty: 1, name: 'Thé' },
    ],
  ],
  [
    47,
    '0:12',
    { table: 3 },
    [
      { qty: 1, name: 'Omelette' },
      { qty: 1, name: 'Thé' },
    ],
  ],
  [48, '0:08', { table: 5 }, ['Café']],
  [49, '0:05', { table: 6 }, ['Thé']],
];

function detail(row: number, waited: string, change: Partial<Detail>): Detail {
  const [minutes = 0, seconds = 0] = waited.split(':').map(Number);
  const at = noon() - (minutes * 60 + seconds) * 1000;
  return {
    row,
    id: `n_${row}`,
    type: 'info' as NotificationType,
    title: `Nouvelle commande ORD-${row}`,
    message: '',
    sender: 'Caisse 1',
    channel: 'cuisine',
    at,
    read: false,
    caughtUp: false,
    expired: false,
    taken: null,
    remindAt: null,
    reminded: false,
    data: null,
    receivedAt: at + 40,
    ...change,
  };
}

/** An order that has waited for so long, e.g. `4:12`. */
export function order(number: number, waited: string, data: JsonValue = {}): Detail {
  return detail(number, waited, { data: { ref: `ORD-${number}`, ...(data as object) } });
}

/** Ten that wait in the kitchen, and two that somebody took. */
export function wallDetails(): Detail[] {
  const taken = (by: string, minutes: number, mine: boolean) => ({
    taken: { by, device: null, at: noon() - minutes * 60_000, mine, queued: false },
  });
  return [
    ...ORDERS.map(([number, waited, where, items]) => order(number, waited, { ...(where as object), items })),
    detail(5, '5:50', {
      type: 'warning',
      title: 'Frigo 2 à 9 °C',
      message: 'Au-dessus du seuil de 5\u00a0°C depuis 12 min.',
      sender: 'Sonde frigo 2',
    }),
    { ...order(41, '14:00'), ...taken('Bruno', 3, true) },
    { ...order(40, '15:00'), ...taken('Alice', 6, false) },
  ];
}

/** What a hub lets through at its limits, on cards. */
export function hostileWallDetails(): Detail[] {
  const long = 'Anticonstitutionnellement'.repeat(8);
  const items = Array.from({ length: 400 }, () => ({ qty: 1e21, name: long, note: long }));
  return [
    order(1, '600:00', { ref: long, table: long, items }),
    order(2, '61:00', { items: ['طلب جديد', 'برغر', { name: 'بطاطا', qty: 2, note: 'بدون ملح' }], place: 'طاولة ٧' }),
    detail(3, '11:00', { type: 'error', title: long, message: `${long}\n\n${'mot '.repeat(70)}`, sender: long }),
    detail(4, '6:00', { title: 'طلب جديد', message: 'طاولة ٧: ٢ برغر '.repeat(20), sender: 'مريم' }),
    order(5, '4:00', { items: { name: 'pas une liste' }, table: ['7'] }),
    order(6, '3:00', { items: [null, 7, true, { qty: {}, name: [] }, '<b onclick="alert(1)">gras</b>'] }),
    detail(7, '2:00', { title: '<img src=x onerror="document.title=1">', message: '🍔'.repeat(300) }),
    order(8, '1:00', { items: Array.from({ length: 30 }, (_, at) => `mot ${at} ${'et encore '.repeat(at)}`) }),
  ];
}

export function wallSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  const shop = shopSnapshot(change);
  return { ...shop, settings: { ...shop.settings, wall: { open: true, channel: 'cuisine', light: false } } };
}
