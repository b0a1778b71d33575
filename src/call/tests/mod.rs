//! Conversations, one file for each kind.

mod booking;
