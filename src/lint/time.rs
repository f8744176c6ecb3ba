//! Times as people write them, in seconds since 1970.

/// More than any time in seconds that is meant: in the year 5138.
pub(super) const MOST_SECONDS: f64 = 1e11;

/// The seconds of `2024-04-01T11:30:24Z`, also with an offset, a space for the `T`, a fraction, which is
/// cut off, or without the time of day. `None` for anything else.
pub(super) fn parse_iso(text: &str) -> Option<i64> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * 86_400;
    if rest.is_empty() {
        return Some(midnight);
    }
    let (hour, rest) = number(rest.strip_prefix(['T', 't', ' '])?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2)?,
        None => (0, rest),
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => rest,
    };
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(())?;
    Some(midnight + hour * 3600 + minute * 60 + second - offset(zone)?)
}

/// Seconds east of Greenwich: of `Z`, nothing, `+02:00` or `+0200`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = number(zone.strip_prefix(['+', '-'])?, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    rest.is_empty().then_some(sign * (hours * 3600 + minutes * 60))
}

/// So many digits, and what follows.
fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, rest))
}

/// In the Gregorian calendar. Years are counted from March, so that a leap day is the last day of one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse_iso;

    #[test]
    fn times() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2024-04-01T11:30:24Z", Some(1_711_971_024)),
            ("2024-04-01T11:30:24.999Z", Some(1_711_971_024)),
            ("2024-04-01 13:30:24+02:00", Some(1_711_971_024)),
            ("2024-04-01T06:00:24-0530", Some(1_711_971_024)),
            ("2024-02-29T00:00", Some(1_709_164_800)),
            ("2000-03-01", Some(951_868_800)),
            ("2024-13-01", None),
            ("2024-04-01T25:00:00", None),
            ("24-04-01", None),
            ("2024-04-01x", None),
            ("+024-04-01", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(parse_iso(text), expected, "{text}");
        }
    }
}
