//! What a session does while it is connected.

use chapfood_protocol::{BROADCAST, SendRequest, event};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::Delivery;
use crate::again::Ask;
use crate::connection::Connection;
use crate::establish::at;
use crate::inflow::Signal;
use crate::pending::Reply;
use crate::refusal::Refusal;
use crate::request::{fresh_id, wire};
use crate::session::Command;
use crate::supervisor::{Ending, Supervisor};

impl Supervisor {
    /// Joins the channels and serves until the connection, or the wish for it, ends.
    pub(crate) async fn serve(
        &mut self,
        connection: &Connection,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Ending {
        for channel in self.channels.clone() {
            if let Err(ending) = self.emit(connection, event::JOIN_CHANNEL, Some(json!(channel))).await {
                return ending;
            }
        }
        if let Err(ending) = self.tell_presence(connection).await {
            return ending;
        }
        let mut look = self.looks();
        loop {
            let deadline = self.pending.next_deadline();
            let served = tokio::select! {
                signal = signals.recv() => self.heard(connection, signal).await,
                command = self.commands.recv() => self.connected(connection, command).await,
                () = at(self.receipts.due()) => self.tell_received(connection).await,
                () = at(self.again.due()) => self.ask_again(connection).await,
                () = at(deadline) => {
                    self.pending.expire(Instant::now());
                    Ok(())
                }
                _ = look.tick() => self.alive(),
                () = self.deliveries.closed() => Err(Ending::Abandoned),
            };
            if let Err(ending) = served {
                return ending;
            }
        }
    }

    /// What no callback tells: that the computer slept, or that the connection's task died. `rust_socketio`
    /// panics when a hub breaks off within an attachment, and then there is nobody left to miss the ping.
    fn alive(&mut self) -> Result<(), Ending> {
        if self.woke() {
            Err(Ending::Slept)
        } else if Handle::current().metrics().num_alive_tasks() == 0 {
            Err(Ending::Lost("the connection's task died".into()))
        } else {
            Ok(())
        }
    }

    async fn heard(&mut self, connection: &Connection, signal: Option<Signal>) -> Result<(), Ending> {
        match signal {
            Some(Signal::Accepted) => Ok(()),
            // It took longer than the grace, and the hub was taken at its CONNECT.
            Some(Signal::Confirmed(epoch)) => {
                self.receipts.connected(epoch);
                self.tell_presence(connection).await
            }
            Some(Signal::Sent(sent)) => {
                self.pending.confirm(sent);
                Ok(())
            }
            Some(Signal::Errors(error)) if let Some(refusal) = Refusal::of_live(&error) => {
                // A send that it answers was not done; of any other under way nobody can say.
                if error.event.is_some() {
                    let _ = self.pending.refuse(error);
                }
                Err(Ending::Refused(refusal))
            }
            Some(Signal::Errors(error)) if self.puts_off(&error) => Ok(()),
            Some(Signal::Errors(error)) if error.event.as_deref() == Some(event::RECEIVED) => {
                // Nobody can do anything about it, and nothing is lost: the hub sends more again.
                tracing::warn!(errors = ?error.errors, "the hub refused a receipt");
                Ok(())
            }
            Some(Signal::Errors(error)) => {
                let Some(error) = self.pending.refuse(error) else { return Ok(()) };
                let told = self.deliveries.send(Delivery::Errors(error));
                match timeout(self.config.pacing.reader_patience, told).await {
                    Ok(_) => Ok(()),
                    Err(_) => Err(Ending::Lost("the queue of deliveries stayed full".into())),
                }
            }
            Some(Signal::Refused(refusal)) => Err(Ending::Refused(refusal)),
            Some(Signal::Lost(why)) => Err(Ending::Lost(why)),
            None => Err(Ending::Lost("the connection ended".into())),
        }
    }

    async fn connected(&mut self, connection: &Connection, command: Option<Command>) -> Result<(), Ending> {
        match command {
            Some(Command::Join(channel)) => {
                self.remember(&channel);
                self.again.forget(&Ask::Leave(channel.clone()));
                self.emit(connection, event::JOIN_CHANNEL, Some(json!(channel))).await
            }
            Some(Command::Leave(channel)) => {
                self.channels.retain(|joined| *joined != channel);
                if self.again.forget(&Ask::Join(channel.clone())) {
                    // The hub has not let us in there, so there is nothing to leave.
                    return Ok(());
                }
                // Afterwards the hub would not take it, and who joins again would get all that again.
                if let Some(seq) = self.receipts.take_one(&channel) {
                    self.emit(connection, event::RECEIVED, Some(receipt(&channel, seq))).await?;
                }
                self.emit(connection, event::LEAVE_CHANNEL, Some(json!(channel))).await
            }
            Some(Command::GetChannels) => self.emit(connection, event::GET_CHANNELS, None).await,
            Some(Command::GetStats) => self.emit(connection, event::GET_STATS, None).await,
            Some(Command::Received(channel, position)) => {
                // The hub takes none for a channel that was left.
                if channel == BROADCAST || self.channels.contains(&channel) {
                    self.receipts.add(channel, &position, Instant::now());
                }
                Ok(())
            }
            Some(Command::Claim(event, id, by)) => {
                let claim = match by {
                    Some(by) => json!({ "id": id, "username": by }),
                    None => json!({ "id": id }),
                };
                self.emit(connection, event, Some(claim)).await
            }
            Some(Command::Presence(state)) => {
                let told = self.presence.replace(state);
                if told == Some(state) { Ok(()) } else { self.tell_presence(connection).await }
            }
            Some(Command::TryNow) => Ok(()),
            Some(Command::Send(request, reply)) => self.send(connection, *request, reply).await,
            Some(Command::Close(reply)) => {
                self.closing.push(reply);
                Err(Ending::Close)
            }
            None => Err(Ending::Close),
        }
    }

    async fn tell_received(&mut self, connection: &Connection) -> Result<(), Ending> {
        for (channel, seq) in self.receipts.take() {
            self.emit(connection, event::RECEIVED, Some(receipt(&channel, seq))).await?;
        }
        Ok(())
    }

    async fn send(
        &mut self,
        connection: &Connection,
        mut request: SendRequest,
        reply: Reply,
    ) -> Result<(), Ending> {
        request.client_id = request.client_id.or_else(fresh_id);
        let until = Instant::now() + self.config.pacing.answer_deadline;
        self.pending.add(request.client_id.clone(), until, reply);
        self.emit(connection, event::SEND_NOTIFICATION, Some(wire(request))).await
    }

    pub(crate) async fn emit(
        &self,
        connection: &Connection,
        event: &str,
        payload: Option<Value>,
    ) -> Result<(), Ending> {
        match timeout(self.config.pacing.emit_deadline, connection.emit(event, payload)).await {
            Ok(sent) => sent.map_err(Ending::Lost),
            Err(_) => Err(Ending::Lost("the network took nothing more".into())),
        }
    }

    /// Says goodbye and hears the hub out: what it sent before it heard us counts as delivered there.
    pub(crate) async fn part(&mut self, connection: Connection, mut signals: mpsc::Receiver<Signal>) {
        let deadline = self.config.pacing.goodbye_deadline;
        let parting = async {
            // Not needed, but the hub then need not keep for us what we have.
            if self.tell_received(&connection).await.is_ok() {
                connection.goodbye().await;
            }
            while let Some(signal) = signals.recv().await {
                if let Signal::Sent(sent) = signal {
                    self.pending.confirm(sent);
                }
            }
        };
        if timeout(deadline, parting).await.is_err() {
            tracing::debug!("the hub did not close after our goodbye");
        }
    }
}

fn receipt(channel: &str, seq: u64) -> Value {
    json!({ "channel": channel, "seq": seq })
}
