//! The model: how much a reader likes a comment is a mean, plus what is the reader's, plus what is the
//! comment's, plus the product of where both stand on one line.
//!
//! It is the one of Community Notes in its mean form: the mean of squared errors, plus penalties on the
//! means of squares (`OWN`, `LEAN`), so that what a comment is good for on its own is cheaper to say by
//! the line than by its own number. Solved in turns, each in closed form: all comments, all readers, the
//! mean.

/// The penalty on what is a reader's or a comment's own, and on the mean.
const OWN: f64 = 0.15;

/// The penalty on where they stand.
const LEAN: f64 = 0.03;

/// A round that gains less is the last.
const ENOUGH: f64 = 1e-9;

/// There are no more rounds than these.
const MAX_ROUNDS: usize = 200;

/// So many steps find the line to begin with.
const FIRST_STEPS: usize = 200;

/// What is smaller is only what was rounded away.
const NOTHING: f64 = 1e-9;

/// How far readers stand from its middle at first, in the square mean.
const FIRST_SPREAD: f64 = 0.5;

/// Who rated what how, from 0 to 1, kept once by comment and once by account.
pub struct Ratings {
    by_comment: SparseRatings,
    by_account: SparseRatings,
}

/// The ratings of each row, one after the other.
struct SparseRatings {
    /// Where each row begins, and the end.
    starts: Vec<u32>,
    /// The column and the rating.
    entries: Vec<(u32, f32)>,
}

impl SparseRatings {
    fn new(n_rows: usize, entries: impl Iterator<Item = (u32, u32, f32)> + Clone) -> Self {
        let mut starts = vec![0_u32; n_rows + 1];
        for (row, ..) in entries.clone() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..n_rows {
            starts[row + 1] += starts[row];
        }
        let n_entries = starts.last().map_or(0, |end| *end as usize);
        let mut next = starts.clone();
        let mut sorted = vec![(0, 0.0); n_entries];
        for (row, column, value) in entries {
            let at = &mut next[row as usize];
            sorted[*at as usize] = (column, value);
            *at += 1;
        }
        Self {
            starts,
            entries: sorted,
        }
    }

    fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    fn rows(&self) -> impl Iterator<Item = &[(u32, f32)]> {
        self.starts
            .windows(2)
            .map(|ends| &self.entries[ends[0] as usize..ends[1] as usize])
    }
}

impl Ratings {
    /// The ratings of so many accounts on so many comments: account, comment, rating.
    pub fn new(
        n_accounts: usize,
        n_comments: usize,
        rated: impl Iterator<Item = (u32, u32, f32)> + Clone,
    ) -> Self {
        let turned = rated
            .clone()
            .map(|(account, comment, value)| (comment, account, value));
        Self {
            by_comment: SparseRatings::new(n_comments, turned),
            by_account: SparseRatings::new(n_accounts, rated),
        }
    }

    fn n(&self) -> f64 {
        count(self.by_comment.entries.len())
    }
}

/// What the model says of all comments, or of all accounts.
#[derive(Debug, Clone, Default)]
pub struct Factors {
    /// How much of the liking is their own.
    pub own: Vec<f64>,
    /// Where they stand on the line.
    pub lean: Vec<f64>,
}

impl Factors {
    fn none(n: usize) -> Self {
        Self {
            own: vec![0.0; n],
            lean: vec![0.0; n],
        }
    }

    /// Where they stand, with the line turned so that `oldest` is not below its middle: which end is which
    /// is chance, and this way it stays the same from fit to fit.
    pub fn turned(lean: Vec<f64>, oldest: usize) -> Vec<f64> {
        match lean.get(oldest) {
            Some(first) if *first < 0.0 => lean.into_iter().map(|own| -own).collect(),
            _ => lean,
        }
    }

    fn penalty(&self) -> f64 {
        OWN * mean_square(&self.own) + LEAN * mean_square(&self.lean)
    }
}

/// What the model says.
#[derive(Debug, Clone)]
pub struct Model {
    /// How much is liked by everybody.
    pub mean: f64,
    /// Of comments.
    pub comments: Factors,
    /// Of accounts.
    pub accounts: Factors,
    /// What was made as small as it could be.
    pub loss: f64,
    /// After how many rounds.
    pub rounds: usize,
}

