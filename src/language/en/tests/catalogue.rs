//! Services and people by name, alias, part of a name, and misheard.

use super::{check, hear, service_name, short, staff_name};
use crate::language::Asked;

#[test]
fn services_are_known_by_name_alias_and_slip() {
    let service = |text: &str| short(hear(Asked::Service, text).service.as_ref(), service_name);
    check(
        &[
            ("a haircut", "cut"),
            ("haircut please", "cut"),
            ("a hair cut", "cut"),
            ("two haircuts", "cut?"),
            ("just a trim", "cut"),
            ("a beard trim", "beard"),
            ("haircut and beard", "cut+beard"),
            ("a haircut and a beard trim", "cut+beard"),
            ("dye and a swedish massage", "colour and swedish"),
            ("a haircut or a beard trim", "cut or beard"),
            ("a haircut, no, a beard trim", "beard"),
            ("hair color", "colour?"),
            ("dye", "colour"),
            ("swedish massage", "swedish"),
            ("a sweedish massage", "swedish?"),
            ("a massage", "swedish or deep?"),
            ("deep tissue", "deep?"),
            ("the deep tissue one", "deep?"),
            ("a tattoo", "no tattoo?"),
            ("do you do manicures", "no manicures?"),
            ("I don't know", "-"),
            ("what do you have", "-"),
        ],
        service,
    );
}

#[test]
fn a_service_that_is_not_offered_is_noticed_only_where_one_is_asked_for() {
    let service = |text: &str| short(hear(Asked::Nothing, text).service.as_ref(), service_name);
    check(
        &[
            ("I'd like a tattoo", "no tattoo?"),
            ("do you do manicures", "no manicures?"),
            ("I'd like an appointment", "-"),
            ("I need a receipt", "-"),
            ("the weather is lovely", "-"),
        ],
        service,
    );
}

#[test]
fn people_are_asked_for_by_name() {
    let staff = |text: &str| short(hear(Asked::Staff, text).staff.as_ref(), staff_name);
    check(
        &[
            ("Maria", "Maria"),
            ("with Maria please", "Maria"),
            ("Tommy", "Tom"),
            ("Dr. Lee", "Lee"),
            ("doctor lee", "Lee"),
            ("Lee", "Lee"),
            ("Marya", "Maria?"),
            ("Maria or Tom", "Maria or Tom"),
            ("Maria, no, Tom", "Tom"),
            ("anyone", "anyone"),
            ("whoever is free", "anyone"),
            ("no preference", "anyone"),
            ("I don't mind who", "anyone"),
            ("it doesn't matter", "anyone"),
            ("anyone but Tom", "not Tom"),
            ("not Tom", "not Tom"),
            ("with Brenda", "no Brenda?"),
        ],
        staff,
    );
}
