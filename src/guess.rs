//! "Did you mean …?"

/// In bytes; nothing longer is a slip of the fingers.
const MAX_NAME: usize = 200;

/// The known name with the fewest letters' difference, upper and lower case aside; `None` where it is
/// another word.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let folded = name.to_ascii_lowercase();
    known
        .into_iter()
        .map(|known| (strsim::osa_distance(&folded, &known.to_ascii_lowercase()), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 6)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
