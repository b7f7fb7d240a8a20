//! One attempt to hand one message for one recipient to the mail server, and what its failure means.

use crate::audit::short;
use crate::config::{Mail, Tls};
use crate::wire::Lines;
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Severity};
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Wait for the answer to QUIT; the message is already delivered then.
const QUIT_WAIT: Duration = Duration::from_secs(2);

/// Replies that speak of the login, not of the message (RFC 4954, 4 and 6): retried, since the cure is in the settings.
const LOGIN_CODES: [u16; 4] = [530, 534, 535, 538];

/// How an attempt ended. Texts are for the audit trail: short, and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered the message with 2xx: it is responsible now.
    Delivered,
    /// The server refused this message to this recipient for good (5xx).
    Refused(String),
    /// Anything else: try again.
    Later(String),
}

/// The mail server as configured, with its TLS settings made ready.
pub struct Smtp {
    mail: Mail,
    hello: ClientId,
    tls: Option<TlsParameters>,
    attempt: Duration,
}

impl Smtp {
    /// `Err`: the authorities' PEM text cannot be used. `attempt` bounds one attempt as a whole.
    pub fn new(mail: &Mail, attempt: Duration) -> Result<Self, String> {
        let hello = match mail.hello.parse() {
            Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) => ClientId::Domain(mail.hello.clone()),
        };
        let tls = if mail.tls == Tls::None { None } else { Some(tls_parameters(mail)?) };
        Ok(Self { mail: mail.clone(), hello, tls, attempt })
    }

    /// Sends `message` to `recipient`.
    pub async fn deliver(&self, recipient: &Address, message: &[u8]) -> Outcome {
        match timeout(self.attempt, self.transaction(recipient, message)).await {
            Ok(Ok(())) => Outcome::Delivered,
            Ok(Err(outcome)) => outcome,
            Err(_) => Outcome::Later(format!("no answer within {} s", self.attempt.as_secs_f64())),
        }
    }

    async fn transaction(&self, recipient: &Address, message: &[u8]) -> Result<(), Outcome> {
        let mut connection = self.connect().await?;
        let from = self.mail.from.email.clone();
        let envelope = Envelope::new(Some(from), vec![recipient.clone()]).map_err(|e| Outcome::Later(e.to_string()))?;
        let reply = connection.send(&envelope, message).await.map_err(|e| judge(&e))?;
        // lettre lets 3xx pass as a yes; only 2xx hands over responsibility (RFC 5321, 4.2.1).
        if reply.code().severity != Severity::PositiveCompletion {
            return Err(Outcome::Later(format!("the message was answered with {}", reply.code())));
        }
        // Not waited for: the receipt must be written as soon as may be.
        tokio::spawn(async move { timeout(QUIT_WAIT, connection.quit()).await });
        Ok(())
    }

    /// A connection ready for MAIL: over verified TLS and logged in, as far as configured. Any failure up to here says
    /// nothing about the message, so it is retried even if the server says 5xx.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let mut connection = match (&self.tls, self.mail.tls) {
            (Some(tls), Tls::Implicit) => {
                let server = (self.mail.host.as_str(), self.mail.port);
                AsyncSmtpConnection::connect_tokio1(server, Some(self.attempt), &self.hello, Some(tls.clone()), None)
                    .await
                    .map_err(|e| later("connect", &e))?
            }
            (tls, _) => {
                let stream = Lines::new(self.tcp().await?);
                let opened = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await;
                let mut connection = opened.map_err(|e| later("greeting", &e))?;
                if let Some(tls) = tls {
                    connection.starttls(tls.clone(), &self.hello).await.map_err(|e| later("STARTTLS", &e))?;
                }
                connection
            }
        };
        // Said once more where it counts, in case a way here is ever added that forgets it.
        if self.tls.is_some() && !connection.is_encrypted() {
            return Err(later("STARTTLS", &"the connection is not encrypted"));
        }
        if let Some((user, password)) = &self.mail.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            // Only the code: a server may repeat what it was sent.
            answer.map_err(|e| later("AUTH", &e.status().map_or("failed".to_owned(), |code| code.to_string())))?;
        }
        Ok(connection)
    }

    async fn tcp(&self) -> Result<TcpStream, Outcome> {
        let found = lookup_host((self.mail.host.as_str(), self.mail.port)).await.map_err(|e| later("look-up", &e))?;
        // Without TLS `localhost` has to be what it says.
        let addresses: Vec<SocketAddr> = found.filter(|a| self.tls.is_some() || a.ip().is_loopback()).collect();
        let each = self.attempt / (addresses.len().max(1) as u32);
        let mut failure = later("look-up", &"no usable address");
        for address in addresses {
            match timeout(each, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(e)) => failure = later("connect", &e),
                Err(_) => failure = later("connect", &"no answer"),
            }
        }
        Err(failure)
    }
}

/// Certificates are checked for chain, dates and name; TLS 1.2 at least (lettre's lower bound with rustls).
fn tls_parameters(mail: &Mail) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    builder = match &mail.authorities {
        None => builder.certificate_store(CertificateStore::WebpkiRoots),
        Some(pem) => {
            let authorities = Certificate::from_pem(pem).map_err(|e| format!("mail.ca_file: {e}"))?;
            builder.certificate_store(CertificateStore::None).add_root_certificate(authorities)
        }
    };
    builder.build_rustls().map_err(|e| format!("mail: {e}"))
}

fn later(stage: &str, why: &dyn Display) -> Outcome {
    Outcome::Later(short(&format!("{stage}: {why}")))
}

/// What a failed MAIL, RCPT, DATA or message means.
fn judge(error: &Error) -> Outcome {
    let login = error.status().is_some_and(|code| LOGIN_CODES.contains(&u16::from(code)));
    let text = short(&error.to_string());
    if error.is_permanent() && !login { Outcome::Refused(text) } else { Outcome::Later(text) }
}
