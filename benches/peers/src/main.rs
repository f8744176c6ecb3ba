//! Measures all contenders in turns, so that a machine that slows down slows all of them, and prints
//! the tables of `benches/README.md`.

#[path = "../../common/mod.rs"]
mod common;
mod engines;
mod plot;
mod raw;
mod rounds;
mod set;
mod single;

/// A table's name on the command line, and what prints it.
const TABLES: &[(&str, fn())] =
    &[("single", single::print_table), ("raw", raw::print_tables), ("set", set::print_tables)];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, print) in TABLES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            print();
        }
    }
}
