//! The exchange of the model world: what [`Exchange`](super::super::Exchange) does between the pure pieces, told again
//! as short as it can be.

use std::sync::Arc;

use chapfood_protocol::{BROADCAST, Timestamp};

use super::hub::{Ask, Hub, Line};
use super::people::Packet;
use crate::log::{Cursor, Entry, FeedRequest, Outcome, Place, Request};

impl Hub {
    /// Hears of the next things that the log did.
    pub(super) fn learn(&mut self, most: usize) {
        for _ in 0..most {
            let Some(outcome) = self.outcomes.pop_front() else { return };
            match outcome {
                Outcome::Appended { notification, .. } => {
                    self.deliver(&Entry::Notification((*notification).clone()));
                }
                Outcome::Claimed { entry, new: true, .. } => self.deliver(&entry),
                Outcome::Located { tag: (line, Ask::Connect), place, claims, .. } => {
                    self.on_connect(line, place, &claims);
                }
                Outcome::Located { tag: (line, _), channel, place, claims } => {
                    self.on_join(line, &channel.into(), place, &claims);
                }
                Outcome::Passed { tag: (line, ask) } => self.on_passed(line, ask),
                Outcome::Advanced(cursors) => self.marks.written(&cursors),
                Outcome::NotAdvanced(cursors) => self.marks.give_back(cursors, self.start),
                Outcome::Repeated { .. }
                | Outcome::NotAppended { .. }
                | Outcome::Claimed { .. }
                | Outcome::NotClaimed { .. }
                | Outcome::NotLocated { .. } => {}
            }
        }
    }

    fn on_connect(&mut self, line: Line, place: Place, claims: &[u64]) {
        let Some(socket) = self.sockets.get_mut(&line) else { return };
        let everybody: Arc<str> = BROADCAST.into();
        let place = self.marks.start(socket.seats.kept_for(BROADCAST), &everybody, place);
        socket.connected = true;
        socket.seats.join(&everybody, &place).learn_claims(claims);
        let room = self.rooms.entry(everybody).or_default();
        self.busy.extend(room.place_at(place.head));
        room.members.insert(line);
        self.answer(line, Packet::Confirmed { epoch: self.epoch.clone() });
        if !place.is_whole() {
            self.answer(line, Packet::Resync { channel: BROADCAST.into() });
        }
        self.serve(line);
    }

    fn on_join(&mut self, line: Line, channel: &Arc<str>, place: Place, claims: &[u64]) {
        let Some(socket) = self.sockets.get_mut(&line).filter(|socket| socket.connected) else { return };
        let subscriber = socket.seats.kept_for(channel).cloned();
        let key = subscriber.clone().map(|subscriber| (subscriber, Arc::clone(channel)));
        match key.and_then(|key| self.sure.get_mut(&key)) {
            // Its own word counts more.
            Some(sure) if place.claimed => *sure = place.received,
            Some(sure) => _ = self.sure_at_join.insert((line, Arc::clone(channel)), *sure),
            None => {}
        }
        let place = self.marks.start(subscriber.as_ref(), channel, place);
        let membership = socket.seats.join(channel, &place);
        membership.learn_claims(claims);
        let (missing, pending) = (membership.missing(place.head), membership.pending(place.head));
        let room = self.rooms.entry(Arc::clone(channel)).or_default();
        self.busy.extend(room.place_at(place.head));
        room.members.insert(line);
        if place.unknown {
            self.answer(line, Packet::Resync { channel: Arc::clone(channel) });
        }
        let (head, recovered) = (place.head, place.is_whole());
        self.answer(line, Packet::Joined { channel: Arc::clone(channel), head, pending, recovered });
        if missing > 0 {
            self.serve(line);
        }
    }

    fn on_passed(&mut self, line: Line, ask: Ask) {
        let Some(socket) = self.sockets.get_mut(&line).filter(|socket| socket.connected) else { return };
        match ask {
            Ask::Leave(channel) => {
                // A leave of a channel in which it is not is answered too, as a fault.
                if socket.seats.leave(&channel) {
                    self.remove_member(&channel, line);
                }
                self.answer(line, Packet::Left { channel });
            }
            Ask::Received(channel, seq) => {
                let received = socket.seats.on_received(&channel, seq);
                self.mark(received.expect("it was given something here"));
            }
            Ask::Gone { in_order } => self.on_gone(line, in_order),
            Ask::Connect | Ask::Join | Ask::Send => {}
        }
    }

    fn on_gone(&mut self, line: Line, in_order: bool) {
        let Some(mut socket) = self.sockets.remove(&line) else { return };
        self.busy.remove(&line);
        if in_order {
            let received = socket.seats.on_clean_end(socket.window.left());
            self.mark(received);
        }
        for channel in socket.seats.memberships.keys() {
            self.remove_member(channel, line);
        }
    }

