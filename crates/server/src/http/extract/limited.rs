//! What of a visitor is counted where there are limits.

use rejoinder_core::Time;

use super::Visitor;
use crate::http::error::ApiError;
use crate::http::limits::{Act, Limits, Who};

impl Who {
    /// The client that asks as `visitor`: a network, or a program of the publisher wherever it runs.
    pub(crate) fn of(visitor: &Visitor) -> Self {
        match visitor.program() {
            Some(program) => Self::program(program),
            None => Self::Network(visitor.network),
        }
    }
}

impl Limits {
    /// Count one `act` of `visitor`, or refuse it.
    pub(crate) fn take(&self, act: Act, visitor: &Visitor, now: Time) -> Result<(), ApiError> {
        self.take_many(act, 1, visitor, now)
    }

    /// Count an `act` that costs as much as `n`, or refuse it.
    pub(crate) fn take_many(
        &self,
        act: Act,
        n: usize,
        visitor: &Visitor,
        now: Time,
    ) -> Result<(), ApiError> {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        if visitor.is_program() {
            // Its request has been counted already.
            return Ok(());
        }
        self.take_from(act, n, &Who::Network(visitor.network), now)?;
        match visitor.token_hash() {
            Some(hash) => self.take_from(act, n, &Who::Token(hash), now),
            None => Ok(()),
        }
    }
}
