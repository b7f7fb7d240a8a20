//! The Chrome DevTools Protocol over one WebSocket: calls, and the events that arrive meanwhile.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// A call that has no answer after this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a wait looks up from the socket.
const TICK: Duration = Duration::from_millis(20);

/// A connection to a browser.
pub struct Cdp {
    socket: WebSocket<TcpStream>,
    next: u64,
    /// Events since the last time they were taken, in order; workers have a `sessionId` of their own.
    events: Vec<Value>,
    /// The sessions of the workers that run now.
    pub workers: Vec<String>,
}

impl Cdp {
    /// Connects to `ws://127.0.0.1:port/path`.
    pub fn connect(port: u16, path: &str) -> Cdp {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the browser listens");
        stream.set_nodelay(true).expect("a socket option");
        let url = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) = tungstenite::client(url.as_str(), stream).expect("a WebSocket");
        socket.get_ref().set_read_timeout(Some(TICK)).expect("a socket option");
        Cdp { socket, next: 0, events: Vec::new(), workers: Vec::new() }
    }

    /// Calls a method in a session (the browser's own: an empty name) and gives its result or its error.
    pub fn try_call(&mut self, session: &str, method: &str, parameters: Value) -> Result<Value, String> {
        let id = self.send(session, method, parameters);
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let Some(mut message) = self.read() else { continue };
            if message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(format!("{method}: {error}")),
                    None => Ok(message["result"].take()),
                };
            }
        }
        Err(format!("{method}: no answer in {} s", PATIENCE.as_secs()))
    }

    /// A call that must succeed.
    pub fn call(&mut self, session: &str, method: &str, parameters: Value) -> Value {
        self.try_call(session, method, parameters).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Takes in events for a while.
    pub fn rest(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.read();
        }
    }

    /// The events since this was last asked.
    pub fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    fn send(&mut self, session: &str, method: &str, parameters: Value) -> u64 {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": parameters });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string())).expect("the browser reads");
        self.next
    }

    /// The next message, if one comes within a tick. An event is kept, too, and a new worker is listened to.
    fn read(&mut self) -> Option<Value> {
        let message = match self.socket.read() {
            Ok(Message::Text(text)) => serde_json::from_str::<Value>(&text).expect("the protocol is JSON"),
            Ok(_) => return None,
            Err(tungstenite::Error::Io(fault))
                if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                return None;
            }
            Err(fault) => panic!("the browser hung up: {fault}"),
        };
        let session = message["params"]["sessionId"].as_str().unwrap_or_default().to_owned();
        match message["method"].as_str() {
            Some("Target.attachedToTarget") if message["params"]["targetInfo"]["type"] == "worker" => {
                self.send(&session, "Network.enable", json!({}));
                self.send(&session, "Runtime.runIfWaitingForDebugger", json!({}));
                self.workers.push(session);
            }
            Some("Target.detachedFromTarget") => self.workers.retain(|worker| *worker != session),
            _ => {}
        }
        if message.get("method").is_some() {
            self.events.push(message.clone());
        }
        Some(message)
    }
}