    fn remove_member(&mut self, channel: &Arc<str>, line: Line) {
        if let Some(room) = self.rooms.get_mut(channel) {
            room.members.remove(&line);
            if room.members.is_empty() {
                self.rooms.remove(channel);
            }
        }
    }

    pub(super) fn on_pong(&mut self, line: Line) {
        let Some(socket) = self.sockets.get_mut(&line).filter(|socket| socket.connected) else { return };
        socket.window.on_pong();
        let received = socket.seats.on_pong(socket.waiting.is_empty());
        self.mark(received);
    }

    fn mark(&mut self, received: impl IntoIterator<Item = Cursor>) {
        for cursor in received {
            self.sure.insert((Arc::clone(&cursor.subscriber), Arc::clone(&cursor.channel)), cursor.seq);
            self.marks.set(cursor, self.start);
        }
    }

    pub(super) fn write_marks(&mut self) {
        let cursors = self.marks.take();
        if !cursors.is_empty() {
            self.requests.push_back(Request::Advance(cursors));
        }
    }

    // Delivery.

    fn deliver(&mut self, entry: &Entry) {
        let channel = entry.channel().unwrap_or(BROADCAST);
        let Some(room) = self.rooms.get_mut(channel) else { return };
        room.head = entry.seq();
        for line in room.members.clone() {
            let Some(socket) = self.sockets.get_mut(&line) else { continue };
            let Some(membership) = socket.seats.memberships.get(channel) else { continue };
            let level = membership.takes(entry.seq());
            let given = level && socket.give(Packet::Entry(Box::new(entry.clone())));
            let ends_at = socket.window.end();
            let Some(membership) = socket.seats.memberships.get_mut(channel) else { continue };
            if given {
                membership.gave(entry.seq(), ends_at);
            } else {
                if entry.kind() != 0 {
                    membership.learn_claims(&[entry.seq()]);
                }
                self.busy.insert(line);
            }
        }
    }

    pub(super) fn serve_busy(&mut self) {
        for line in self.busy.clone() {
            self.serve(line);
        }
    }

    fn serve(&mut self, line: Line) {
        let Some(socket) = self.sockets.get_mut(&line) else {
            self.busy.remove(&line);
            return;
        };
        socket.flush();
        let mut owes = !socket.waiting.is_empty();
        let mut memberships = std::mem::take(&mut socket.seats.memberships);
        for (channel, membership) in &mut memberships {
            while let Some(next) = membership.peek(Timestamp::default())
                && socket.give(Packet::Entry(Box::new(next.clone())))
            {
                membership.gave_first(socket.window.end());
            }
            let head = self.rooms.get(channel).map_or(0, |room| room.head);
            if let Some((from, to)) = membership.wants(head) {
                self.reads.push_back(FeedRequest { key: line, channel: channel.to_string(), from, to });
            }
            owes |= membership.missing(head) > 0;
        }
        socket.seats.memberships = memberships;
        if owes {
            self.busy.insert(line);
        } else {
            self.busy.remove(&line);
        }
    }

    /// The reader works off the next request.
    pub(super) fn read_log(&mut self) {
        let Some(request) = self.reads.pop_front() else { return };
        let log = self.open.as_ref().expect("the hub is up");
        self.feeds.push_back(log.reader.answer(request));
    }

    pub(super) fn take_feed(&mut self) {
        let Some(feed) = self.feeds.pop_front() else { return };
        let Some(socket) = self.sockets.get_mut(&feed.key) else { return };
        if let Some(membership) = socket.seats.membership(&feed.channel) {
            membership.fed(feed.from, feed.entries, feed.next);
        }
        self.serve(feed.key);
    }

    fn answer(&mut self, line: Line, packet: Packet) {
        let Some(socket) = self.sockets.get_mut(&line) else { return };
        socket.waiting.push_back(packet);
        socket.flush();
        if !socket.waiting.is_empty() {
            self.busy.insert(line);
        }
    }

    // The line.

    /// The kernel takes so much of what was given.
    pub(super) fn kernel_takes(&mut self, line: Line, most: usize) -> Vec<Packet> {
        let Some(socket) = self.sockets.get_mut(&line) else { return Vec::new() };
        let most = most.min(socket.buffer.len());
        let taken: Vec<_> = socket.buffer.drain(..most).collect();
        for packet in &taken {
            // A frame has a head.
            let bytes = usize::try_from(packet.bytes()).expect("small");
            socket.connection.wrote(bytes + 4);
        }
        taken
    }

    /// Asks whether the client is alive.
    pub(super) fn ping(&mut self, line: Line) -> bool {
        let found = self.sockets.get_mut(&line);
        found.is_some_and(|socket| {
            socket.buffer.push_back(Packet::Ping);
            true
        })
    }
}
