use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request as HttpRequest;
use axum::routing::post;
use futures_util::stream;
use hooksieve_dispatcher::core::{Failure, Outcome, Request};
use hooksieve_dispatcher::deliver::{Client, ClientOptions};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncReadExt;
use tokio_rustls::TlsAcceptor;

use crate::server::{Server, read_request, write};
use crate::{answered, failed, options, request, send};

/// A certificate authority of the test's own.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// For a name, or an address.
fn certificate(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

/// What a server shows: a certificate, signed by itself, if by nobody else.
fn acceptor(
    params: &CertificateParams,
    issuer: Option<&CertifiedIssuer<'static, KeyPair>>,
    protocols: &[&str],
) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let certificate = match issuer {
        Some(issuer) => params.clone().signed_by(&key, issuer),
        None => params.clone().self_signed(&key),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.unwrap().der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers 200 to each connection.
async fn server(params: CertificateParams, issuer: Option<&CertifiedIssuer<'static, KeyPair>>) -> Server {
    let acceptor = acceptor(&params, issuer, &[]);
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            read_request(&mut stream).await?;
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await
        }
    })
    .await
}

/// What comes of an attempt to `https://127.0.0.1`, where an authority is trusted.
async fn outcome(server: &Server, trusted: &CertifiedIssuer<'static, KeyPair>) -> Outcome {
    let extra_roots = trusted.pem().into_bytes();
    let client = Client::new(ClientOptions { extra_roots, ..options() }).unwrap();
    send(&client, request(format!("https://{}/", server.address))).await.outcome
}

#[tokio::test]
async fn trusted() {
    let authority = authority();
    let server = server(certificate("127.0.0.1"), Some(&authority)).await;
    assert_eq!(outcome(&server, &authority).await, answered(200));
}

#[tokio::test]
async fn refused() {
    let (trusted, stranger) = (authority(), authority());
    let mut expired = certificate("127.0.0.1");
    expired.not_after = date_time_ymd(2020, 1, 1);
    let mut to_come = certificate("127.0.0.1");
    to_come.not_before = date_time_ymd(4000, 1, 1);
    for (what, params, issuer) in [
        ("signed by itself", certificate("127.0.0.1"), None),
        ("signed by a stranger", certificate("127.0.0.1"), Some(&stranger)),
        ("expired", expired, Some(&trusted)),
        ("not valid yet", to_come, Some(&trusted)),
        ("for another name", certificate("example.org"), Some(&trusted)),
        ("for another address", certificate("127.0.0.2"), Some(&trusted)),
    ] {
        let server = server(params, issuer).await;
        assert_eq!(outcome(&server, &trusted).await, failed(Failure::Tls), "{what}");
    }
}

#[tokio::test]
async fn no_tls() {
    let speaks_first =
        Server::start(|mut stream| async move { write(&mut stream, "220 hello\r\n").await }).await;
    let closes =
        Server::start(|mut stream| async move { stream.read(&mut [0; 4096]).await.map(|_| ()) }).await;
    let authority = authority();
    for (what, server) in [("speaks first", speaks_first), ("closes", closes)] {
        assert_eq!(outcome(&server, &authority).await, failed(Failure::Tls), "{what}");
    }
}

/// Requests at the same time share a connection; one whose answer does not end does not hold up the others.
#[tokio::test]
async fn http2() {
    let authority = authority();
    let acceptor = acceptor(&certificate("127.0.0.1"), Some(&authority), &["h2", "http/1.1"]);
    let router = Router::new()
        .route("/version", post(|request: HttpRequest| async move { format!("{:?}", request.version()) }))
        .route(
            "/endless",
            post(|| async { Body::from_stream(stream::repeat(Ok::<_, Infallible>("x".repeat(1024)))) }),
        )
        .route("/silent", post(std::future::pending::<()>));
    let server = Server::start(move |stream| {
        let (acceptor, router) = (acceptor.clone(), router.clone());
        async move {
            let stream = TokioIo::new(acceptor.accept(stream).await?);
            let service = TowerToHyperService::new(router);
            // How the connection ends does not matter.
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await;
            Ok(())
        }
    })
    .await;
    let extra_roots = authority.pem().into_bytes();
    let client = Client::new(ClientOptions { extra_roots, ..options() }).unwrap();
    let uri = |path: &str| format!("https://{}/{path}", server.address);
    let attempt = send(&client, request(uri("version"))).await;
    assert_eq!((attempt.outcome, attempt.answer), (answered(200), b"HTTP/2.0".to_vec()));

    let silent = Request { timeout: Some(Duration::from_secs(1)), ..request(uri("silent")) };
    let (silent, endless, version) = tokio::join!(
        send(&client, silent),
        send(&client, request(uri("endless"))),
        send(&client, request(uri("version"))),
    );
    assert_eq!(silent.outcome, failed(Failure::Timeout));
    assert_eq!((endless.outcome, endless.answer), (answered(200), b"x".repeat(16)));
    assert_eq!(version.outcome, answered(200));
    assert_eq!(send(&client, request(uri("version"))).await.outcome, answered(200));
    assert_eq!(server.connections(), 1);
}

#[test]
fn authorities_that_cannot_be_read() {
    for (pem, message) in [
        ("nonsense", "expected certificate authorities as PEM, found no certificate"),
        ("-----BEGIN CERTIFICATE-----\n", "the certificate authorities are no PEM: "),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "a certificate authority cannot be read: ",
        ),
    ] {
        let error = Client::new(ClientOptions { extra_roots: pem.into(), ..options() }).err().unwrap();
        assert!(error.to_string().starts_with(message), "{error}");
    }
    assert!(Client::new(ClientOptions { extra_roots: b"\n".to_vec(), ..options() }).is_ok());
    assert!(Client::new(ClientOptions { user_agent: "a\nb".to_owned(), ..options() }).is_err());
}
