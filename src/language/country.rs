//! Which country a business is in, as far as its telephone number or its time zone tells.
//!
//! It only decides what a number without a country code means; a wrong guess is heard when the number is read back.

use chrono_tz::Tz;

use super::Country;
use crate::domain::PhoneNumber;

/// Nothing for numbers of no country, like satellite telephones.
pub fn country_of_number(number: &PhoneNumber) -> Option<Country> {
    phonenumber::parse(None, number.as_str())
        .ok()?
        .country()
        .id()
}

/// Nothing for zones that are no country's, like `UTC`, and for countries that were left out here.
pub fn country_of_zone(zone: Tz) -> Option<Country> {
    let name = zone.name();
    let known = ZONES.iter().find(|(start, _)| name.starts_with(start));
    known.map(|(_, country)| *country)
}

/// What a zone's name begins with; the first that fits counts.
const ZONES: &[(&str, Country)] = &[
    ("Europe/London", Country::GB),
    ("Europe/Belfast", Country::GB),
    ("Europe/Dublin", Country::IE),
    ("Europe/Berlin", Country::DE),
    ("Europe/Vienna", Country::AT),
    ("Europe/Zurich", Country::CH),
    ("Europe/Paris", Country::FR),
    ("Europe/Brussels", Country::BE),
    ("Europe/Amsterdam", Country::NL),
    ("Europe/Luxembourg", Country::LU),
    ("Europe/Madrid", Country::ES),
    ("Atlantic/Canary", Country::ES),
    ("Europe/Lisbon", Country::PT),
    ("Europe/Rome", Country::IT),
    ("Europe/Copenhagen", Country::DK),
    ("Europe/Oslo", Country::NO),
    ("Europe/Stockholm", Country::SE),
    ("Europe/Helsinki", Country::FI),
    ("Europe/Warsaw", Country::PL),
    ("Europe/Prague", Country::CZ),
    ("Europe/Budapest", Country::HU),
    ("Europe/Bucharest", Country::RO),
    ("Europe/Athens", Country::GR),
    ("Europe/Istanbul", Country::TR),
    ("America/Toronto", Country::CA),
    ("America/Vancouver", Country::CA),
    ("America/Montreal", Country::CA),
    ("America/Halifax", Country::CA),
    ("America/Winnipeg", Country::CA),
    ("America/Edmonton", Country::CA),
    ("America/Regina", Country::CA),
    ("America/St_Johns", Country::CA),
    ("America/Mexico_City", Country::MX),
    ("America/Sao_Paulo", Country::BR),
    ("America/Argentina/", Country::AR),
    ("America/Bogota", Country::CO),
    ("America/Lima", Country::PE),
    ("America/Santiago", Country::CL),
    ("America/New_York", Country::US),
    ("America/Chicago", Country::US),
    ("America/Denver", Country::US),
    ("America/Phoenix", Country::US),
    ("America/Los_Angeles", Country::US),
    ("America/Anchorage", Country::US),
    ("America/Detroit", Country::US),
    ("America/Boise", Country::US),
    ("America/Indiana/", Country::US),
    ("America/Kentucky/", Country::US),
    ("Pacific/Honolulu", Country::US),
    ("US/", Country::US),
    ("Canada/", Country::CA),
    ("Australia/", Country::AU),
    ("Pacific/Auckland", Country::NZ),
    ("Asia/Kolkata", Country::IN),
    ("Asia/Singapore", Country::SG),
    ("Asia/Hong_Kong", Country::HK),
    ("Asia/Tokyo", Country::JP),
    ("Asia/Seoul", Country::KR),
    ("Asia/Manila", Country::PH),
    ("Asia/Dubai", Country::AE),
    ("Asia/Jerusalem", Country::IL),
    ("Africa/Johannesburg", Country::ZA),
    ("Africa/Lagos", Country::NG),
    ("Africa/Nairobi", Country::KE),
    ("Africa/Cairo", Country::EG),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_its_country() {
        let of = |number: &str| country_of_number(&PhoneNumber::new(number).unwrap());
        assert_eq!(of("+14155550100"), Some(Country::US));
        assert_eq!(of("+442079460123"), Some(Country::GB));
        assert_eq!(of("+4930123456"), Some(Country::DE));
        assert_eq!(of("+16475550100"), Some(Country::CA));
    }

    #[test]
    fn a_zone_tells_its_country_if_it_has_one() {
        assert_eq!(country_of_zone(Tz::Europe__London), Some(Country::GB));
        assert_eq!(
            country_of_zone(Tz::America__Indiana__Knox),
            Some(Country::US)
        );
        assert_eq!(country_of_zone(Tz::UTC), None);
    }
}
