import type { setup as fr } from '../fr/setup';

export const setup: Record<keyof typeof fr, string> = {
  'first.title': 'Connect this computer',
  'first.lead': 'A hub passes notifications between the computers in your shop.',
  'first.found': 'Hubs found on this network',
  'first.searching': 'Searching…',
  'first.none': 'No hub found. Check that the computer hosting it is on and uses the same Wi-Fi.',
  'first.people_one': '{n} computer',
  'first.people_other': '{n} computers',
  'first.join': 'Join',
  'first.manual': 'Type an address or a code',
  'first.manual_sub': 'The 6-digit code is shown on the computer hosting the hub.',
  'first.host': 'Host a hub on this computer',
  'first.host_sub': 'For the first computer in the shop. It must stay on during service.',
  'first.code_tab': 'Code',
  'first.address_tab': 'Address',
  'first.code_label': '6-digit pairing code',
  'first.code_hint': 'On the other computer: Hub, then Add a computer.',
  'first.code_error': 'This code is no longer valid. Ask for a new one on the computer hosting the hub.',
  'first.name_label': 'Name of this computer',
  'first.name_hint': 'It shows when someone takes a notification.',
  'first.connect': 'Connect',
};
