//! A hub that lets everybody in and then says nothing more.

mod support;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use futures_util::{SinkExt, StreamExt};
use support::run;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio_tungstenite::tungstenite::Message;

fn silent_hub() -> SocketAddr {
    let (tell, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("there is memory");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            tell.send(listener.local_addr().expect("it listens")).expect("the test waits");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async {
                    let mut socket = tokio_tungstenite::accept_async(stream).await.expect("it is a WebSocket");
                    let open = r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
                    let confirmed = r#"42["connection-confirmed",{"socketId":"b","serverTime":"2026-06-07T10:00:00.000Z"}]"#;
                    for packet in [open, r#"40{"sid":"b"}"#, confirmed] {
                        socket.send(Message::text(packet)).await.expect("the program listens");
                    }
                    while let Some(Ok(_)) = socket.next().await {}
                });
            }
        });
    });
    address.recv().expect("the hub listens")
}

#[test]
fn a_hub_that_does_not_answer_is_told_with_code_4() {
    let address = silent_hub().to_string();
    for args in [&["send", "t", "m"][..], &["stats"], &["channels"]] {
        let left = run(&[args, &["--hub", &address, "--timeout", "1"]].concat());
        assert_eq!((left.code, left.out.as_str()), (Some(4), ""), "{args:?}: {}", left.err);
        assert_eq!(left.err.lines().count(), 1, "one line: {}", left.err);
    }
}
