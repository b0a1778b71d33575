//! The receptionist's mind: from what the caller meant to what is said and done next.
//!
//! PURE. A turn is taken in four steps, whatever the subject: what must be answered at once (`people`, `asking`), what
//! the answer to our question was, what else was said (`slots`), and then what is still missing for the goal
//! (`booking`, `changing`). The last step looks only at what is known by now, so callers may say things in any order.
//! Sound, pauses and barge-in are not known here: by now there are only words.

mod answers;
mod asking;
mod booking;
mod changing;
mod goals;
mod offers;
mod people;
mod question;
mod resuming;
mod slots;
mod trouble;
mod when;
mod wording;

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use crate::{
    domain::{BookingId, Name, PhoneNumber, ServiceId},
    language::{self, Answer, Context, Intent, Manner, Meaning, Tongue, Vocabulary, understand},
};

use self::question::Question;
use super::{
    action::{Action, Outcome},
    briefing::{AfterHours, Briefing},
    draft::Draft,
    event::{FoundBooking, KnownCustomer, ProposalId, Slot, Started, WorkId},
    lines::{Line, Lines},
    timer::Ms,
    turn::{Expect, Sense},
};

/// What a turn of ours comes to.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) say: String,
    pub(super) actions: Vec<Action>,
    pub(super) then: Then,
    /// The caller can't cut in on it.
    pub(super) closed: bool,
}

/// What happens when our words have been heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Then {
    #[default]
    Listen,
    HangUp(Outcome),
    Transfer(PhoneNumber),
}

impl Reply {
    fn add(&mut self, text: &str) {
        if !text.is_empty() {
            if !self.say.is_empty() {
                self.say.push(' ');
            }
            // A sentence may begin with a value, like the name of a service.
            let mut letters = text.chars();
            self.say
                .extend(letters.next().into_iter().flat_map(char::to_uppercase));
            self.say.push_str(letters.as_str());
        }
    }
}

/// What the caller is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Goal {
    #[default]
    None,
    Book,
    Change(Change),
    Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Cancel,
    Move,
    /// Only to hear when it is.
    Look,
}

/// Something that was asked of the world and not answered yet.
#[derive(Debug, Clone)]
struct Pending {
    id: WorkId,
    work: Work,
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Check(DateTime<Utc>),
    Find(Search),
    Hold(Slot),
    Book(ProposalId),
    Lookup,
    Cancel(ProposalId),
    Move(ProposalId),
    Message(ProposalId),
    Transfer,
}

impl Work {
    /// Past recall: the answer must be heard before anything else is done.
    fn is_committed(&self) -> bool {
        !matches!(
            self,
            Self::Check(_) | Self::Find(_) | Self::Hold(_) | Self::Lookup
        )
    }
}

/// Where free times are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// Where the caller wants them; the middle of the first such stretch, which others are measured from.
    Wished(DateTime<Utc>),
    /// Before or after what was offered and is not wanted.
    Further,
    /// As near to it as there are any, because where the caller wants them there are none.
    Around,
}

/// The time that is being decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chosen {
    slot: Slot,
    hold: Option<BookingId>,
    /// Not every calendar could be asked.
    unchecked: bool,
}

/// A booking that this caller may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Target {
    booking: BookingId,
    service: ServiceId,
    slot: Slot,
}

#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; no two of them are one state"
)]
pub(super) struct Dialogue {
    /// The wall's time at the first millisecond.
    began: DateTime<Utc>,
    /// The business's date when it last spoke.
    today: NaiveDate,
    seed: u8,
    caller: Option<PhoneNumber>,
    customer: Option<KnownCustomer>,
    business: Briefing,
    vocabulary: Vocabulary,
    tongue: Tongue,
    lines: Arc<Lines>,
    /// How often each line was said.
    used: [u8; Line::ALL.len()],

    goal: Goal,
    question: Question,
    /// How often the question was asked again.
    tries: u8,
    misses: u8,
    silences: u8,
    /// The caller asked us to wait.
    patient: bool,

    /// The sentence before has put the question already.
    asked_in_passing: bool,

    draft: Draft,
    /// Heard, and not well enough to use without asking.
    unsure_name: Option<Name>,
    unsure_phone: Option<PhoneNumber>,
    /// The pieces of a number that is being dictated.
    digits: String,
    message: Option<String>,
    offers: Vec<Slot>,
    offered: Vec<language::Offer>,
    /// The one that was picked last.
    last_offer: Option<Slot>,
    chosen: Option<Chosen>,
    found: Vec<FoundBooking>,
    target: Option<Target>,

    pending: Option<Pending>,
    works: u32,
    proposals: u32,
    /// What was said while something past recall was being done.
    meanwhile: Option<String>,

