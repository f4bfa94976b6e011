//! How amounts, shares and what a campaign has come to are written.

use rejoinder_core::Time;
use rejoinder_core::funding::{CampaignMode, CampaignPhase, Money};

use super::CampaignView;
use crate::catalogue::{Catalogue, fill};

/// An amount as people write it, without decimals where there are none: `€3,120`, `KWD 1.250`.
pub(super) fn money(texts: &Catalogue, money: Money) -> String {
    let (whole, part) = money.split();
    let minus = match money.minor {
        ..0 => texts.funding.minus,
        0.. => "",
    };
    let mut amount = texts.number(whole).to_string();
    let decimals = money.currency.decimals() as usize;
    if part > 0 {
        amount.push_str(texts.number.point);
        amount.push_str(&format!("{part:0decimals$}"));
    }
    let sign = money.currency.sign();
    // A code in letters stands apart where a sign need not.
    let pattern = match sign.contains(char::is_alphabetic) {
        true => &texts.funding.money_code,
        false => &texts.funding.money,
    };
    let amount = fill(pattern, &[("amount", &amount), ("sign", &sign)]);
    format!("{minus}{amount}")
}

/// Tenths of a percent as people write them: `62.4`, `118`.
pub(super) fn percent(texts: &Catalogue, per_mille: i64) -> String {
    let whole = texts.number(per_mille / 10);
    match per_mille % 10 {
        0 => whole.to_string(),
        tenth => format!("{whole}{}{tenth}", texts.number.point),
    }
}

/// A time of day in UTC.
pub(super) fn clock(time: Time) -> String {
    let text = time.to_string();
    text.get(11..16).unwrap_or_default().to_owned()
}

/// What has come in of what is wanted, as the bar shows it: `€3,120 of €5,000`.
pub(super) fn figures(texts: &Catalogue, shown: CampaignView<'_>) -> String {
    let draft = &shown.campaign.draft;
    let text = match draft.mode {
        CampaignMode::Once => &texts.funding.figures,
        CampaignMode::Monthly => &texts.funding.this_month,
    };
    let (raised, goal) = (
        money(texts, shown.standing.raised),
        money(texts, draft.goal),
    );
    fill(text, &[("raised", &raised), ("goal", &goal)])
}

/// The same with the share and what else is known, in parts that stand beside each other.
pub(super) fn parts(texts: &Catalogue, shown: CampaignView<'_>, now: Time) -> Vec<String> {
    let funding = &texts.funding;
    let standing = shown.standing;
    let share = percent(texts, standing.per_mille);
    let mut parts = vec![fill(funding.percent, &[("percent", &share)])];
    if standing.gifts > 0 {
        parts.push(texts.counted(&funding.gifts, standing.gifts));
    }
    match (standing.phase, shown.campaign.days_left(now)) {
        (CampaignPhase::Running, Some(0)) => parts.push(funding.last_day.to_owned()),
        (CampaignPhase::Running, Some(days)) => parts.push(texts.counted(&funding.days_left, days)),
        _ => {}
    }
    parts
}

/// The sentence about a campaign that has not begun, is over, or has reached its goal.
pub(super) fn state(texts: &Catalogue, shown: CampaignView<'_>) -> Option<String> {
    let draft = &shown.campaign.draft;
    match (shown.standing.phase, draft.ends_at) {
        (CampaignPhase::Upcoming, _) => Some(fill(
            texts.funding.begins,
            &[
                ("date", &texts.date(draft.starts_at)),
                ("goal", &money(texts, draft.goal)),
            ],
        )),
        (CampaignPhase::Ended, Some(ends)) => {
            // The end is the first moment after the last day.
            let last = Time::from_micros(ends.micros() - 1);
            let ended = fill(texts.funding.ended, &[("date", &texts.date(last))]);
            Some(match shown.standing.is_reached() {
                true => format!("{ended} {}", texts.funding.reached),
                false => ended,
            })
        }
        _ if shown.standing.is_reached() => Some(texts.funding.reached.to_owned()),
        _ => None,
    }
}

/// What has come in of other currencies.
pub(super) fn beside(texts: &Catalogue, shown: CampaignView<'_>) -> Option<String> {
    let amounts = shown.standing.beside.iter();
    let amounts: Vec<String> = amounts.map(|own| money(texts, *own)).collect();
    let amounts = amounts.join(" + ");
    (!amounts.is_empty()).then(|| fill(texts.funding.beside, &[("amounts", &amounts)]))
}

/// The host of the address where one gives.
pub(super) fn host(url: &str) -> String {
    rejoinder_core::publication::audit::host_of(url)
}

#[cfg(test)]
mod tests {
    use rejoinder_core::publication::language::Language;

    use super::*;
    use crate::catalogue;

    fn written(language: Language, minor: i64, currency: &str) -> String {
        let currency = currency.parse().unwrap();
        money(catalogue::of(language), Money { minor, currency }).replace('\u{a0}', " ")
    }

    #[test]
    fn an_amount_is_written_as_its_language_does() {
        use Language as L;
        for (language, minor, currency, expected) in [
            (L::English, 312_000, "EUR", "€3,120"),
            (L::English, 312_000, "GBP", "£3,120"),
            (L::English, 990, "JPY", "¥990"),
            (L::English, 1_250, "KWD", "KWD 1.250"),
            (L::English, 120_001, "BTC", "BTC 0.00120001"),
            (L::English, -4_000, "GBP", "\u{2212}£40"),
            (L::German, 312_000, "EUR", "3.120 €"),
            (L::German, 312_050, "EUR", "3.120,50 €"),
            (L::German, -7, "EUR", "\u{2212}0,07 €"),
            (L::French, 312_050, "EUR", "3\u{202f}120,50 €"),
            (L::Spanish, 312_050, "EUR", "3120,50 €"),
            (L::Spanish, 1_234_550, "EUR", "12.345,50 €"),
            (L::Portuguese, 312_050, "EUR", "€ 3.120,50"),
            (L::Russian, 312_050, "EUR", "3 120,50 €"),
            (L::Japanese, 312_000, "EUR", "€3,120"),
            (L::Japanese, 312_000, "CHF", "CHF 3,120"),
            (L::Arabic, 312_050, "EUR", "3,120.50 €"),
            (L::Arabic, -4_000, "EUR", "\u{200e}-40 €"),
        ] {
            assert_eq!(written(language, minor, currency), expected, "{language:?}");
        }
    }

    #[test]
    fn a_share_is_written_to_a_tenth() {
        let share = |n| percent(catalogue::of(Language::English), n);
        assert_eq!(
            [0, 198, 999, 1_000, 1_185, 12_345_670].map(share),
            ["0", "19.8", "99.9", "100", "118.5", "1,234,567"]
        );
    }
}
