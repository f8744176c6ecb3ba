//! What the commands have in common: the store, its key, and how deliveries are made.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use hooksieve_dispatcher::deliver::ClientOptions;
use hooksieve_dispatcher::run::Options;
use hooksieve_dispatcher::store::{MasterKey, Retention, StoreOptions};
use ipnet::IpNet;

/// The key itself, for machines that hand secrets over in the environment.
const KEY_VARIABLE: &str = "HOOKSIEVE_KEY";

const DAY: Duration = Duration::from_secs(86_400);
/// Keys of requests that may be sent again are kept for so long.
const KEEP_IDEMPOTENCY: Duration = DAY;
const CLEAN_UP_EVERY: Duration = Duration::from_secs(60);

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct StoreSettings {
    /// The database; it is created where there is none
    #[arg(long, value_name = "FILE", default_value = "hooksieve.db", env = "HOOKSIEVE_DATABASE")]
    pub(crate) database: PathBuf,
    /// The file with the key that encrypts registrations at rest [default: the database's name with `.key`, made with a
    /// new database]; HOOKSIEVE_KEY, if it is set, is the key itself
    #[arg(long, value_name = "FILE", env = "HOOKSIEVE_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

impl StoreSettings {
    pub(crate) fn options(&self) -> StoreOptions {
        StoreOptions::new(&self.database)
    }

    /// The key: from the environment, from its file, or a new one for a new database.
    pub(crate) fn key(&self) -> Result<MasterKey> {
        if let Ok(text) = env::var(KEY_VARIABLE) {
            return MasterKey::from_text(&text).with_context(|| format!("the key in {KEY_VARIABLE}"));
        }
        let file = self.key_file.clone().unwrap_or_else(|| with_suffix(&self.database, ".key"));
        if file.exists() {
            return MasterKey::from_file(&file).with_context(|| format!("the key in `{}`", file.display()));
        }
        if self.database.exists() {
            bail!(
                "the database has no key: `{}` is not there, and {KEY_VARIABLE} is not set",
                file.display()
            );
        }
        let key =
            MasterKey::create_file(&file).with_context(|| format!("no new key in `{}`", file.display()))?;
        eprintln!("a new key is in `{}`: whoever loses it loses the registrations", file.display());
        Ok(key)
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// How deliveries are made.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Deliveries")]
pub(crate) struct DeliverySettings {
    /// A network that deliveries may go to although it is not public, such as 10.1.0.0/16; may be repeated
    #[arg(long = "allow", value_name = "CIDR", env = "HOOKSIEVE_ALLOW", value_delimiter = ',')]
    allowed: Vec<IpNet>,
    /// Certificate authorities to trust beside those of Mozilla, as PEM
    #[arg(long, value_name = "FILE")]
    extra_roots: Option<PathBuf>,
    /// Attempts under way at the same time, in all
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = positive)]
    max_in_flight: usize,
    /// Attempts under way at the same time to one host
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = positive)]
    max_in_flight_per_host: usize,
    /// Seconds for name resolution, connection and TLS
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    connect_timeout: u64,
    /// Seconds for an attempt, where the registration does not say it
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
    /// Seconds that attempts under way may go on after the program is asked to stop
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    shutdown_grace: u64,
    /// Bytes of the largest event
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = positive)]
    max_event: usize,
    /// Days for which finished deliveries are kept; 0: for ever
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    keep_deliveries: u32,
    /// Days for which events are kept, of which all deliveries are gone; 0: for ever
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    keep_events: u32,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number from 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

impl DeliverySettings {
    pub(crate) fn options(&self, store: StoreOptions) -> Result<Options> {
        let extra_roots = match &self.extra_roots {
            None => Vec::new(),
            Some(file) => fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?,
        };
        let days = |days: u32| (days > 0).then(|| DAY * days);
        Ok(Options {
            store,
            client: ClientOptions {
                connect_timeout: Duration::from_secs(self.connect_timeout),
                timeout: Duration::from_secs(self.timeout),
                allowed: self.allowed.clone(),
                extra_roots,
                ..ClientOptions::default()
            },
            max_in_flight: self.max_in_flight,
            max_in_flight_per_host: self.max_in_flight_per_host,
            max_event: self.max_event,
            shutdown_grace: Duration::from_secs(self.shutdown_grace),
            retention: Retention {
                deliveries: days(self.keep_deliveries),
                events: days(self.keep_events),
                idempotency: KEEP_IDEMPOTENCY,
            },
            clean_up_every: CLEAN_UP_EVERY,
        })
    }

    /// Deliveries may go to this machine, too.
    pub(crate) fn allow_loopback(&mut self) {
        self.allowed.extend([IpNet::from(ipnet::Ipv4Net::new_assert([127, 0, 0, 0].into(), 8))]);
    }
}
