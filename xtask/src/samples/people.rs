//! Who acts: a few people do most of it, as everywhere.

use super::dice::Dice;

/// An account.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) uid: &'static str,
    pub(super) name: &'static str,
}

/// The one who looks after the server.
pub(super) static ADMIN: Person = person("admin", "Administrator (IT department)");
/// The owner of many shared documents.
pub(super) static ALICE: Person = person("alice", "Alice Wonderland");
/// The keeper of the project table.
pub(super) static BOB: Person = person("bob", "Bob Baumeister");

const fn person(uid: &'static str, name: &'static str) -> Person {
    Person { uid, name }
}

/// Anybody, the busy ones more often.
pub(super) fn anybody(dice: &mut Dice) -> &'static Person {
    dice.pick_weighted::<&Person>(PEOPLE)
}

/// Everybody, with how often they are seen.
static PEOPLE: &[(u32, &Person)] = &[
    (130, &ALICE),
    (55, &BOB),
    (75, &ADMIN),
    (70, &person("carol", "Carol Möller")),
    (60, &person("dave", "Dave O'Brien")),
    (52, &person("m.mueller", "Marlene Müller")),
    (45, &person("jdoe", "Jane Doe")),
    (40, &person("erik", "Erik Åström")),
    (36, &person("fatima", "Fatima Al-Zahra")),
    (32, &person("lena.hoffmann@example.org", "Lena Hoffmann")),
    (28, &person("zoe", "Zoë Lefèvre")),
    (26, &person("tomasz", "Tomasz Łukaszewicz")),
    (24, &person("yuki", "田中 由紀")),
    (22, &person("ivan.petrov", "Иван Петров")),
    (20, &person("grace", "Grace Hopper-Nakamura")),
    (18, &person("hr-office", "HR Office (shared)")),
    (16, &person("nina", "Nina \"Nike\" Sørensen")),
    (15, &person("B7A4E1C2-93D0-4C1F", "Oliver Kraft")),
    (14, &person("paula", "Paula Peña Ortiz")),
    (13, &person("quentin", "Quentin D'Arcy")),
    (12, &person("rosa", "Rosa Große")),
    (11, &person("sven", "Sven Jäger")),
    (10, &person("theo", "Theo Papadopoulos")),
    (10, &person("uma", "Uma Krishnamurthy")),
    (9, &person("viktor", "Viktor Dvořák")),
    (9, &person("wanda", "Wanda Weiß")),
    (8, &person("xavier", "Xavier Dupont")),
    (8, &person("board", "Board of Directors")),
    (7, &person("scanner-2nd-floor", "Scanner, 2nd floor")),
    (7, &person("aisha", "Aisha Bello")),
    (6, &person("ben", "Ben Cohen 🚲")),
    (6, &person("chloe", "Chloé Martin")),
    (5, &person("dimitri", "Δημήτρης Νικολάου")),
    (5, &person("emma", "Emma de Vries")),
    (5, &person("finn", "Finn Mac an tSaoir")),
    (4, &person("guest_4711", "gast@kunde.example")),
    (4, &person("hugo", "Hugo Almeida e Silva")),
    (3, &person("intern2024", "Intern (summer 2024)")),
    (3, &person("jonas", "Jonas Weber")),
    (2, &person("katja", "Katja Schöne")),
];
