//! Reading a request body within a size and a time.

use crate::limits::BODY_MAX;
use axum::body::Body;
use hyper::body::Body as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes read and thrown away before a refusal, and for how long. A socket closed with unread bytes is reset, and a
/// reset can overtake the answer: the client would see a broken connection in place of the reason.
const DISCARD_MAX: usize = 1 << 20;
const DISCARD_WAIT: Duration = Duration::from_secs(2);

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
pub enum Failed {
    TooLarge,
    TooSlow,
    /// The client went away or broke the protocol.
    Broken,
}

/// The whole body, at most 256 KiB.
pub async fn read(mut body: Body, wait: Duration) -> Result<Vec<u8>, Failed> {
    let whole = async {
        let mut bytes = Vec::new();
        while let Some(part) = next(&mut body).await {
            let part = part?;
            if bytes.len() + part.len() > BODY_MAX {
                return Err(Failed::TooLarge);
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    };
    let read = timeout(wait, whole).await.unwrap_or(Err(Failed::TooSlow));
    if read == Err(Failed::TooLarge) {
        discard(body).await;
    }
    read
}

/// Reads what the client is still sending, within bounds, and forgets it.
pub async fn discard(mut body: Body) {
    let rest = async {
        let mut left = DISCARD_MAX;
        while let Some(Ok(part)) = next(&mut body).await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                break;
            }
        }
    };
    let _ = timeout(DISCARD_WAIT, rest).await;
}

async fn next(body: &mut Body) -> Option<Result<hyper::body::Bytes, Failed>> {
    let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
    // Trailers carry nothing for us.
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()).map_err(|_| Failed::Broken))
}
