//! A telephone company that carries texts as the test wants, and refuses what a real one would refuse.

use std::sync::{Arc, Mutex};

use ringbook::{
    domain::TextState,
    notify::{Answer, NotSent, OutgoingText, Post, Sent, TextSender, Wording},
};

/// Cheap to clone; all clones are one company.
#[derive(Debug, Clone, Default)]
pub(crate) struct Telephone(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    line: Line,
    delivered: Vec<OutgoingText>,
    looked_for: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Line {
    #[default]
    Works,
    /// Nothing goes out.
    Down,
    /// The text goes out, and the answer is lost.
    LosesAnswers,
    /// The account may send none.
    Refuses,
}

impl Telephone {
    pub(crate) fn post(&self) -> Post {
        Post {
            sender: Arc::new(self.clone()),
            wording: Arc::new(Wording::english().unwrap()),
        }
    }

    pub(crate) fn line(&self, line: Line) {
        self.0.lock().unwrap().line = line;
    }

    /// What was read on telephones, in order.
    pub(crate) fn delivered(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state
            .delivered
            .iter()
            .map(|text| text.body.clone())
            .collect()
    }

    pub(crate) fn recipients(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state
            .delivered
            .iter()
            .map(|text| text.to.to_string())
            .collect()
    }

    /// How often somebody asked whether a text went out.
    pub(crate) fn looked_for(&self) -> usize {
        self.0.lock().unwrap().looked_for
    }
}

impl TextSender for Telephone {
    fn send<'a>(&'a self, text: &'a OutgoingText) -> Answer<'a, Result<Sent, NotSent>> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            if text.body.trim().is_empty() || text.body.chars().count() > 1600 {
                return Err(NotSent::Refused("error 21617: the body".to_owned()));
            }
            if state.line == Line::Down {
                return Err(down());
            }
            if state.line == Line::Refuses {
                return Err(NotSent::Refused("error 21606: the sender".to_owned()));
            }
            state.delivered.push(text.clone());
            if state.line == Line::LosesAnswers {
                return Err(NotSent::Unknown("the answer was lost".to_owned()));
            }
            Ok(sent(text))
        })
    }

    fn find<'a>(
        &'a self,
        text: &'a OutgoingText,
        _: &'a [String],
    ) -> Answer<'a, Result<Option<Sent>, NotSent>> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            state.looked_for += 1;
            if state.line == Line::Down {
                return Err(down());
            }
            let found = state.delivered.iter().find(|it| it.id == text.id);
            Ok(found.map(sent))
        })
    }
}

fn down() -> NotSent {
    NotSent::Later {
        why: "the line is down".to_owned(),
        wait: None,
    }
}

fn sent(text: &OutgoingText) -> Sent {
    Sent {
        outside_id: Some(format!("SM{}", text.id.0.simple())),
        state: TextState::Sent,
        error_code: None,
    }
}
