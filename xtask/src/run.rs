//! Runs a table of steps, one after the other, and says how long each took.

use std::env;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project;

/// One line of such a table.
pub(crate) struct Step {
    pub(crate) title: &'static str,
    pub(crate) action: Action,
}

/// What a step does.
pub(crate) enum Action {
    /// Runs cargo.
    Cargo {
        arguments: &'static [&'static str],
        /// Set for this step only.
        environment: &'static [(&'static str, &'static str)],
    },
    /// Runs a part of this program.
    Own(fn() -> Result<()>),
}

/// A step that runs cargo in the project's folder.
pub(crate) const fn cargo(title: &'static str, arguments: &'static [&'static str]) -> Step {
    cargo_with(title, &[], arguments)
}

/// The same, with something in its environment.
pub(crate) const fn cargo_with(
    title: &'static str,
    environment: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
) -> Step {
    Step { title, action: Action::Cargo { arguments, environment } }
}

/// A step that runs a part of this program.
pub(crate) const fn own(title: &'static str, function: fn() -> Result<()>) -> Step {
    Step { title, action: Action::Own(function) }
}

/// Runs the steps until one fails, then says how long each took. `arguments` are handed to every
/// cargo, after its own.
pub(crate) fn all(steps: &[Step], arguments: &[String]) -> Result<()> {
    let mut times: Vec<(&Step, Duration)> = Vec::new();
    let mut outcome = Ok(());
    for step in steps {
        eprintln!("\n== {}", step.title);
        let start = Instant::now();
        outcome = step.run(arguments).with_context(|| format!("step `{}` failed", step.title));
        times.push((step, start.elapsed()));
        if outcome.is_err() {
            break;
        }
    }

    eprintln!("\n== summary");
    for (position, (step, time)) in times.iter().enumerate() {
        let failed = outcome.is_err() && position + 1 == times.len();
        let verdict = if failed { "FAILED" } else { "ok" };
        eprintln!("{:>8.1} s  {verdict:<6}  {}", time.as_secs_f64(), step.title);
    }
    for step in steps.iter().skip(times.len()) {
        eprintln!("{:>10}  {:<6}  {}", "", "-", step.title);
    }
    outcome
}

impl Step {
    fn run(&self, more: &[String]) -> Result<()> {
        match &self.action {
            Action::Own(function) => function(),
            Action::Cargo { arguments, environment } => {
                eprintln!("$ cargo {}", [*arguments, &refs(more)].concat().join(" "));
                let mut command = cargo_command();
                command.args(*arguments).args(more).envs(environment.iter().copied());
                succeed(&mut command)
            }
        }
    }
}

fn refs(strings: &[String]) -> Vec<&str> {
    strings.iter().map(String::as_str).collect()
}

/// The cargo that runs this program, in the project's folder, with nothing to read.
pub(crate) fn cargo_command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project::root()).stdin(Stdio::null());
    command
}

/// Runs a command that has to end well.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

/// What a command prints, that has to end well.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!("{}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}
