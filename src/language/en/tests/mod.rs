//! What is understood of several hundred things that callers say.
