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
            self.say.push_str(text);
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

#[derive(Debug, Clone)]
enum Work {
    Check(DateTime<Utc>),
    Find,
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
            Self::Check(_) | Self::Find | Self::Hold(_) | Self::Lookup
        )
    }
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
    best: Option<Outcome>,
    last_said: String,
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
            best: None,
            last_said: String::new(),
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
    pub(super) fn sense(&self, at: Ms, text: &str, talking: bool) -> Sense {
        let meaning = understand(text, &self.context(at));
        let answers = !talking && self.question.is_answered_by(&meaning);
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
        let meaning = understand(text, &self.context(at));
        if self.is_committed() {
            self.meanwhile = Some(text.to_owned());
            return;
        }
        self.silences = 0;
        self.patient = false;
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
        let understood = informed || filled || answered == Took::Something || self.is_goal(meaning);
        if self.pending.is_some() {
            return;
        }
        if understood {
            self.misses = 0;
            self.tries = 0;
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

    /// Does the caller say what they are after? Then it is that from now on.
    fn set_goal(&mut self, meaning: &Meaning, informed: bool, reply: &mut Reply) {
        let goal = if meaning.wants(Intent::Cancel) {
            Goal::Change(Change::Cancel)
        } else if meaning.wants(Intent::Reschedule) {
            Goal::Change(Change::Move)
        } else if meaning.wants(Intent::AskBooking) {
            Goal::Change(Change::Look)
        } else if meaning.wants(Intent::LeaveMessage) {
            Goal::Message
        } else if meaning.wants(Intent::Book) || meaning.wants(Intent::AskAvailability) {
            Goal::Book
        } else if self.goal == Goal::None && !informed && speaks_of_a_booking(meaning) {
            self.goal_of_bare_slots(meaning)
        } else {
            return;
        };
        let same = goal == self.goal
            // "Book" in the middle of moving a booking is how people agree to the new time.
            || goal == Goal::Book && matches!(self.goal, Goal::Change(Change::Move));
        if same {
            return;
        }
        if self.goal == Goal::Book && goal == Goal::Change(Change::Cancel) && self.chosen.is_some()
        {
            // Nothing of theirs is booked yet that "cancel that" could mean.
            self.drop_goal(reply);
            return;
        }
        self.drop_goal(reply);
        self.goal = goal;
        if let Goal::Change(change) = goal {
            self.begin_change(change, meaning);
        }
    }

    fn goal_of_bare_slots(&self, meaning: &Meaning) -> Goal {
        let corrects = meaning.wants(Intent::Correction)
            || meaning.service.is_none() && meaning.for_name.is_none();
        match self.made.last() {
            Some(_) if corrects && (meaning.date.is_some() || meaning.time.is_some()) => {
                Goal::Change(Change::Move)
            }
            _ => Goal::Book,
        }
    }

    fn is_goal(&self, meaning: &Meaning) -> bool {
        const GOALS: [Intent; 6] = [
            Intent::Book,
            Intent::Cancel,
            Intent::Reschedule,
            Intent::AskBooking,
            Intent::AskAvailability,
            Intent::LeaveMessage,
        ];
        self.goal != Goal::None && GOALS.into_iter().any(|goal| meaning.wants(goal))
    }

    /// What the caller was after is dropped, what they said about themselves is kept.
    fn drop_goal(&mut self, reply: &mut Reply) {
        self.let_go(reply);
        self.goal = Goal::None;
        self.pending = None;
        self.found.clear();
        self.target = None;
        self.draft.service = None;
        self.draft.who = None;
        self.draft.wish = super::draft::Wish::default();
        if self.draft.for_other {
            self.draft.name = None;
            self.draft.for_other = false;
        }
    }

    /// The time in question is no longer in question.
    fn let_go(&mut self, reply: &mut Reply) {
        self.offer(Vec::new());
        if let Some(hold) = self.chosen.take().and_then(|chosen| chosen.hold) {
            reply.actions.push(Action::ReleaseHold { hold });
        }
    }

    /// What is to be given back when the caller is gone.
    pub(super) fn leave(&mut self) -> Option<BookingId> {
        self.chosen.take().and_then(|chosen| chosen.hold)
    }

    /// What they said last will not be answered any more.
    pub(super) fn caller_is_gone(&mut self) {
        self.meanwhile = None;
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.best
    }

    fn achieved(&mut self, outcome: Outcome) {
        let keep = matches!(
            (self.best, outcome),
            (
                Some(Outcome::Booked | Outcome::Rescheduled | Outcome::Cancelled),
                Outcome::Answered
            ) | (Some(Outcome::Unsettled), _)
        );
        if !keep {
            self.best = Some(outcome);
        }
    }

    /// Sends work out, and forgets what was waited for before.
    fn start(&mut self, work: Work) -> WorkId {
        self.works += 1;
        let id = WorkId(self.works);
        self.pending = Some(Pending { id, work });
        id
    }

    /// The work this answers, if it is still waited for.
    fn done(&mut self, id: WorkId) -> Option<Work> {
        self.pending
            .take_if(|pending| pending.id == id)
            .map(|pending| pending.work)
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
            || meaning.says(Answer::Yes) && !speaks_of_a_booking(&meaning)
            || meaning
                .intents
                .iter()
                .all(|heard| heard.value == Intent::Thanks)
                && !speaks_of_a_booking(&meaning)
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

fn speaks_of_a_booking(meaning: &Meaning) -> bool {
    meaning.service.is_some()
        || meaning.date.is_some()
        || meaning.time.is_some()
        || meaning.staff.is_some()
        || meaning.for_name.is_some()
}

fn vocabulary_of(business: &Briefing) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for service in &business.services {
        let names = std::iter::once(&service.name).chain(&service.aliases);
        vocabulary.service(service.id, names.map(|name| name.as_str()));
    }
    for person in &business.staff {
        vocabulary.person(person.id, [person.name.as_str()]);
    }
    vocabulary
}
