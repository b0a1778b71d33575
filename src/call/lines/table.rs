//! The list of lines: their names in `prompts/`, what each wording must say, and what it may.

use std::{fmt, str::FromStr};

use crate::{domain::Invalid, language::template::Blanks};

macro_rules! lines {
    ($($variant:ident $name:literal [$($must:literal)*] [$($may:literal)*])+) => {
        /// Something the agent can say.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Line { $($variant),+ }

        impl Line {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What every wording has to mention.
            fn must(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($must),*]),+ }
            }

            fn may(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($may),*]),+ }
            }
        }
    };
}

lines! {
    // greeting.md
    Greeting "greeting" [] ["business"]
    GreetingClosed "greeting_closed" [] ["business"]
    GreetingMessage "greeting_message" [] ["business"]
    GreetingTransfer "greeting_transfer" [] ["business"]
    WelcomeBack "welcome_back" [] []
    AnythingElse "anything_else" [] []
    Closing "closing" [] ["business"]
    HowCanIHelp "how_can_i_help" [] []
    // booking.md
    AskService "ask_service" [] ["services"]
    AskWhichService "ask_which_service" ["services"] []
    OneServiceAtATime "one_service_at_a_time" ["service"] []
    ServiceNotOffered "service_not_offered" ["services"] []
    AskStaff "ask_staff" [] ["staff"]
    AskWhichStaff "ask_which_staff" ["staff"] []
    StaffUnknown "staff_unknown" ["staff"] []
    StaffNotForService "staff_not_for_service" ["person" "service"] ["staff"]
    StaffNotByPhone "staff_not_by_phone" ["person"] []
    AskWhen "ask_when" [] []
    AskDay "ask_day" [] ["time"]
    AskTime "ask_time" ["day"] []
    AskOtherTime "ask_other_time" [] []
    DayPast "day_past" [] ["day"]
    DayImpossible "day_impossible" [] []
    OfferOne "offer_one" ["slots"] []
    OfferMany "offer_many" ["slots"] []
    NothingFree "nothing_free" [] []
    BusyTaken "busy_taken" ["when"] []
    BusyNotAStart "busy_not_a_start" ["when"] []
    BusyClosedDay "busy_closed_day" ["day"] []
    BusyOutsideHours "busy_outside_hours" [] ["when" "day" "hours"]
    BusyStaffAway "busy_staff_away" [] ["person" "day"]
    BusyStaffHours "busy_staff_hours" [] ["person"]
    BusyTooSoon "busy_too_soon" [] []
    BusyTooFar "busy_too_far" ["days"] []
    BusyPast "busy_past" [] []
    TimeIsFree "time_is_free" ["when"] []
    TimeSeemsFree "time_seems_free" ["when"] []
    NothingBooked "nothing_booked" [] []
    AskName "ask_name" [] []
    AskForName "ask_for_name" [] []
    AskSpelling "ask_spelling" [] []
    CheckName "check_name" ["name"] []
    AskPhone "ask_phone" [] []
    AskCallerPhone "ask_caller_phone" [] []
    AskRestOfPhone "ask_rest_of_phone" [] []
    PhoneWrong "phone_wrong" [] []
    CheckPhone "check_phone" ["phone"] []
    ReadBack "read_back" ["booking"] ["text"]
    ReadBackShort "read_back_short" ["booking"] []
    WhatToChange "what_to_change" [] []
    Booked "booked" ["when"] []
    BookedTentative "booked_tentative" ["when"] []
    BookedUnchecked "booked_unchecked" ["when"] []
    SlotLost "slot_lost" [] ["when"]
    BookUnsettled "book_unsettled" [] []
    BookRules "book_rules" [] []
    CalendarUnknown "calendar_unknown" [] []
    // the pieces that sentences are made of, in booking.md as well
    Booking "booking" ["service" "with" "when" "for"] []
    PartWith "part_with" ["person"] []
    PartFor "part_for" ["name"] []
    PartText "part_text" ["phone"] []
    SlotWith "slot_with" ["when" "person"] []
    SameDay "same_day" ["day" "times"] []
    // changing.md
    TheirBooking "their_booking" ["service" "with" "when"] []
    AskNameOnBooking "ask_name_on_booking" [] []
    AskPhoneOnBooking "ask_phone_on_booking" [] []
    NoBookingFound "no_booking_found" [] []
    NotOnFile "not_on_file" [] []
    WhichBooking "which_booking" ["bookings"] []
    YourBooking "your_booking" ["bookings"] []
    ConfirmCancel "confirm_cancel" ["booking"] []
    CancelDone "cancel_done" ["when"] []
    CancelRules "cancel_rules" [] []
    AskNewTime "ask_new_time" ["booking"] []
    ConfirmMove "confirm_move" ["service" "when"] ["from" "with"]
    MoveDone "move_done" ["when"] []
    MoveTentative "move_tentative" ["when"] []
    MoveRules "move_rules" [] []
    ChangeUnsettled "change_unsettled" [] []
    LeftAsItIs "left_as_it_is" [] []
    // questions.md
    Price "price" ["service" "price"] []
    PriceToo "price_too" ["price"] []
    PriceUnknown "price_unknown" [] ["service"]
    Duration "duration" ["service" "duration"] []
    DurationToo "duration_too" ["duration"] []
    WhichServiceAsked "which_service_asked" ["services"] []
    Services "services" ["services"] []
    Staff "staff" ["staff"] []
    Hours "hours" ["hours"] []
    HoursOf "hours_of" ["days" "hours"] []
    HoursSpan "hours_span" ["from" "until"] []
    DaysSpan "days_span" ["first" "last"] []
    Address "address" ["address"] []
    Description "description" ["description"] []
    NotKnown "not_known" [] []
    Robot "robot" [] ["business"]
    Monday "monday" [] []
    Tuesday "tuesday" [] []
    Wednesday "wednesday" [] []
    Thursday "thursday" [] []
    Friday "friday" [] []
    Saturday "saturday" [] []
    Sunday "sunday" [] []
    // people.md
    Transferring "transferring" [] []
    NobodyThere "nobody_there" [] []
    OfferPerson "offer_person" [] []
    OfferMessage "offer_message" [] []
    AskMessage "ask_message" [] []
    MessageTaken "message_taken" [] []
    MessageUnsettled "message_unsettled" [] []
    Emergency "emergency" [] []
    OnlyLanguage "only_language" [] []
    WrongNumber "wrong_number" [] ["business"]
    // trouble.md
    NotUnderstood "not_understood" [] []
    StillThere "still_there" [] []
    SilenceGoodbye "silence_goodbye" [] []
    Wait "wait" [] []
    OneMoment "one_moment" [] []
    Trouble "trouble" [] []
    CutIn "cut_in" [] []
    LongestCall "longest_call" [] []
    TooManyReconnects "too_many_reconnects" [] []
    HouseFull "house_full" [] []
    Sure "sure" [] []
}

impl Line {
    pub(super) fn blanks(self) -> Blanks {
        Blanks {
            line: self.as_str(),
            must: self.must(),
            may: self.may(),
        }
    }
}

impl FromStr for Line {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        Self::ALL
            .iter()
            .copied()
            .find(|line| line.as_str() == name)
            .ok_or_else(|| Invalid::new(format!("there is no line called `{name}`")))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