/// The model that fits the ratings best. Of none, nothing is said.
pub fn fit(ratings: &Ratings) -> Model {
    let mut model = Model {
        mean: 0.0,
        comments: Factors::none(ratings.by_comment.n_rows()),
        accounts: Factors::none(ratings.by_account.n_rows()),
        loss: 0.0,
        rounds: 0,
    };
    if ratings.by_comment.entries.is_empty() {
        return model;
    }
    model.accounts.lean = first_line(ratings);
    model.loss = f64::INFINITY;
    while model.rounds < MAX_ROUNDS {
        model.rounds += 1;
        solve(
            &ratings.by_comment,
            model.mean,
            &model.accounts,
            &mut model.comments,
        );
        solve(
            &ratings.by_account,
            model.mean,
            &model.comments,
            &mut model.accounts,
        );
        let (mean, loss) = settle(ratings, &model);
        let gain = model.loss - loss;
        (model.mean, model.loss) = (mean, loss);
        if gain < ENOUGH {
            break;
        }
    }
    model
}

/// The best factors of `rows` while those of the columns stay.
fn solve(rows: &SparseRatings, mean: f64, columns: &Factors, found: &mut Factors) {
    let weight = count(rows.entries.len()) / count(rows.n_rows());
    let (own_weight, lean_weight) = (OWN * weight, LEAN * weight);
    for (at, row) in rows.rows().enumerate() {
        let (mut sum_f, mut sum_ff, mut sum_y, mut sum_fy) = (0.0, 0.0, 0.0, 0.0);
        for (column, value) in row {
            let f = columns.lean[*column as usize];
            let y = f64::from(*value) - mean - columns.own[*column as usize];
            sum_f += f;
            sum_ff += f * f;
            sum_y += y;
            sum_fy += f * y;
        }
        let (a, d) = (count(row.len()) + own_weight, sum_ff + lean_weight);
        let determinant = a * d - sum_f * sum_f;
        found.own[at] = (d * sum_y - sum_f * sum_fy) / determinant;
        found.lean[at] = (a * sum_fy - sum_f * sum_y) / determinant;
    }
}

/// The best mean while all factors stay, and the loss with it.
fn settle(ratings: &Ratings, model: &Model) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for (at, row) in ratings.by_comment.rows().enumerate() {
        let (own, lean) = (model.comments.own[at], model.comments.lean[at]);
        for (account, value) in row {
            let account = *account as usize;
            let said = own + model.accounts.own[account] + lean * model.accounts.lean[account];
            let rest = f64::from(*value) - said;
            sum += rest;
            squares += rest * rest;
        }
    }
    let (rest, square) = (sum / ratings.n(), squares / ratings.n());
    let mean = rest / (1.0 + OWN);
    let error = square - 2.0 * mean * rest + mean * mean;
    let penalty = OWN * mean * mean + model.comments.penalty() + model.accounts.penalty();
    (mean, error + penalty)
}

/// Where accounts stand along the line on which they differ most from each other, comment by comment: by
/// power iteration, from a start that no chance is needed for. Should that be at right angles to the line,
/// another is not.
fn first_line(ratings: &Ratings) -> Vec<f64> {
    let n = ratings.by_account.n_rows();
    let starts: [fn(usize) -> f64; 2] = [
        |at| if at % 2 == 0 { -0.5 } else { 1.0 },
        |at| (count(at + 1) * std::f64::consts::SQRT_2).fract() - 0.5,
    ];
    let mut found = starts
        .into_iter()
        .filter_map(|start| line_from(ratings, (0..n).map(start).collect()));
    // Without a line all like the same.
    found.next().unwrap_or_else(|| vec![0.0; n])
}

fn line_from(ratings: &Ratings, mut line: Vec<f64>) -> Option<Vec<f64>> {
    let means: Vec<f64> = ratings.by_comment.rows().map(mean_of).collect();
    let mut comments = vec![0.0; means.len()];
    for _ in 0..FIRST_STEPS {
        for (at, row) in ratings.by_comment.rows().enumerate() {
            let rest = |(account, value): &(u32, f32)| {
                (f64::from(*value) - means[at]) * line[*account as usize]
            };
            comments[at] = row.iter().map(rest).sum();
        }
        for (at, row) in ratings.by_account.rows().enumerate() {
            let rest = |(comment, value): &(u32, f32)| {
                let comment = *comment as usize;
                (f64::from(*value) - means[comment]) * comments[comment]
            };
            line[at] = row.iter().map(rest).sum();
        }
        let size = mean_square(&line).sqrt();
        if size < NOTHING {
            return None;
        }
        for own in &mut line {
            *own *= FIRST_SPREAD / size;
        }
    }
    Some(line)
}

fn mean_of(row: &[(u32, f32)]) -> f64 {
    let sum: f64 = row.iter().map(|(_, value)| f64::from(*value)).sum();
    sum / count(row.len().max(1))
}

fn mean_square(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().map(|value| value * value).sum();
    sum / count(values.len().max(1))
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
const fn count(n: usize) -> f64 {
    n as f64
}
