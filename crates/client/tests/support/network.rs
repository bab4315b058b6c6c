use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, PartialEq)]
enum Weather {
    Fair,
    Frozen,
    Cut,
}

/// A way to a hub that can be frozen (nothing arrives, nothing is said) or cut.
pub(crate) struct Network {
    pub(crate) address: SocketAddr,
    weather: watch::Sender<Weather>,
    task: JoinHandle<()>,
}

impl Network {
    pub(crate) async fn to(hub: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let (weather, forecast) = watch::channel(Weather::Fair);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut forecast = forecast.clone();
                forecast.mark_unchanged();
                tokio::spawn(carry(near, hub, forecast));
            }
        });
        Self { address, weather, task }
    }

    /// From now on nothing gets through, and nobody is told: a pulled cable.
    pub(crate) fn freeze(&self) {
        self.weather.send_replace(Weather::Frozen);
    }

    /// Breaks every connection.
    pub(crate) fn cut(&self) {
        self.weather.send_replace(Weather::Cut);
        self.weather.send_replace(Weather::Fair);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut near: TcpStream, hub: SocketAddr, mut forecast: watch::Receiver<Weather>) {
    let Ok(mut far) = TcpStream::connect(hub).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => return,
        _ = forecast.changed() => {}
    }
    let frozen = *forecast.borrow_and_update() == Weather::Frozen;
    if frozen {
        // The sockets stay open and unread until the weather changes again.
        let _ = forecast.changed().await;
    }
}