    /// Nothing is booked under the number they call from.
    caller_has_none: bool,
    made: Vec<Target>,
    /// The caller's words so far and what they mean here and now; not true any more once something has happened.
    understood: Option<(String, Meaning)>,
    best: Option<Outcome>,
    last_said: String,
    /// This reply has named the day already.
    day_just_said: Option<NaiveDate>,
    offered_person: bool,
}

impl Dialogue {
    pub(super) fn new(started: Started, lines: &Arc<Lines>) -> Self {
        let Started {
            call: _,
            at,
            seed,
            caller,
            customer,
            business,
        } = started;
        // An owner's wording that can't be filled in was refused when it was saved; here ours stand in.
        let lines = match &business.switches.lines {
            own if own.is_empty() => Arc::clone(lines),
            own => lines
                .with_wordings(own)
                .map_or_else(|_| Arc::clone(lines), Arc::new),
        };
        Self {
            began: at,
            today: at.with_timezone(&business.zone).date_naive(),
            seed: seed.to_le_bytes()[0],
            caller,
            customer,
            vocabulary: vocabulary_of(&business),
            tongue: Tongue::of(&business.switches.language).unwrap_or_default(),
            lines,
            used: [0; Line::ALL.len()],
            goal: Goal::None,
            question: Question::Open,
            tries: 0,
            misses: 0,
            silences: 0,
            patient: false,
            asked_in_passing: false,
            draft: Draft::default(),
            unsure_name: None,
            unsure_phone: None,
            digits: String::new(),
            message: None,
            offers: Vec::new(),
            offered: Vec::new(),
            last_offer: None,
            chosen: None,
            found: Vec::new(),
            target: None,
            pending: None,
            works: 0,
            proposals: 0,
            meanwhile: None,
            caller_has_none: false,
            made: Vec::new(),
            understood: None,
            best: None,
            last_said: String::new(),
            day_just_said: None,
            offered_person: false,
            business,
        }
    }

    pub(super) fn consent(&self) -> Option<&str> {
        self.business
            .switches
            .consent
            .as_ref()
            .map(crate::domain::Line::as_str)
    }

    pub(super) fn longest_call(&self) -> Ms {
        Ms::from_seconds(self.business.switches.longest_call_seconds)
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    pub(super) fn is_waiting_for_work(&self) -> bool {
        self.pending.is_some()
    }

    pub(super) fn is_committed(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|pending| pending.work.is_committed())
    }

    pub(super) fn was_asked_to_wait(&self) -> bool {
        self.patient
    }

    pub(super) fn expects(&self) -> Expect {
        self.question.expects()
    }

    /// The first words.
    pub(super) fn greet(&mut self, at: Ms, reply: &mut Reply) {
        let after_hours = self.business.switches.after_hours;
        match after_hours {
            _ if self.business.open => self.say(Line::Greeting, reply),
            AfterHours::Book => self.say(Line::GreetingClosed, reply),
            AfterHours::Message => {
                self.say(Line::GreetingMessage, reply);
                self.goal = Goal::Message;
                self.ask(Question::Message, reply);
            }
            AfterHours::Transfer => {
                self.say(Line::GreetingTransfer, reply);
                self.person(at, reply);
            }
        }
    }

    /// What the words so far sound like; `talking` if the caller says them while we speak.
    pub(super) fn sense(&mut self, at: Ms, text: &str, talking: bool) -> Sense {
        let known = self.understood.take_if(|(known, _)| known == text);
        let (text, meaning) = known.unwrap_or_else(|| {
            let meaning = understand(text, &self.context(at));
            (text.to_owned(), meaning)
        });
        let sense = self.sense_of(&meaning, talking);
        self.understood = Some((text, meaning));
        sense
    }

    fn sense_of(&self, meaning: &Meaning, talking: bool) -> Sense {
        let answers = !talking && self.question.is_answered_by(meaning);
        match meaning.manner {
            _ if answers => Sense::Complete,
            Manner::Noise => Sense::Noise,
            Manner::Backchannel => Sense::Backchannel,
            Manner::Filler if meaning.is_empty() => Sense::Filler,
            _ => Sense::Words,
        }
    }

    /// The caller's turn is over. `heard_us`: they had heard our question when they spoke.
    pub(super) fn heard(&mut self, at: Ms, text: &str, heard_us: bool, reply: &mut Reply) {
        let known = self.understood.take_if(|(known, _)| known == text);
        let meaning = known.map_or_else(
            || understand(text, &self.context(at)),
            |(_, meaning)| meaning,
        );
        if self.is_committed() {
            self.meanwhile = Some(text.to_owned());
            return;
        }
        self.silences = 0;
        self.patient = false;
        self.day_just_said = None;
        self.look_at_the_date(at);
        self.turn(at, text, &meaning, heard_us, reply);
    }

