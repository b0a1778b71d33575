//! Many writers, few slots, two processes: who wins, who loses, and how the losers are told.

use std::{sync::Arc, time::Instant};

use reqwest::{Client, StatusCode};
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    assert_nobody_deadlocked, assert_nothing_overlaps, assert_quiet, full_or,
    salon::{STAFF, Salon, quarter},
};
use crate::{
    store::raw,
    support::{
        on_each_engine,
        server::{Server, Starting, ask, client},
    },
};

const WRITERS: usize = 64;
/// Half-hours in a round; with everybody's, fifty slots.
const STARTS: usize = 10;
const SLOTS: usize = STAFF * STARTS;

/// One who books, over connections of their own.
struct Writer {
    number: usize,
    client: Client,
    url: String,
    salon: Arc<Salon>,
}

#[derive(Default)]
struct Score {
    won: usize,
    refused: usize,
}

/// Everyone sets off at the same moment. In even rounds they ask for a person and go on to the next slot when it is taken; in odd
/// rounds they ask for anyone at one of ten times. Either way each slot is asked for, so each has exactly one winner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_in_two_processes_never_overlap() {
    on_each_engine(async |test| {
        let salon = Arc::new(Salon::open(&test.db).await);
        let folder = tempfile::tempdir().unwrap();
        let servers = ["one", "two"]
            .map(|name| Server::start(folder.path(), name, &test.connect.url))
            .map(Starting::answers);
        let writers: Vec<Arc<Writer>> = (0..WRITERS)
            .map(|number| {
                Arc::new(Writer {
                    number,
                    client: client(),
                    url: servers[number % 2].url.clone(),
                    salon: Arc::clone(&salon),
                })
            })
            .collect();

        let began = Instant::now();
        let rounds = full_or(4, 20);
        let mut refused = 0;
        for round in 0..rounds {
            let score = race(&writers, round).await;
            assert_eq!(score.won, SLOTS, "winners in round {round}");
            assert!(score.refused >= WRITERS - SLOTS, "losers in round {round}");
            refused += score.refused;
        }
        println!(
            "{rounds} rounds: {} won, {refused} refused, in {:?}",
            rounds * SLOTS,
            began.elapsed()
        );

        let booked = raw::count(test, "bookings where status = 'booked'").await;
        assert_eq!(usize::try_from(booked), Ok(rounds * SLOTS));
        assert_nothing_overlaps(test).await;
        servers.iter().for_each(assert_quiet);
        servers.into_iter().for_each(Server::kill);
        assert_nobody_deadlocked(test).await;
    })
    .await;
}

async fn race(writers: &[Arc<Writer>], round: usize) -> Score {
    let start = Arc::new(Barrier::new(writers.len()));
    let mut running = JoinSet::new();
    for writer in writers {
        let (writer, start) = (Arc::clone(writer), Arc::clone(&start));
        running.spawn(async move {
            start.wait().await;
            if round.is_multiple_of(2) {
                writer.ask_for_people(round).await
            } else {
                writer.ask_for_anyone(round).await
            }
        });
    }
    let scores = running.join_all().await;
    scores.into_iter().fold(Score::default(), |sum, one| Score {
        won: sum.won + one.won,
        refused: sum.refused + one.refused,
    })
}

impl Writer {
    async fn ask_for_people(&self, round: usize) -> Score {
        const PATIENCE: usize = 4;
        for refused in 0..PATIENCE {
            let slot = (self.number + refused) % SLOTS;
            if self.wins(round, slot / STAFF, Some(slot % STAFF)).await {
                return Score { won: 1, refused };
            }
        }
        Score {
            won: 0,
            refused: PATIENCE,
        }
    }

    async fn ask_for_anyone(&self, round: usize) -> Score {
        let won = self.wins(round, self.number % STARTS, None).await;
        Score {
            won: usize::from(won),
            refused: usize::from(!won),
        }
    }

    async fn wins(&self, round: usize, start: usize, staff: Option<usize>) -> bool {
        let body = self
            .salon
            .cut_at(quarter(round, 2 * start), staff, self.number);
        let request = self.salon.post(&self.client, &self.url, &body);
        let answer = ask(request).await.unwrap();
        if answer.status == StatusCode::CREATED {
            return true;
        }
        assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
        assert_eq!(answer.content_type, "application/problem+json");
        assert_eq!(answer.body["code"], "slot_taken", "{answer:?}");
        false
    }
}
