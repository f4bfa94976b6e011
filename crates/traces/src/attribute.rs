//! What a span can say.

/// One thing that a span says of what was done.
///
/// Texts are the program's own, but for the name of a request, which a trusted proxy may have given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// The method of a request, in or out.
    Method(&'static str),
    /// The path of a request as it is declared: what stands in the path itself may be a secret.
    Route(&'static str),
    /// The status of an answer.
    Status(u16),
    /// What a request is called, as in its answer and in the log.
    Request(String),
    /// The site that it is about.
    Site(i64),
    /// Which database.
    Database(&'static str),
    /// What the store is asked to do: the function that asks.
    Operation(&'static str),
    /// What asks the outside.
    Feature(&'static str),
    /// The kind of a job.
    Job(&'static str),
    /// How often a job has been tried, with this time.
    Attempt(i64),
    /// What became of a job.
    Outcome(&'static str),
    /// Why it did not work out.
    Error(&'static str),
}

/// What an attribute says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(i64),
}

impl Attribute {
    /// Every name that can be sent with a span. OpenTelemetry's own, where it has one.
    pub const KEYS: [&'static str; 12] = [
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "rejoinder.request.id",
        "rejoinder.site.id",
        "db.system.name",
        "db.operation.name",
        "rejoinder.feature",
        "rejoinder.job.kind",
        "rejoinder.job.attempt",
        "rejoinder.job.outcome",
        "error.type",
    ];

    /// Its name.
    pub const fn key(&self) -> &'static str {
        let at = match self {
            Self::Method(_) => 0,
            Self::Route(_) => 1,
            Self::Status(_) => 2,
            Self::Request(_) => 3,
            Self::Site(_) => 4,
            Self::Database(_) => 5,
            Self::Operation(_) => 6,
            Self::Feature(_) => 7,
            Self::Job(_) => 8,
            Self::Attempt(_) => 9,
            Self::Outcome(_) => 10,
            Self::Error(_) => 11,
        };
        Self::KEYS[at]
    }

    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Method(text)
            | Self::Route(text)
            | Self::Database(text)
            | Self::Operation(text)
            | Self::Feature(text)
            | Self::Job(text)
            | Self::Outcome(text)
            | Self::Error(text) => Value::Text(text),
            Self::Request(text) => Value::Text(text),
            Self::Status(number) => Value::Number(i64::from(*number)),
            Self::Site(number) | Self::Attempt(number) => Value::Number(*number),
        }
    }
}

/// The methods that there are; whoever asks can make up others.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// The word of a method, in which nobody can say anything.
pub fn method(given: &str) -> &'static str {
    let known = METHODS.into_iter().find(|known| *known == given);
    known.unwrap_or("_OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_made_up_is_not_repeated() {
        assert_eq!(method("PATCH"), "PATCH");
        assert_eq!(method("ann@mail.example"), "_OTHER");
        assert_eq!(method("get"), "_OTHER");
    }
}