    fn turn(&mut self, at: Ms, text: &str, meaning: &Meaning, heard_us: bool, reply: &mut Reply) {
        if self.answer_at_once(at, meaning, reply) {
            return;
        }
        let informed = self.inform(at, meaning, reply);
        if self.question == Question::Message && !informed {
            return self.take_message(at, text, meaning, reply);
        }
        if informed && matches!(self.question, Question::WhichService(_)) {
            // They were asked for which service just now; nothing else is, until they say.
            self.misses = 0;
            self.fill(at, meaning, reply);
            return;
        }
        self.set_goal(meaning, informed, reply);
        let answered = self.take_answer(at, meaning, heard_us, reply);
        if answered == Took::AndReplied {
            return;
        }
        let filled = self.fill(at, meaning, reply);
        if self.is_only_not_offered(meaning) {
            self.misses = self.misses.saturating_add(1);
            if self.misses >= trouble::MOST_MISSES {
                return self.offer_help(at, reply);
            }
            return self.advance(at, reply);
        }
        let understood = informed || filled || answered == Took::Something || self.is_goal(meaning);
        if self.pending.is_some() {
            return;
        }
        if understood {
            self.misses = 0;
            // A number that is none was understood, but it is no answer.
            self.tries = if slots::is_wrong_phone(meaning) {
                self.tries.saturating_add(1)
            } else {
                0
            };
            self.advance(at, reply);
        } else {
            self.misunderstood(at, reply);
        }
    }

    /// What is still missing for what the caller is after?
    fn advance(&mut self, at: Ms, reply: &mut Reply) {
        if reply.then != Then::Listen || self.pending.is_some() {
            return;
        }
        match self.goal {
            Goal::Book => self.advance_booking(at, reply),
            Goal::Change(change) => self.advance_change(at, change, reply),
            Goal::Message => self.advance_message(reply),
            Goal::None if reply.say.is_empty() && self.best.is_none() => {
                self.ask(Question::Open, reply);
            }
            Goal::None => self.ask(Question::AnythingElse, reply),
        }
    }

    /// What is to be given back when the caller is gone.
    pub(super) fn leave(&mut self) -> Option<BookingId> {
        self.chosen.take().and_then(|chosen| chosen.hold)
    }

    /// Something has happened: the same words may mean something else now.
    pub(super) fn moved_on(&mut self) {
        self.understood = None;
    }

    /// What they said last will not be answered any more.
    pub(super) fn caller_is_gone(&mut self) {
        self.meanwhile = None;
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.best
    }

    /// Sends work out, and forgets what was waited for before.
    fn start(&mut self, work: Work) -> WorkId {
        self.works += 1;
        let id = WorkId(self.works);
        self.pending = Some(Pending { id, work });
        id
    }

    /// The caller agreed to something; under this number it is done at most once.
    fn agreed(&mut self) -> ProposalId {
        self.proposals += 1;
        ProposalId(self.proposals)
    }

    /// What was said in the meantime gets its turn.
    fn catch_up(&mut self, at: Ms, reply: &mut Reply) {
        let Some(text) = self.meanwhile.take() else {
            return;
        };
        let meaning = understand(&text, &self.context(at));
        let nothing_new = meaning.is_empty()
            || meaning.says(Answer::Yes) && !goals::speaks_of_a_booking(&meaning)
            || meaning
                .intents
                .iter()
                .all(|heard| heard.value == Intent::Thanks)
                && !goals::speaks_of_a_booking(&meaning)
                && meaning.answer.is_none();
        if !nothing_new {
            self.turn(at, &text, &meaning, false, reply);
        }
    }

    fn now(&self, at: Ms) -> DateTime<Utc> {
        let since = i64::try_from(at.0)
            .unwrap_or(i64::MAX / 4)
            .min(i64::from(u32::MAX));
        self.began + Duration::milliseconds(since)
    }

    fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.with_timezone(&self.business.zone).naive_local()
    }

    fn local_now(&self, at: Ms) -> NaiveDateTime {
        self.local(self.now(at))
    }

    fn context(&self, at: Ms) -> Context<'_> {
        Context {
            tongue: self.tongue,
            now: self.local_now(at),
            asked: self.question.asked(),
            vocabulary: &self.vocabulary,
            offers: &self.offered,
            day_in_talk: self.day_in_talk(),
            plausible: when::plausible(&self.business.hours),
            country: self.business.country,
            name: self.draft.name.as_deref(),
            digits: &self.digits,
        }
    }
}

/// What became of the answer to our question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Took {
    Nothing,
    Something,
    /// The turn is over: the reply is whole.
    AndReplied,
}

fn vocabulary_of(business: &Briefing) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for service in &business.services {
        let names = std::iter::once(&service.name).chain(&service.aliases);
        vocabulary.service(service.id, names.map(Name::as_str));
    }
    for person in &business.staff {
        vocabulary.person(person.id, [person.name.as_str()]);
    }
    vocabulary
}
