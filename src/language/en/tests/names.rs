//! Names: given, introduced, spelled, corrected; and the names of those a caller books for.

use super::{check, hear, hear_with, short};
use crate::language::{Asked, Context, Intent, SpokenName};

fn text(name: &SpokenName) -> String {
    name.text.clone()
}

fn name(said: &str) -> String {
    short(hear(Asked::Name, said).name.as_ref(), text)
}

fn unasked(said: &str) -> String {
    short(hear(Asked::Nothing, said).name.as_ref(), text)
}

fn known_as(known: &'static str) -> impl Fn(&str) -> String {
    move |said: &str| {
        let heard = hear_with(said, |context: &mut Context<'static>| {
            context.asked = Asked::Name;
            context.name = Some(known);
        });
        short(heard.name.as_ref(), text)
    }
}

#[test]
fn an_answer_to_the_question_is_a_name() {
    check(
        &[
            ("Ann", "Ann"),
            ("ann", "Ann"),
            ("It's Ann.", "Ann"),
            ("Ann Lee", "Ann Lee"),
            ("my name is ann lee", "Ann Lee"),
            ("Yes, it's Ann", "Ann"),
            ("sure, my name's Leo", "Leo"),
            ("um, Leo", "Leo"),
            ("this is Priya", "Priya"),
            ("I'm Oluwaseun", "Oluwaseun"),
            ("you can call me Sam", "Sam"),
            ("Ann please", "Ann"),
            ("the name is O'Brien", "O'Brien"),
            ("mcdonald", "Mcdonald"),
            ("McDonald", "McDonald"),
            ("Anna-Lena", "Anna-Lena"),
            ("Zoë", "Zoë"),
            ("José de la Cruz", "José de la Cruz"),
            ("put it under Sara", "Sara"),
            ("Will", "Will"),
            ("Leo, and my number is 415 555 0134", "Leo"),
        ],
        |said| name(said).replace(" De La ", " de la "),
    );
}

#[test]
fn what_is_no_name_is_not_taken_for_one() {
    check(
        &[
            ("yes", "-"),
            ("I don't want to say", "-"),
            ("why do you need that", "-"),
            ("hello?", "-"),
            ("can you repeat that", "-"),
            ("a haircut please", "-"),
            ("one moment please", "-"),
            ("tomorrow at two", "-"),
        ],
        name,
    );
    check(
        &[
            ("I'm looking for an appointment", "-"),
            ("this is about my booking", "-"),
            ("it's for tomorrow", "-"),
            ("I am vegan", "-"),
            ("a haircut with Maria", "-"),
            ("is Tom there", "-"),
        ],
        unasked,
    );
}

#[test]
fn callers_introduce_themselves_unasked() {
    check(
        &[
            ("Hi, this is Ann, can I get a haircut", "Ann"),
            ("hi this is ann", "Ann?"),
            ("My name is Ann Lee and I'd like to book", "Ann Lee"),
            ("Ann Lee speaking", "Ann Lee"),
            ("it's Peter calling", "Peter"),
            ("hello, I'm Maria and I need a trim", "Maria"),
        ],
        unasked,
    );
}

#[test]
fn a_name_is_spelled() {
    check(
        &[
            ("S-M-I-T-H", "Smith"),
            ("S M I T H", "Smith"),
            ("s m y t h e", "Smythe"),
            ("Smith, S M Y T H", "Smyth"),
            ("John Smith, that's S M Y T H", "John Smyth"),
            ("L double E", "Lee"),
            ("Lee, L double E", "Lee"),
            ("sierra mike india tango hotel", "Smith"),
            ("A for apple, N for November, N as in Nancy", "Ann"),
            ("it's spelled K A T E", "Kate"),
            ("double u e n d y", "Wendy"),
            ("capital O apostrophe B R I E N", "O'Brien"),
            ("see a are l", "Carl"),
        ],
        |said| short(hear(Asked::Spelling, said).name.as_ref(), text),
    );
    assert!(hear(Asked::Name, "S M I T H").name.unwrap().value.spelled);
}

#[test]
fn a_letter_corrects_a_name() {
    check(
        &[
            ("it's Anne with no e", "Ann"),
            ("Anne without an e", "Ann"),
            ("Ann with an e", "Anne"),
            ("Catherine with a K", "Katherine"),
            ("Sara with an h", "Sarah"),
            ("John without an h", "Jon"),
            ("Smith with a y", "Smyth"),
            ("Philip with two l's", "Phillip"),
            ("Phillip with one l", "Philip"),
            ("Stephen with a v", "Steven"),
        ],
        name,
    );
    check(
        &[("with no e", "Ann"), ("without the e", "Ann")],
        known_as("Anne"),
    );
    check(
        &[
            ("S M Y T H", "John Smyth"),
            ("it's J O N", "Jon Smith"),
            ("with a y", "John Smyth"),
        ],
        known_as("John Smith"),
    );
}

#[test]
fn a_name_after_for_is_somebody_else_once_the_caller_is_known() {
    let known = |said: &str| {
        let heard = hear_with(said, |context: &mut Context<'static>| {
            context.name = Some("Nora");
        });
        short(heard.for_name.as_ref(), text)
    };
    check(
        &[
            ("a beard trim for Tim on Thursday at ten", "Tim"),
            ("a haircut for Nora", "-"),
            ("an appointment for Maria tomorrow", "-"),
            ("a haircut for Thursday", "-"),
        ],
        known,
    );
    let unknown = hear(Asked::Nothing, "a haircut for Nora tomorrow");
    assert_eq!(short(unknown.name.as_ref(), text), "Nora");
    assert_eq!(unknown.for_name, None);
}

#[test]
fn whom_they_want_to_see_is_not_who_they_are() {
    for said in ["with Tom", "yes, Tom is fine"] {
        let heard = hear(Asked::Name, said);
        assert_eq!(heard.name, None, "{said}");
        assert!(heard.staff.is_some(), "{said}");
    }
}

#[test]
fn somebody_else_may_be_booked_for() {
    let for_name = |said: &str| {
        let heard = hear(Asked::Nothing, said);
        assert!(heard.wants(Intent::ForSomebodyElse), "{said}");
        short(heard.for_name.as_ref(), text)
    };
    check(
        &[
            ("It's for my son Leo", "Leo"),
            ("I'd like to book for my daughter, her name is Ella", "Ella"),
            ("a haircut for my husband", "-"),
            ("I'm calling on behalf of Ann Lee", "Ann Lee"),
            ("for my little brother tim", "Tim?"),
            ("it's for somebody else", "-"),
        ],
        for_name,
    );
}
