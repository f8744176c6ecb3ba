//! Problems as lines of a snapshot.

use hooksieve::Problem;

/// For each problem `code pointer bytes: message; hint`.
pub(crate) fn lines(problems: &[Problem]) -> Vec<String> {
    let line = |problem: &Problem| {
        let range =
            problem.range().map_or_else(|| "-".to_owned(), |range| format!("{}..{}", range.start, range.end));
        let hint = problem.hint().map_or_else(String::new, |hint| format!("; {hint}"));
        format!("{} {:?} {range}: {}{hint}", problem.code(), problem.pointer(), problem.message())
    };
    problems.iter().map(line).collect()
}
