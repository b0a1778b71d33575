//! A job that does nothing, for tests of everything around it.

use super::JobError;

#[expect(
    clippy::unnecessary_wraps,
    reason = "it has the shape of every other job"
)]
pub(super) fn run(_number: u32) -> Result<(), JobError> {
    Ok(())
}
