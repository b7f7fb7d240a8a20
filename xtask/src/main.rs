//! `cargo xtask <command>`: reads the command line and calls the command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use xtask::relay::Origin;
use xtask::{Result, bench, build, quality, serve, test};

const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--port N] [--no-open] [--relay ORIGIN]
                                    build the page and serve it on this machine
  build [--dev] [--relay ORIGIN]    leave the page in dist/, ready for any static host;
                                    --relay names the one server the sealed page may reach,
                                    the alert relay, such as http://127.0.0.1:8427
  test  [--quick] [--with-tools]    run every check; --quick leaves out the browser,
                                    --with-tools adds the outside programs some outputs are for
  bench [--rows N,N] [--quick]      time page, library and scikit-learn; --quick runs each once
  quality [--only WORD] [--explain] measure detection on labelled traffic and write docs/quality.md; with --only,
                                    the sets named so, to the terminal; --explain shows the evidence";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let command = if words.is_empty() { String::new() } else { words.remove(0) };
    let outcome = match command.as_str() {
        "serve" => serve_command(words),
        "build" => build_command(words),
        "bench" => bench_command(words),
        "quality" => quality_command(words),
        "test" => {
            flags(words, ["--quick", "--with-tools"]).and_then(|[quick, with_tools]| test::test(quick, with_tools))
        }
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command {other:?}\n\n{USAGE}").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("xtask: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn bench_command(mut words: Vec<String>) -> Result<()> {
    let rows = option(&mut words, "--rows")?;
    let [quick] = flags(words, ["--quick"])?;
    bench::bench(rows.as_deref(), quick)
}

fn quality_command(mut words: Vec<String>) -> Result<()> {
    let only = option(&mut words, "--only")?;
    let [explain] = flags(words, ["--explain"])?;
    quality::quality(only.as_deref(), explain)
}

fn build_command(mut words: Vec<String>) -> Result<()> {
    let relay = relay(&mut words)?;
    let [dev] = flags(words, ["--dev"])?;
    build::build(dev, relay.as_ref())
}

fn serve_command(mut words: Vec<String>) -> Result<()> {
    let port = match option(&mut words, "--port")? {
        None => None,
        Some(number) => Some(number.parse().map_err(|_| format!("--port takes a number up to 65535, not {number:?}"))?),
    };
    let relay = relay(&mut words)?;
    let [no_open] = flags(words, ["--no-open"])?;
    serve::serve(port, !no_open, relay.as_ref())
}

fn relay(words: &mut Vec<String>) -> Result<Option<Origin>> {
    option(words, "--relay")?.map(|origin| Origin::parse(&origin)).transpose()
}

/// Takes an option and its value out of the command line.
fn option(words: &mut Vec<String>, name: &str) -> Result<Option<String>> {
    match words.iter().position(|word| word == name) {
        None => Ok(None),
        Some(at) if at + 1 < words.len() => Ok(words.drain(at..at + 2).nth(1)),
        Some(_) => Err(format!("{name} takes a value").into()),
    }
}

/// Which of the known flags stand on the command line; any other word is a fault.
fn flags<const N: usize>(words: Vec<String>, known: [&str; N]) -> Result<[bool; N]> {
    match words.iter().find(|word| !known.contains(&word.as_str())) {
        Some(stranger) => Err(format!("{stranger:?} is not understood here\n\n{USAGE}").into()),
        None => Ok(known.map(|flag| words.iter().any(|word| word == flag))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_relay_is_taken_out_of_the_command_line() {
        let mut line = words("--dev --relay http://127.0.0.1:8427 --no-open");
        let origin = relay(&mut line).expect("an origin").expect("it is given");
        assert_eq!((origin.to_string().as_str(), line), ("http://127.0.0.1:8427", words("--dev --no-open")));
        assert!(relay(&mut words("--dev")).expect("nothing is wrong").is_none());
    }

    #[test]
    fn a_relay_that_cannot_be_is_refused_with_the_reason() {
        let told = |line: &str| relay(&mut words(line)).expect_err(line).to_string();
        assert!(told("--relay").contains("takes a value"));
        assert!(told("--relay relay.example").contains("takes an origin such as"));
        assert!(told("--relay http://[::1]:8427").contains("cannot name an IPv6 address"));
        assert!(build_command(words("--relay")).is_err(), "nothing is built");
    }
}
