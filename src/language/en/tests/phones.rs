//! Telephone numbers, in the United States unless said otherwise.

use super::{check, digits, hear, hear_with, short};
use crate::language::{Asked, Country};

fn phone(text: &str) -> String {
    short(hear(Asked::Phone, text).phone.as_ref(), digits)
}

fn british(text: &str) -> String {
    let heard = hear_with(text, |context| {
        context.asked = Asked::Phone;
        context.country = Country::GB;
    });
    short(heard.phone.as_ref(), digits)
}

#[test]
fn digits_are_understood_as_people_say_them() {
    check(
        &[
            (
                "four one five five five five zero one three four",
                "+14155550134",
            ),
            (
                "four one five, triple five, oh one three four",
                "+14155550134",
            ),
            (
                "four one five five double five oh one three four",
                "+14155550134",
            ),
            ("it's 415-555-0134", "+14155550134"),
            ("(415) 555 0134", "+14155550134"),
            ("415.555.0134", "+14155550134"),
            ("4155550134", "+14155550134"),
            (
                "one four one five five five five zero one three four",
                "+14155550134",
            ),
            (
                "plus one four one five five five five zero one three four",
                "+14155550134",
            ),
            ("+1 415 555 0134", "+14155550134"),
            (
                "area code four one five and then five five five oh one thirty four",
                "+14155550134",
            ),
            (
                "four fifteen five fifty five zero one thirty four",
                "+14155550134",
            ),
            (
                "eight hundred five five five oh one nine nine",
                "+18005550199",
            ),
            (
                "um, four one five, uh, five five five, oh one three four",
                "+14155550134",
            ),
            (
                "four one five dash five five five dash zero one three four",
                "+14155550134",
            ),
        ],
        |text| phone(text).replace('?', ""),
    );
    check(
        &[
            (
                "oh seven seven double oh, nine hundred one two three",
                "+447700900123",
            ),
            (
                "oh two oh, seven nine four six, oh one two three",
                "+442079460123",
            ),
            (
                "plus forty four, two oh, seven nine four six, zero one two three",
                "+442079460123",
            ),
            ("020 7946 0123", "+442079460123"),
        ],
        |text| british(text).replace('?', ""),
    );
}

#[test]
fn the_callers_own_number_is_enough() {
    check(
        &[
            ("the number I'm calling from", "caller"),
            ("the one I'm calling from", "caller"),
            ("just use this number", "caller"),
            ("this number is fine", "caller"),
            ("same number I called from", "caller"),
            ("you can use the number you have", "caller"),
            ("this one", "caller"),
            ("not this number", "-"),
        ],
        phone,
    );
}

#[test]
fn a_wrong_number_of_digits_is_flagged() {
    check(
        &[
            ("five five five oh one three four", "part 5550134"),
            ("four one five", "part 415"),
            (
                "four one five five five five oh one three four five six",
                "wrong 415555013456",
            ),
            ("plus one four one five", "part +1415"),
        ],
        phone,
    );
}

#[test]
fn pieces_are_joined_over_several_turns() {
    let with = |so_far: &'static str| {
        move |text: &str| {
            let heard = hear_with(text, |context| {
                context.asked = Asked::Phone;
                context.digits = so_far;
            });
            short(heard.phone.as_ref(), digits)
        }
    };
    check(
        &[
            ("five five five", "part 415555"),
            ("five five five oh one three four", "+14155550134"),
            ("no, it's 628 555 0199", "+16285550199"),
        ],
        with("415"),
    );
    check(
        &[
            ("oh one three four", "+14155550134"),
            ("0134", "+14155550134"),
        ],
        with("415555"),
    );
}

#[test]
fn a_number_is_found_within_a_sentence() {
    let unasked = |text: &str| short(hear(Asked::Nothing, text).phone.as_ref(), digits);
    check(
        &[
            (
                "my number is 415 555 0134 and I'd like a haircut",
                "+14155550134",
            ),
            (
                "you can reach me at four one five five five five oh one three four",
                "+14155550134",
            ),
            ("415 555 0133, sorry, 415 555 0134", "+14155550134"),
            ("my number is four one five", "part 415"),
            ("I'd like to come on the 24th at half past two", "-"),
            ("12/24/2026 at 2:30", "-"),
            ("two or three o'clock", "-"),
            ("twenty twenty six", "-"),
        ],
        unasked,
    );
}

#[test]
fn other_numbers_are_no_pieces_of_a_telephone_number() {
    check(
        &[
            ("can I come at two instead", "-"),
            ("give me two minutes", "-"),
            ("one second", "-"),
            ("at three pm", "-"),
        ],
        phone,
    );
}
