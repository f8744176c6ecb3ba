use std::io::ErrorKind;

use hooksieve_dispatcher::store::{KeyError, MasterKey, Store, StoreError};

use crate::support::{Fixture, KEY, at};

/// Bytes of which base64 has both of the digits in which its alphabets differ.
const ODD: [u8; 32] = [
    0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    20, 21, 22, 23, 24, 25, 26,
];
const ODD_STANDARD: &str = "++++////AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRo=";

/// Whether two keys are the same: what one has stored opens with the other.
fn are_equal(one: MasterKey, other: MasterKey) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let options = Fixture::new().options();
    let options = hooksieve_dispatcher::store::StoreOptions { path: folder.path().join("store"), ..options };
    drop(Store::open(&options, one).unwrap());
    match Store::open(&options, other) {
        Ok(_) => true,
        Err(StoreError::WrongKey) => false,
        Err(error) => panic!("{error}"),
    }
}

fn key_file(content: &[u8], mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = mode;
    (folder, path)
}

#[test]
fn every_form_of_a_key_is_the_same_key() {
    let url_safe = ODD_STANDARD.replace('+', "-").replace('/', "_");
    let lower: String = ODD.iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [
        ODD_STANDARD,
        ODD_STANDARD.trim_end_matches('='),
        &url_safe,
        url_safe.trim_end_matches('='),
        &lower,
        &lower.to_uppercase(),
        &format!("  {ODD_STANDARD}\r\n"),
    ] {
        assert!(are_equal(MasterKey::from_bytes(ODD), MasterKey::from_text(text).unwrap()), "{text}");
        let (_folder, path) = key_file(text.as_bytes(), 0o600);
        assert!(are_equal(MasterKey::from_bytes(ODD), MasterKey::from_file(&path).unwrap()), "{text}");
    }
    let (_folder, path) = key_file(&ODD, 0o400);
    assert!(are_equal(MasterKey::from_bytes(ODD), MasterKey::from_file(&path).unwrap()));
    assert!(!are_equal(MasterKey::from_bytes(ODD), MasterKey::from_bytes(KEY)));
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let secret = "c2VjcmV0c2VjcmV0";
    for text in ["", " ", secret, &secret.repeat(4), &"ab".repeat(31), &"ab".repeat(33), "ß", &"=".repeat(44)]
    {
        let error = MasterKey::from_text(text).unwrap_err();
        assert!(matches!(error, KeyError::Form), "{text}");
        assert_eq!(error.to_string(), "expected a key of 32 bytes, as base64 or as 64 hexadecimal digits");
        let (_folder, path) = key_file(text.as_bytes(), 0o600);
        let error = MasterKey::from_file(&path).unwrap_err();
        assert!(matches!(error, KeyError::FileForm(_)), "{text}");
        assert!(!format!("{error} {error:?}").contains("c2Vj"));
    }
    let (_folder, path) = key_file(&[b'a'; 1 << 20], 0o600);
    assert!(matches!(MasterKey::from_file(&path), Err(KeyError::FileForm(_))));
    let (_folder, path) = key_file(&[0xff; 33], 0o600);
    assert!(matches!(MasterKey::from_file(&path), Err(KeyError::FileForm(_))));
}

#[test]
fn a_key_file_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = MasterKey::from_file(&folder.path().join("none")).unwrap_err();
    let KeyError::File { error, .. } = error else { panic!("{error}") };
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o660, 0o620, 0o601, 0o777] {
        let (_folder, path) = key_file(ODD_STANDARD.as_bytes(), mode);
        let error = MasterKey::from_file(&path).unwrap_err();
        assert!(matches!(error, KeyError::Access { mode: found, .. } if found == mode), "{error}");
        let message = error.to_string();
        assert!(
            message.ends_with(&format!(
                "others have access to the key (mode {mode:o}), expected mode 600 or 400"
            ))
        );
    }
}

#[test]
fn a_new_key_file_is_private_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let created = MasterKey::create_file(&path).unwrap();
    assert!(are_equal(created, MasterKey::from_file(&path).unwrap()));
    let before = std::fs::read(&path).unwrap();
    let KeyError::File { error, .. } = MasterKey::create_file(&path).unwrap_err() else { panic!() };
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(!are_equal(MasterKey::generate().unwrap(), MasterKey::generate().unwrap()));
}

#[tokio::test]
async fn another_key_is_told_at_once() {
    let fixture = Fixture::new();
    fixture.listener().await;
    let options = fixture.options();
    let folder = fixture.close();
    let mut almost = KEY;
    almost[31] ^= 1;
    let error = Store::open(&options, MasterKey::from_bytes(almost)).unwrap_err();
    assert_eq!(error, StoreError::WrongKey);
    assert_eq!(error.to_string(), "the key is not the one that the secrets were stored with");
    let fixture = Fixture::open(folder).unwrap();
    assert_eq!(fixture.store.listeners().await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_secret_is_on_the_disk_or_shown() {
    let fixture = Fixture::new();
    let registration = r#"{"uri": "https://hook.example/t0psecret", "authData": {"X-Key": "t0psecret"}}"#;
    let id = fixture.store.insert_listener(registration.to_owned(), at(0)).await.unwrap();
    fixture.store.insert_listener(registration.to_owned(), at(0)).await.unwrap();
    fixture.store.replace_listener(id, registration.replace("hook", "other")).await.unwrap();
    assert_nowhere_in_files(&fixture);
    // Now out of the log, and in the database.
    let fixture = fixture.reopen();
    assert_nowhere_in_files(&fixture);
    let listeners = fixture.store.listeners().await.unwrap();
    let key = MasterKey::from_bytes(*b"t0psecret-t0psecret-t0psecret-12");
    let shown = format!("{:?} {listeners:?} {key:?}", fixture.store);
    assert!(!shown.contains("t0p") && !shown.contains("example") && !shown.contains("116"), "{shown}");
}

fn assert_nowhere_in_files(fixture: &Fixture) {
    for entry in std::fs::read_dir(fixture.folder.path()).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [b"t0psecret".as_slice(), b"hook.example", b"other.example"] {
            assert!(!content.windows(secret.len()).any(|bytes| bytes == secret));
        }
    }
}

#[tokio::test]
async fn a_registration_opens_only_where_it_was_stored() {
    let fixture = Fixture::new();
    for _ in 0..2 {
        fixture.listener().await;
    }
    let path = fixture.path();
    let folder = fixture.close();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch("UPDATE listener SET registration = (SELECT registration FROM listener WHERE id = 1)")
        .unwrap();
    drop(connection);
    let fixture = Fixture::open(folder).unwrap();
    let error = fixture.store.listeners().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database is damaged: the registration of listener 2 cannot be decrypted"
    );
}
