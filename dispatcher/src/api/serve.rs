//! The API on a socket. Clients are bounded in number, and in how long they may take.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{ApiOptions, router};
use crate::run::Dispatcher;

/// So many connections are open at the same time; more have to wait.
const MAX_CONNECTIONS: usize = 1_024;
/// How long a client may take to send the headers of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
const MAX_HEADERS: usize = 100;
/// What is read of a request's headers; beyond it the connection is closed.
const HEADER_BUFFER: usize = 64 << 10;
/// How long requests under way may go on when the dispatcher stops.
const GRACE: Duration = Duration::from_secs(10);
/// After an error of the socket (too many open files, say), how long nothing is tried.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the API is not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Anybody could do anything.
    #[error("without an administrator's password the API listens on loopback only, not on `{0}`")]
    NotLoopback(SocketAddr),
    /// The socket.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Serves the API of a dispatcher until it [stops](Dispatcher::stopping); then requests under way may go on for
/// 10 seconds.
///
/// # Errors
///
/// [`ServeError::NotLoopback`], where there is no [administrator](ApiOptions::admin) and the socket is not on loopback.
pub async fn serve(
    listener: TcpListener,
    dispatcher: Dispatcher,
    options: ApiOptions,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if options.admin.is_none() && !address.ip().to_canonical().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let stopping = dispatcher.stopping();
    serve_router(listener, router(dispatcher, options), stopping, HEADER_TIMEOUT).await;
    Ok(())
}

async fn serve_router(
    listener: TcpListener,
    router: Router,
    stopping: CancellationToken,
    header_timeout: Duration,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEADER_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_BUFFER as u32)
        .keep_alive_interval(Some(header_timeout));
    let (connections, permits) = (GracefulShutdown::new(), Arc::new(Semaphore::new(MAX_CONNECTIONS)));
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            accepted = accepted => accepted,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(with_client(router.clone(), client));
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = connection.await {
                tracing::debug!(%client, error, "a connection broke off");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
}

/// The routes, told who the client is.
fn with_client<B>(
    router: Router,
    client: SocketAddr,
) -> impl tower::Service<axum::http::Request<B>, Response = Response, Error = Infallible, Future: Send> + Clone
where
    B: axum::body::HttpBody<Data = axum::body::Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    tower::service_fn(move |request: axum::http::Request<B>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(client));
        router.clone().oneshot(request)
    })
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn start(header_timeout: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
        let whoami = get(async |ConnectInfo(client): ConnectInfo<SocketAddr>| client.to_string());
        let served =
            serve_router(listener, Router::new().route("/", whoami), stopping.clone(), header_timeout);
        (address, stopping, tokio::spawn(served))
    }

    async fn read_to_end(stream: &mut TcpStream) -> String {
        let mut answer = String::new();
        // Who is cut off may see a reset.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn routes_know_the_client_and_the_server_stops() {
        let (address, stopping, served) = start(HEADER_TIMEOUT).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let client = stream.local_addr().unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, b"HTTP/1.1 200");
        stopping.cancel();
        served.await.unwrap();
        assert!(read_to_end(&mut stream).await.ends_with(&client.to_string()));
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn who_sends_headers_slowly_or_too_many_is_cut_off() {
        let (address, _stopping, _served) = start(Duration::from_millis(50)).await;
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
        let answer = read_to_end(&mut slow).await;
        assert!(!answer.contains("200"), "{answer}");

        let mut many = TcpStream::connect(address).await.unwrap();
        let headers: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        many.write_all(request.as_bytes()).await.unwrap();
        let answer = read_to_end(&mut many).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}
