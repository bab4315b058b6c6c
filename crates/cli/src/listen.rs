//! `chapfood listen`.

use std::mem::discriminant;

use chapfood_client::{Deliveries, Delivery, LinkState, Pacing, Session, SessionConfig};
use chapfood_protocol::{Notification, event};

use crate::args::ListenOptions;
use crate::failure::Failure;
use crate::reach::{auth, pin, refused};
use crate::stop::StopSignals;
use crate::{output, plain, words};

pub(crate) async fn run(options: ListenOptions) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let auth = auth(&options.target, options.name, options.user_id)?;
    let hub = options.target.address();
    let pin = tokio::select! {
        pin = pin(&options.target, &hub, None) => pin?,
        () = signals.next() => return Ok(()),
    };
    let config = SessionConfig {
        address: hub.clone(),
        pin,
        auth,
        channels: options.channels,
        cursors: None,
        pacing: Pacing::default(),
    };
    let (session, mut deliveries) = Session::start(config);
    let mut link = session.link();
    let mut printer = Printer { json: options.json, left: options.count };
    let mut told = LinkState::Connecting;
    loop {
        tokio::select! {
            batch = deliveries.next() => match batch {
                Some(batch) => match printer.print(batch)? {
                    Rest::More => {}
                    Rest::Nothing => return close(session, deliveries, &mut printer).await,
                    // A goodbye would tell the hub that we have what we did not print. Without one it
                    // keeps that for the next time.
                    Rest::Unprinted => return Ok(()),
                },
                None => return Err(anyhow::anyhow!("the session ended").into()),
            },
            Ok(()) = link.changed() => {
                let now = link.borrow_and_update().clone();
                if discriminant(&now) != discriminant(&told) {
                    tell(&hub, &now);
                    told = now;
                }
            }
            () = signals.next() => return close(session, deliveries, &mut printer).await,
        }
    }
}

/// Says goodbye and prints what the hub still sent before it heard it.
async fn close(session: Session, mut deliveries: Deliveries, printer: &mut Printer) -> Result<(), Failure> {
    let last = async {
        while let Some(batch) = deliveries.next().await {
            printer.print(batch)?;
        }
        Ok(())
    };
    tokio::join!(session.close(), last).1
}

fn tell(hub: &str, link: &LinkState) {
    let text = match link {
        LinkState::Connecting => return,
        LinkState::Connected { .. } => words::connected(hub),
        LinkState::Reconnecting { .. } => words::trying(hub),
        LinkState::Offline { .. } => words::offline(hub),
        LinkState::Refused { reason, words, .. } => refused(*reason, words).to_string(),
    };
    eprintln!("chapfood: {}", plain::line(&text));
}

/// What is left to do after a batch.
enum Rest {
    More,
    /// The wanted number is printed, and nothing else came.
    Nothing,
    /// The wanted number is printed, and more came that is not.
    Unprinted,
}

struct Printer {
    json: bool,
    /// How many are still wanted; `None`: all.
    left: Option<u64>,
}

impl Printer {
    fn print(&mut self, batch: Vec<Delivery>) -> Result<Rest, Failure> {
        for delivery in batch {
            match delivery {
                Delivery::Notification(_) if self.left == Some(0) => return Ok(Rest::Unprinted),
                Delivery::Notification(notification) => {
                    if self.json {
                        output::json(&notification)?;
                    } else {
                        output::line(&human(&notification))?;
                    }
                    self.left = self.left.map(|left| left - 1);
                }
                // Without its channel, listening would wait for nothing.
                Delivery::Errors(error) if error.event.as_deref() == Some(event::JOIN_CHANNEL) => {
                    return Err(Failure::Refused(error.errors.join("; ")));
                }
                Delivery::Errors(error) => {
                    eprintln!("chapfood: {}", plain::line(&words::refused(&error.errors.join("; "))));
                }
                _ => {}
            }
        }
        Ok(if self.left == Some(0) { Rest::Nothing } else { Rest::More })
    }
}

/// One line: when, where, what, who, and the data if there is any. `*` is everybody's channel.
fn human(notification: &Notification) -> String {
    let Notification { kind, title, message, data, sender, channel, timestamp, .. } = notification;
    let channel = channel.as_deref().unwrap_or("*");
    let mut line = format!("{timestamp} {channel} [{}] {title}: {message} ({sender})", kind.as_str());
    if let Some(data) = data {
        line.push(' ');
        line.push_str(&serde_json::Value::Object(data.clone()).to_string());
    }
    plain::line(&line)
}
