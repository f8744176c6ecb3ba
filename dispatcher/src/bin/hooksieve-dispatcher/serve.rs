//! `hooksieve-dispatcher serve`: the dispatcher and its API.

use std::env;
use std::fs;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, exit};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use hooksieve_dispatcher::api::{self, ApiOptions, Credentials};
use hooksieve_dispatcher::run::Dispatcher;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::settings::{DeliverySettings, StoreSettings};

/// The password itself, for machines that hand secrets over in the environment.
const PASSWORD_VARIABLE: &str = "HOOKSIEVE_ADMIN_PASSWORD";
/// The same for the token.
const TOKEN_VARIABLE: &str = "HOOKSIEVE_INGEST_TOKEN";

/// Take events and registrations over HTTP, and deliver
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    api: ApiSettings,
    #[command(flatten)]
    store: StoreSettings,
    #[command(flatten)]
    deliveries: DeliverySettings,
}

/// Who may call.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "API")]
pub(crate) struct ApiSettings {
    /// Where to listen; port 0 is any that is free. Not only on loopback: needs a password
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8420", env = "HOOKSIEVE_LISTEN")]
    listen: SocketAddr,
    /// The administrator's name
    #[arg(long, value_name = "NAME", default_value = "admin")]
    admin_name: String,
    /// The file with the administrator's password; HOOKSIEVE_ADMIN_PASSWORD, if it is set, is the password itself
    #[arg(long, value_name = "FILE")]
    admin_password_file: Option<PathBuf>,
    /// The file with a token that is good for `POST /events` only; HOOKSIEVE_INGEST_TOKEN, if it is set, is the token itself
    #[arg(long, value_name = "FILE")]
    ingest_token_file: Option<PathBuf>,
    /// Bytes of the largest request
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    max_body: usize,
    /// How logs are written
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// A JSON object a line
    Json,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        self.api.start_logs("info");
        let listener = self.api.listen().await?;
        let options = self.deliveries.options(self.store.options())?;
        let dispatcher = Dispatcher::start(options, self.store.key()?).await?;
        let address = listener.local_addr()?;
        tracing::info!(%address, database = %self.store.database.display(), "at work");
        println!("hooksieve-dispatcher: http://{address}/");

        let stop = stop_on_signals();
        self.api.serve(listener, dispatcher, stop).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl ApiSettings {
    /// Logs go to standard error; `RUST_LOG` chooses which, otherwise those from `level` on.
    pub(crate) fn start_logs(&self, level: &str) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
        let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.log {
            LogFormat::Text => logs.with_ansi(std::io::stderr().is_terminal()).init(),
            LogFormat::Json => logs.json().init(),
        }
    }

    /// Opens the socket. Who could call from elsewhere needs a password.
    pub(crate) async fn listen(&self) -> Result<TcpListener> {
        if !self.listen.ip().is_loopback() && self.password()?.is_none() {
            bail!(
                "`{}` can be reached from elsewhere: set a password ({PASSWORD_VARIABLE} or --admin-password-file), or \
                 listen on 127.0.0.1",
                self.listen
            );
        }
        TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on `{}`", self.listen))
    }

    /// Answers until it is asked to stop, then stops the dispatcher.
    pub(crate) async fn serve(
        &self,
        listener: TcpListener,
        dispatcher: Dispatcher,
        stop: CancellationToken,
    ) -> Result<()> {
        let password = self.password()?;
        let options = ApiOptions {
            admin: password.map(|password| Credentials { name: self.admin_name.clone(), password }),
            ingest_token: secret(TOKEN_VARIABLE, self.ingest_token_file.as_deref())?,
            max_body: self.max_body,
        };
        let stopped = dispatcher.clone();
        tokio::spawn(async move {
            stop.cancelled().await;
            // Deliveries end while the last requests are answered.
            stopped.stop().await;
        });
        api::serve(listener, dispatcher.clone(), options).await?;
        dispatcher.stop().await;
        tracing::info!("stopped");
        Ok(())
    }

    fn password(&self) -> Result<Option<Zeroizing<String>>> {
        secret(PASSWORD_VARIABLE, self.admin_password_file.as_deref())
    }
}

/// From the environment or a file, without the end of its line.
pub(crate) fn secret(variable: &str, file: Option<&Path>) -> Result<Option<Zeroizing<String>>> {
    let text = match (env::var(variable), file) {
        (Ok(text), _) => Zeroizing::new(text),
        (Err(_), Some(file)) => Zeroizing::new(
            fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?,
        ),
        (Err(_), None) => return Ok(None),
    };
    let text = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
    if text.is_empty() {
        bail!("the secret in {variable}, or its file, is empty");
    }
    Ok(Some(text))
}

/// Cancelled at the first SIGINT or SIGTERM; the second one ends the program.
pub(crate) fn stop_on_signals() -> CancellationToken {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        signal().await;
        eprintln!("stopping; once more to end at once");
        cancel.cancel();
        signal().await;
        exit(130);
    });
    stop
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    drop(tokio::signal::ctrl_c().await);
}
