//! What is old goes, a batch at a time; what is not stays.
