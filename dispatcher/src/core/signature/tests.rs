#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::core::Timestamp;

const PUBLISHED: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const BODY: &[u8] = r#"{"event":"A","data":{"name":"Zoë"}}"#.as_bytes();
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_999);

fn signer(scheme: SignatureScheme, secrets: &[&str]) -> Signer {
    Signer::new(scheme, secrets).unwrap()
}

fn standard(secrets: &[&str]) -> Signer {
    signer(SignatureScheme::StandardWebhooks, secrets)
}

fn verify(
    signer: &Signer,
    headers: &[(String, String)],
    body: &[u8],
    now: Timestamp,
) -> Result<(), VerifyError> {
    signer.verify(headers, body, now, Signer::TOLERANCE)
}

/// The example of the specification.
#[test]
fn published_vector() {
    let at = Timestamp::from_millis(1_614_265_330_000);
    let headers = standard(&[PUBLISHED]).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
    assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

/// Computed with Python's `hmac` and `hashlib`.
#[test]
fn vectors_of_another_implementation() {
    let standard = standard(&[OTHER, PUBLISHED.strip_prefix("whsec_").unwrap()]).sign("msg_1", NOW, BODY);
    assert_eq!(
        standard[2].1,
        "v1,mWKCcLzLDGOUlg1/b1pwVm6i9CpLYEMfh9DB1XPQF6U= v1,RbVyhBckpbVuZjxD9t6z7RutmxN48LgGaCK4w2QpC4k="
    );
    assert_eq!(standard[1].1, "1700000000");

    for (scheme, secret, header, body, expected) in [
        (
            SignatureScheme::OpenRegister,
            "your-secret-key",
            "X-Webhook-Signature",
            BODY,
            "c533ec206eca46f1c1ed0643880871c115f14e244305d67acbfc54b7964776e5",
        ),
        (
            SignatureScheme::OpenRegister,
            "your-secret-key",
            "X-Webhook-Signature",
            b"",
            "c1d60e31caad267038b872bbaeb492b3bd531b3beef5928d8d8791298b48b0c4",
        ),
        (
            SignatureScheme::NextcloudWebhooks,
            "yoursecret1234",
            "X-Nextcloud-Webhooks",
            BODY,
            "c7d54af7dd6039b43fae8a6a830173be692fe731eb0ecd301c48fedc6a6c741f",
        ),
        (
            SignatureScheme::NextcloudWebhooks,
            "yoursecret1234",
            "X-Nextcloud-Webhooks",
            b"",
            "75b2c4c157f7241b5bf12ace1ca98ecc9f65acef25745ab4f3131d82abdd4757",
        ),
    ] {
        let headers = signer(scheme, &[secret]).sign("msg_1", NOW, body);
        assert_eq!(headers, [(header.to_owned(), expected.to_owned())]);
    }
}

#[test]
fn keys_rotate() {
    let (old, new, both) = (standard(&[PUBLISHED]), standard(&[OTHER]), standard(&[OTHER, PUBLISHED]));
    let by_both = both.sign("msg_1", NOW, BODY);
    for receiver in [&old, &new, &both] {
        assert_eq!(verify(receiver, &by_both, BODY, NOW), Ok(()));
    }
    assert_eq!(verify(&both, &old.sign("msg_1", NOW, BODY), BODY, NOW), Ok(()));
    assert_eq!(verify(&new, &old.sign("msg_1", NOW, BODY), BODY, NOW), Err(VerifyError::WrongSignature));
}

#[test]
fn the_time_is_within_the_tolerance_both_ways() {
    let signer = standard(&[PUBLISHED]);
    let headers = signer.sign("msg_1", NOW, BODY);
    let shifted = |seconds: i64| Timestamp::from_millis(NOW.as_millis() + seconds * 1_000);
    for (seconds, expected) in [
        (300, Ok(())),
        (301, Err(VerifyError::TooOld)),
        (-300, Ok(())),
        (-301, Err(VerifyError::TooNew)),
        (i64::MAX / 1_000_000, Err(VerifyError::TooOld)),
    ] {
        assert_eq!(verify(&signer, &headers, BODY, shifted(seconds)), expected, "{seconds}");
    }
    let exact = |now| signer.verify(&headers, BODY, now, Duration::ZERO);
    assert_eq!(exact(NOW), Ok(()));
    assert_eq!(exact(shifted(1)), Err(VerifyError::TooOld));
    assert_eq!(exact(Timestamp::from_millis(i64::MIN)), Err(VerifyError::TooNew));
}

#[test]
fn headers_that_are_none() {
    let signer = standard(&[PUBLISHED]);
    let signed = signer.sign("msg_1", NOW, BODY);
    let with = |index: usize, value: &str| {
        let mut headers = signed.clone();
        headers[index].1 = value.to_owned();
        verify(&signer, &headers, BODY, NOW)
    };
    for index in 0..3 {
        let mut headers = signed.clone();
        let name = headers.remove(index).0;
        let Err(VerifyError::MissingHeader(missing)) = verify(&signer, &headers, BODY, NOW) else { panic!() };
        assert_eq!(missing, name);
        headers.extend([signed[index].clone(), signed[index].clone()]);
        assert!(matches!(verify(&signer, &headers, BODY, NOW), Err(VerifyError::InvalidHeader(_))));
    }
    let signature = &signed[2].1;
    for (value, expected) in [
        ("", Err(VerifyError::InvalidHeader("webhook-signature"))),
        ("v1,", Err(VerifyError::WrongSignature)),
        ("v1,!", Err(VerifyError::InvalidHeader("webhook-signature"))),
        (&*signature.replace("v1,", "v1a,"), Err(VerifyError::InvalidHeader("webhook-signature"))),
        (&*format!("v1a,AAAA v1,AAAA {signature}"), Ok(())),
        (&*format!("{}{signature}", "v1,AAAA ".repeat(31)), Ok(())),
        (
            &*format!("{}{signature}", "v1,AAAA ".repeat(32)),
            Err(VerifyError::InvalidHeader("webhook-signature")),
        ),
    ] {
        assert_eq!(with(2, value), expected, "{value}");
    }
    // Signed, and all the same no time.
    for seconds in ["1700000000.0", "+1700000000", "", "99999999999999999999"] {
        let content = signer::standard_content("msg_1", seconds, BODY);
        let mut headers = signed.clone();
        headers[1].1 = seconds.to_owned();
        let digest = signer.keys()[0].sign(&content);
        headers[2].1 = format!("v1,{}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest));
        let expected = Err(VerifyError::InvalidHeader("webhook-timestamp"));
        assert_eq!(verify(&signer, &headers, BODY, NOW), expected, "{seconds}");
    }
    assert_eq!(with(0, "msg.1"), Err(VerifyError::InvalidHeader("webhook-id")));

    let openregister = self::signer(SignatureScheme::OpenRegister, &["x"]);
    let invalid = Err(VerifyError::InvalidHeader("X-Webhook-Signature"));
    assert_eq!(
        verify(&openregister, &[("x-webhook-signature".into(), "sha256=00".into())], BODY, NOW),
        invalid
    );
    let short = [("x-webhook-signature".into(), "00".into())];
    assert_eq!(verify(&openregister, &short, BODY, NOW), Err(VerifyError::WrongSignature));
}

#[test]
fn secrets_within_their_bounds() {
    let bytes = |count: usize| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, vec![7; count]);
    let check = |scheme, secrets: &[String]| Signer::new(scheme, secrets).map(|_| ());
    for (count, expected) in [
        (23, Err(SecretError::KeyLength { found: 23 })),
        (24, Ok(())),
        (64, Ok(())),
        (65, Err(SecretError::KeyLength { found: 65 })),
    ] {
        for secret in
            [bytes(count), format!("whsec_{}", bytes(count)), bytes(count).trim_end_matches('=').to_owned()]
        {
            assert_eq!(check(SignatureScheme::StandardWebhooks, &[secret]), expected);
        }
    }
    let base64 = Err(SecretError::Base64);
    for secret in ["whsec_whsec_AAAA", "not base64!", "whsec-MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert_eq!(check(SignatureScheme::StandardWebhooks, &[secret.to_owned()]), base64, "{secret}");
    }
    let many = vec![bytes(24); 11];
    assert_eq!(check(SignatureScheme::StandardWebhooks, &many[..10]), Ok(()));
    assert_eq!(
        check(SignatureScheme::StandardWebhooks, &many),
        Err(SecretError::Count { found: 11, most: 10 })
    );
    for scheme in [SignatureScheme::OpenRegister, SignatureScheme::NextcloudWebhooks] {
        assert_eq!(check(scheme, &["x".repeat(1024)]), Ok(()));
        assert_eq!(check(scheme, &["x".repeat(1025)]), Err(SecretError::Length { found: 1025 }));
        assert_eq!(check(scheme, &[String::new()]), Err(SecretError::Length { found: 0 }));
        assert_eq!(check(scheme, &[]), Err(SecretError::Count { found: 0, most: 1 }));
        let two = check(scheme, &["x".to_owned(), "y".to_owned()]).unwrap_err();
        assert_eq!(two.to_string(), "expected one secret, found 2");
    }
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", standard(&[PUBLISHED]));
    assert_eq!(shown, "Signer { scheme: StandardWebhooks, keys: [[redacted]] }");
}

proptest! {
    /// What is signed is verified, and nothing else is.
    #[test]
    fn signed_and_verified(
        scheme in prop::sample::select(SignatureScheme::ALL),
        body in prop::collection::vec(any::<u8>(), 0..200),
        flip in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let signer = signer(scheme, &["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]);
        let headers = signer.sign("msg_1", NOW, &body);
        prop_assert_eq!(verify(&signer, &headers, &body, NOW), Ok(()));

        let mut longer = body.clone();
        longer.push(b' ');
        prop_assert_eq!(verify(&signer, &headers, &longer, NOW), Err(VerifyError::WrongSignature));
        if !body.is_empty() {
            let mut changed = body.clone();
            changed[flip.index(body.len())] ^= 1 << bit;
            prop_assert_eq!(verify(&signer, &headers, &changed, NOW), Err(VerifyError::WrongSignature));
        }
        let another = self::signer(scheme, &["whsec_BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]);
        prop_assert_eq!(verify(&another, &headers, &body, NOW), Err(VerifyError::WrongSignature));
    }
}
