//! TLS of deliveries: the certificate authorities of Mozilla, and those that the operator adds.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::ClientError;

/// HTTP/2, or HTTP/1.1 where the receiver does not know that.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// `extra_roots` is PEM; empty, where there are none.
pub(super) fn config(extra_roots: &[u8]) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let built_in = roots.len();
    for certificate in CertificateDer::pem_slice_iter(extra_roots) {
        let certificate = certificate
            .map_err(|error| ClientError::new("the certificate authorities are no PEM", &error))?;
        roots
            .add(certificate)
            .map_err(|error| ClientError::new("a certificate authority cannot be read", &error))?;
    }
    if roots.len() == built_in && !extra_roots.trim_ascii().is_empty() {
        return Err(ClientError::from("expected certificate authorities as PEM, found no certificate"));
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::new("TLS cannot be set up", &error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}
