//! The hourly clean-up.
