//! Upper and lower case, one letter for one: the standard library's tables for it take 24 kB, which whoever
//! downloads the engine as WebAssembly pays for.

use std::sync::LazyLock;

/// Each upper-case letter with its lower-case form, in order. The dotted İ is a letter of its own: only Turkish
/// sees a case of `i` in it.
pub(crate) static PAIRS: LazyLock<Box<[(char, char)]>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    let mut runs = RUNS.chars();
    while let (Some(first), Some(last), Some(first_lower)) = (runs.next(), runs.next(), runs.next()) {
        let (mut upper, mut lower) = (first..=last, first_lower..);
        while let (Some(upper_case), Some(lower_case)) = (upper.next(), lower.next()) {
            pairs.push((upper_case, lower_case));
            // Upper and lower case take turns.
            if lower_case as u32 == upper_case as u32 + 1 {
                upper.next();
                lower.next();
            }
        }
        runs.next();
    }
    pairs.into()
});

/// The text in lower case.
pub(crate) fn lower(text: &str) -> String {
    let lower = |c: char| match PAIRS.binary_search_by_key(&c, |&(upper, _)| upper) {
        Ok(index) => PAIRS.get(index).map_or(c, |&(_, lower)| lower),
        Err(_) => c,
    };
    text.chars().map(|c| if c.is_ascii() { c.to_ascii_lowercase() } else { lower(c) }).collect()
}

