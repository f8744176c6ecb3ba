//! From names to addresses, and which of them are handed on.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address;

/// Finds the addresses of a name. They are checked by who asks.
pub trait NameResolver: Send + Sync + 'static {
    /// All addresses of a name, in the order in which they are to be tried.
    ///
    /// # Errors
    ///
    /// Where there is no such name, or nobody to ask.
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system, which takes a thread for each question: at most 128 are asked at once.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    questions: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { questions: Arc::new(Semaphore::new(128)) }
    }
}

impl NameResolver for SystemResolver {
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let questions = Arc::clone(&self.questions);
        Box::pin(async move {
            let permit = questions.acquire_owned().await.map_err(io::Error::other)?;
            // A task of its own: the thread is taken until there is an answer, also if nobody waits for it any more.
            let question = tokio::spawn(async move {
                let _permit = permit;
                let addresses = tokio::net::lookup_host((name, 0)).await?;
                Ok(addresses.map(|address| address.ip()).collect())
            });
            question.await.map_err(io::Error::other)?
        })
    }
}

/// Hands on only the addresses that deliveries may go to.
pub(super) struct Guard {
    pub(super) resolver: Arc<dyn NameResolver>,
    pub(super) allowed: Arc<[IpNet]>,
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the name is not known")]
    Unknown(#[source] Option<io::Error>),
    #[error("every address of the name is refused")]
    Refused,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.resolver.resolve(name.as_str().to_owned());
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let mut addresses = addresses.await.map_err(|error| ResolveError::Unknown(Some(error)))?;
            if addresses.is_empty() {
                return Err(ResolveError::Unknown(None).into());
            }
            addresses.retain(|address| address::is_allowed(*address, &allowed).is_ok());
            if addresses.is_empty() {
                return Err(ResolveError::Refused.into());
            }
            // The port is that of the URI, or of its scheme.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
