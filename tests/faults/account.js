// The account of a run: what was attempted, what the hub confirmed, what each subscriber has. Pure.
//
// After everybody was given time to catch up, everything confirmed must be with everybody who is due it,
// once, in order, and nothing else.

export class Account {
  // client_id of each attempted notification.
  attempted = new Set();
  // client_id → the id that the hub confirmed.
  confirmed = new Map();
  // The ids that anybody was told, the hub's word that they are on its disk.
  told = [];
  // Subscriber → what it has of it.
  #subscribers = new Map();
  faults = [];

  attempt(clientId) {
    this.attempted.add(clientId);
  }

  confirm(clientId, id) {
    const before = this.confirmed.get(clientId);
    if (before !== undefined && before !== id) this.faults.push(`${clientId} was confirmed as ${before} and as ${id}`);
    this.confirmed.set(clientId, id);
    this.told.push(id);
  }

  #of(name) {
    let subscriber = this.#subscribers.get(name);
    if (!subscriber) this.#subscribers.set(name, (subscriber = { ids: new Map(), again: 0, last: 0 }));
    return subscriber;
  }

  // A connection of a subscriber begins: within it, nothing may come twice or out of order.
  connects(name) {
    this.#of(name).last = 0;
  }

  // A notification came in. The title carries the client_id of the attempt.
  receive(name, { id, seq, title }) {
    const subscriber = this.#of(name);
    if (seq <= subscriber.last) this.faults.push(`${name} got ${seq} after ${subscriber.last} on one connection`);
    subscriber.last = seq;
    if (subscriber.ids.has(id)) {
      subscriber.again += 1;
      return false;
    }
    subscriber.ids.set(id, title);
    this.told.push(id);
    return true;
  }

  // The whole history of a station, oldest first, at the end of a run.
  keeps(name, rows) {
    const { ids } = this.#of(name);
    for (const { id, title } of rows) {
      if (ids.has(id)) this.faults.push(`${name} keeps ${id} twice`);
      ids.set(id, title);
    }
  }

  has(name) {
    return this.#of(name).ids.size;
  }

  missing(name) {
    const { ids } = this.#of(name);
    return [...this.confirmed.values()].filter((id) => !ids.has(id));
  }

  // The figures; each but `attempted`, `confirmed` and `again` should be 0.
  verdict() {
    const figures = { attempted: this.attempted.size, confirmed: this.confirmed.size, lost: 0, unexpected: 0, doubled: 0, outOfOrder: 0, again: 0 };
    for (const [name, { ids, again }] of this.#subscribers) {
      const titles = [...ids.values()];
      figures.lost += this.missing(name).length;
      figures.unexpected += titles.filter((title) => !this.attempted.has(title)).length;
      figures.doubled += titles.length - new Set(titles).size;
      const order = [...ids.keys()];
      figures.outOfOrder += order.filter((id, at) => at > 0 && order[at - 1] >= id).length;
      figures.again += again;
    }
    return { ...figures, faults: this.faults };
  }
}