/// The first and the last letter of a run, and the first one's lower-case form. The others of a run are as far from
/// theirs.
const RUNS: &str = "AZa ÀÖà ØÞø ĀĮā ĲĶĳ ĹŇĺ ŊŶŋ ŸŸÿ ŹŽź ƁƁ\u{253} ƂƄƃ ƆƆ\u{254} ƇƇƈ ƉƊ\u{256} ƋƋƌ ƎƎǝ ƏƏ\u{259} \
    ƐƐ\u{25B} ƑƑƒ ƓƓ\u{260} ƔƔ\u{263} ƖƖ\u{269} ƗƗ\u{268} ƘƘƙ ƜƜ\u{26F} ƝƝ\u{272} ƟƟ\u{275} ƠƤơ \
    ƦƦ\u{280} ƧƧƨ ƩƩ\u{283} ƬƬƭ ƮƮ\u{288} ƯƯư ƱƲ\u{28A} ƳƵƴ ƷƷ\u{292} ƸƸƹ ƼƼƽ ǄǄǆ ǅǅǆ ǇǇǉ ǈǈǉ ǊǊǌ ǋǛǌ \
    ǞǮǟ ǱǱǳ ǲǴǳ ǶǶƕ ǷǷƿ ǸȞǹ ȠȠƞ ȢȲȣ ȺȺ\u{2C65} ȻȻȼ ȽȽƚ ȾȾ\u{2C66} ɁɁɂ ɃɃƀ ɄɄ\u{289} ɅɅ\u{28C} ɆɎɇ ͰͲͱ \
    ͶͶͷ ͿͿϳ ΆΆά ΈΊέ ΌΌό ΎΏύ ΑΡα ΣΫσ ϏϏϗ ϘϮϙ ϴϴθ ϷϷϸ ϹϹϲ ϺϺϻ ϽϿͻ ЀЏѐ АЯа ѠҀѡ ҊҾҋ ӀӀӏ ӁӍӂ ӐԮӑ ԱՖա \
    ႠჅ\u{2D00} ჇჇ\u{2D27} ჍჍ\u{2D2D} \u{13A0}\u{13EF}\u{AB70} \u{13F0}\u{13F5}\u{13F8} \
    \u{1C89}\u{1C89}\u{1C8A} \u{1C90}\u{1CBA}ა \u{1CBD}\u{1CBF}ჽ ḀẔḁ ẞẞß ẠỾạ ἈἏἀ ἘἝἐ ἨἯἠ ἸἿἰ ὈὍὀ ὙὙὑ ὛὛὓ \
    ὝὝὕ ὟὟὗ ὨὯὠ ᾈᾏᾀ ᾘᾟᾐ ᾨᾯᾠ ᾸᾹᾰ ᾺΆὰ ᾼᾼᾳ ῈΉὲ ῌῌῃ ῘῙῐ ῚΊὶ ῨῩῠ ῪΎὺ ῬῬῥ ῸΌὸ ῺΏὼ ῼῼῳ \u{2126}\u{2126}ω \
    \u{212A}\u{212A}k \u{212B}\u{212B}å \u{2132}\u{2132}\u{214E} \u{2160}\u{216F}\u{2170} \
    \u{2183}\u{2183}\u{2184} \u{24B6}\u{24CF}\u{24D0} ⰀⰯⰰ \u{2C60}\u{2C60}\u{2C61} \
    \u{2C62}\u{2C62}\u{26B} \u{2C63}\u{2C63}\u{1D7D} \u{2C64}\u{2C64}\u{27D} \u{2C67}\u{2C6B}\u{2C68} \
    \u{2C6D}\u{2C6D}\u{251} \u{2C6E}\u{2C6E}\u{271} \u{2C6F}\u{2C6F}\u{250} \u{2C70}\u{2C70}\u{252} \
    \u{2C72}\u{2C72}\u{2C73} \u{2C75}\u{2C75}\u{2C76} \u{2C7E}\u{2C7F}ȿ \u{2C80}\u{2CE2}\u{2C81} \
    \u{2CEB}\u{2CED}\u{2CEC} \u{2CF2}\u{2CF2}\u{2CF3} \u{A640}\u{A66C}\u{A641} \u{A680}\u{A69A}\u{A681} \
    \u{A722}\u{A72E}\u{A723} \u{A732}\u{A76E}\u{A733} \u{A779}\u{A77B}\u{A77A} \u{A77D}\u{A77D}\u{1D79} \
    \u{A77E}\u{A786}\u{A77F} \u{A78B}\u{A78B}\u{A78C} \u{A78D}\u{A78D}\u{265} \u{A790}\u{A792}\u{A791} \
    \u{A796}\u{A7A8}\u{A797} \u{A7AA}\u{A7AA}\u{266} \u{A7AB}\u{A7AB}\u{25C} \u{A7AC}\u{A7AC}\u{261} \
    \u{A7AD}\u{A7AD}\u{26C} \u{A7AE}\u{A7AE}\u{26A} \u{A7B0}\u{A7B0}\u{29E} \u{A7B1}\u{A7B1}\u{287} \
    \u{A7B2}\u{A7B2}\u{29D} \u{A7B3}\u{A7B3}\u{AB53} \u{A7B4}\u{A7C2}\u{A7B5} \u{A7C4}\u{A7C4}\u{A794} \
    \u{A7C5}\u{A7C5}\u{282} \u{A7C6}\u{A7C6}\u{1D8E} \u{A7C7}\u{A7C9}\u{A7C8} \u{A7CB}\u{A7CB}\u{264} \
    \u{A7CC}\u{A7DA}\u{A7CD} \u{A7DC}\u{A7DC}ƛ \u{A7F5}\u{A7F5}\u{A7F6} ＡＺａ \u{10400}\u{10427}\u{10428} \
    \u{104B0}\u{104D3}\u{104D8} \u{10570}\u{1057A}\u{10597} \u{1057C}\u{1058A}\u{105A3} \
    \u{1058C}\u{10592}\u{105B3} \u{10594}\u{10595}\u{105BB} \u{10C80}\u{10CB2}\u{10CC0} \
    \u{10D50}\u{10D65}\u{10D70} \u{118A0}\u{118BF}\u{118C0} \u{16E40}\u{16E5F}\u{16E60} \
    \u{16EA0}\u{16EB8}\u{16EBB} \u{1E900}\u{1E921}\u{1E922}";

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure on a newer Rust means that its Unicode version has new letters.
    #[test]
    fn the_runs_follow_the_standard_library() {
        let one = |c: char| {
            let mut lower = c.to_lowercase();
            lower.next().filter(|first| *first != c && lower.len() == 0)
        };
        let expected = ('\0'..=char::MAX).filter_map(|c| Some((c, one(c)?)));
        assert!(PAIRS.iter().copied().eq(expected));
    }

    #[test]
    fn texts_in_lower_case() {
        for (text, expected) in
            [("Ab-1", "ab-1"), ("ÄÖß", "äöß"), ("ĀāĂ", "āāă"), ("ΟΔΟΣ", "οδοσ"), ("\u{10400}", "\u{10428}")]
        {
            assert_eq!(lower(text), expected);
        }
    }
}
