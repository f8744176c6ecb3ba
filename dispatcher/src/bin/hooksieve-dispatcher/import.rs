//! `hooksieve-dispatcher import`: registrations from elsewhere.

use std::fs;
use std::io::{Read, stdin};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use hooksieve::Catalog;
use hooksieve_dispatcher::import::{Plan, plan};
use hooksieve_dispatcher::run::{Dispatcher, RegisterError};

use crate::settings::{DeliverySettings, StoreSettings};

/// Register what the Webhooks app or Nextcloud has registered
///
/// Reads the `config.php` of a Nextcloud server with the keys of the Webhooks app (`webhooks_…_url`, `webhooks_secret`), what
/// `occ config:list system` prints, or a list of registrations as Nextcloud's API answers it; says for each what
/// becomes of it, and registers it. The dispatcher must not be running.
///
/// Exit codes: 0, everything was taken over; 1, something was refused; 2, nothing could be done.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files; `-` is the standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only say what would become of them
    #[arg(long)]
    dry_run: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    deliveries: DeliverySettings,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A JSON array for each file
    Json,
}

impl Import {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let mut plans = Vec::new();
        for file in &self.files {
            let text = read(file)?;
            let plan = plan(&text, Catalog::builtin()).with_context(|| format!("`{}`", file.display()))?;
            match self.format {
                Format::Text => println!("{plan}"),
                Format::Json => println!("{}", plan.to_json()),
            }
            plans.push(plan);
        }
        let mut is_all = !plans.iter().any(Plan::has_refused);
        if !self.dry_run {
            is_all &= self.register(&plans).await?;
        }
        Ok(if is_all { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// Whether all could be registered.
    async fn register(&self, plans: &[Plan]) -> Result<bool> {
        let options = self.deliveries.options(self.store.options())?;
        let dispatcher = Dispatcher::start(options, self.store.key()?).await?;
        let mut is_all = true;
        for (entry, imported) in plans.iter().flat_map(Plan::imported) {
            match dispatcher.register(&imported.registration().to_string()).await {
                Ok(registered) => eprintln!("{}: registered as listener {}", entry.from, registered.view.id),
                Err(RegisterError::Registration(error)) => {
                    is_all = false;
                    eprintln!("{}: {error}", entry.from);
                }
                Err(error) => {
                    return Err(anyhow!(error).context(format!("`{}` is not registered", entry.from)));
                }
            }
        }
        dispatcher.stop().await;
        Ok(is_all)
    }
}

fn read(file: &PathBuf) -> Result<String> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        stdin().read_to_string(&mut text).map(drop)
    } else {
        fs::read_to_string(file).map(|read| text = read)
    };
    read.with_context(|| format!("cannot read `{}`", file.display()))?;
    Ok(text)
}
