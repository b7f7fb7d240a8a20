//! The members of a bundle, one after the other: each is a file of its own, and one that is no traffic stops nothing.

use super::{Account, File, Work};
use crate::error::{Error, Result};
use crate::ingest::unpack::{Bundle, Out};

/// So many members are read, so that a bundle of millions of empty files ends. Zeek writes some thirty logs an hour:
/// this is two weeks of them. Our own choice.
const MOST_MEMBERS: u64 = 10_000;

/// So many members that were not read are named.
const NAMED: usize = 20;

pub struct Members {
    bundle: Bundle,
    state: State,
}

struct State {
    name: String,
    depth: usize,
    unpacks: bool,
    member: Option<Box<File>>,
    /// What is wrong with the member at hand, once something is: the rest of it is passed over.
    fault: Option<String>,
    count: u64,
    read: u64,
    passed: Vec<String>,
    passed_count: u64,
}

impl Members {
    pub fn new(bundle: Bundle, name: &str, depth: usize) -> Self {
        let unpacks = matches!(bundle, Bundle::Zip(_));
        let state = State {
            name: name.to_owned(),
            depth,
            unpacks,
            member: None,
            fault: None,
            count: 0,
            read: 0,
            passed: Vec::new(),
            passed_count: 0,
        };
        Members { bundle, state }
    }

    pub fn feed(&mut self, slice: &[u8], work: &mut Work<'_>) -> Result<()> {
        let state = &mut self.state;
        self.bundle.feed(slice, &mut |out| state.take(out, work))
    }

    pub fn finish(mut self, whole: bool, work: &mut Work<'_>) -> Result<Account> {
        let state = &mut self.state;
        if whole {
            self.bundle.finish(&mut |out| state.take(out, work))?;
        } else {
            state.end(false, None, work);
        }
        let (notes, read) = (self.bundle.notes(), state.read);
        let notes: Vec<String> = state.notes().into_iter().chain(notes).collect();
        if read == 0 && whole {
            let notes = notes.join(" ");
            return Err(Error::unreadable(format!("there is no traffic in this {} file. {notes}", self.bundle.key())));
        }
        // The account of the bundle itself has no rows: they are its members'.
        work.intake.begin(&state.name);
        Ok(Account { format: self.bundle.key(), notes })
    }
}

impl State {
    /// An error of this stops the whole bundle: where a member unpacks to more than is allowed.
    fn take(&mut self, out: Out<'_>, work: &mut Work<'_>) -> Result<()> {
        match out {
            Out::Begin(name) => self.begin(name, work),
            Out::Bytes(bytes) => {
                if self.unpacks {
                    work.budget.spend(bytes.len())?;
                }
                if self.fault.is_none()
                    && let Some(member) = &mut self.member
                    && let Err(error) = member.feed(bytes, work)
                {
                    if work.budget.spent() {
                        return Err(error);
                    }
                    self.fault = Some(error.to_string());
                }
            }
            Out::End(fault) => self.end(true, fault, work),
            Out::Passed(name, why) => {
                self.count += 1;
                self.pass(name, why);
            }
        }
        Ok(())
    }

    fn begin(&mut self, name: &str, work: &mut Work<'_>) {
        self.count += 1;
        self.fault = (self.count > MOST_MEMBERS).then(|| format!("only {MOST_MEMBERS} members are read"));
        let name = format!("{}/{name}", self.name);
        if self.fault.is_none() {
            work.intake.begin(&name);
        }
        self.member = Some(Box::new(File::new(name, work.inputs.len(), self.depth)));
    }

    fn end(&mut self, whole: bool, damage: Option<&'static str>, work: &mut Work<'_>) {
        let Some(member) = self.member.take() else { return };
        let (name, fault) = (member.name.clone(), self.fault.take());
        let at = member.place;
        let whole = whole && fault.is_none();
        if damage.is_some() || !whole {
            work.intake.ends_short();
        }
        let ended = member.finish(whole, work);
        let fault = match (fault, ended) {
            (Some(fault), Ok(())) if work.inputs[at..].iter().all(|input| input.read + input.rejected == 0) => {
                work.inputs.truncate(at);
                Some(fault)
            }
            // Rows were read before the fault: they belong to an input, which says so.
            (fault, Ok(())) => {
                self.read += 1;
                let damage = damage.map(|what| format!("Of this member of the bundle {what}."));
                let fault = fault.map(|fault| format!("Reading stopped before its end: {fault}"));
                work.inputs[at].notes.extend(damage.into_iter().chain(fault));
                None
            }
            (fault, Err(error)) => Some(fault.unwrap_or_else(|| error.to_string())),
        };
        if let Some(fault) = fault {
            let inside = name.strip_prefix(&self.name).unwrap_or(&name).trim_start_matches('/').to_owned();
            self.pass(&inside, &fault);
        }
    }

    fn pass(&mut self, name: &str, why: &str) {
        self.passed_count += 1;
        if self.passed.len() < NAMED {
            let database = name.ends_with(".mmdb");
            let why = if database { "a GeoIP database is to be given unpacked" } else { why };
            self.passed.push(format!("{name} ({})", why.split(':').next().unwrap_or(why).trim()));
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes =
            vec![format!("Members read: {} of {}, each listed below by its own name.", self.read, self.count)];
        if self.passed_count > 0 {
            let more = self.passed_count - self.passed.len() as u64;
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            notes.push(format!("Members not read: {}{more}.", self.passed.join(", ")));
        }
        notes
    }
}
