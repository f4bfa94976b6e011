//! Which rows contradict what they are counted from: the doctor finds by it, and repairing mends by it.

/// Comments `c` whose votes `v` are not counted right.
macro_rules! votes {
    () => {
        "from comment c left join (
             select site_id, comment_id, sum(case when value = 1 then 1 else 0 end) as up,
                 sum(case when value = -1 then 1 else 0 end) as down
             from vote group by site_id, comment_id) v
             on v.site_id = c.site_id and v.comment_id = c.id
         where c.up <> c.base_up + coalesce(v.up, 0) or c.down <> c.base_down + coalesce(v.down, 0)"
    };
}

/// Comments `c` whose flags `f` are not counted right.
macro_rules! flags {
    () => {
        "from comment c left join (
             select site_id, comment_id, count(distinct author_id) as n from flag
             where ended_at is null group by site_id, comment_id) f
             on f.site_id = c.site_id and f.comment_id = c.id
         where c.n_flags <> coalesce(f.n, 0)"
    };
}

/// Reactions `r` and their counts `k`, where those are not right.
macro_rules! reactions {
    () => {
        "from (
             select site_id, comment_id, key, count(*) as n from reaction
             group by site_id, comment_id, key) r
         full join reaction_count k on k.site_id = r.site_id and k.comment_id = r.comment_id
             and k.key = r.key
         where coalesce(k.n, 0) <> coalesce(k.base, 0) + coalesce(r.n, 0)"
    };
}

/// Entries of the ledger `e` and the sums of campaigns `s`, where those are not right.
macro_rules! sums {
    () => {
        "from (
             select site_id, campaign_id, currency, month, sum(amount) as amount,
                 sum(gifts) as gifts
             from ledger_entry group by site_id, campaign_id, currency, month) e
         full join campaign_sum s on s.site_id = e.site_id and s.campaign_id = e.campaign_id
             and s.currency = e.currency and s.month = e.month
         where s.site_id is null or e.site_id is null or s.amount <> e.amount
             or s.gifts <> e.gifts"
    };
}

/// Authors `a` who are shown as supporters and should not be, or the other way round.
macro_rules! supporters {
    () => {
        "from author a where a.is_supporter <> (case when exists (
             select 1 from gift g join ledger_entry e on e.site_id = g.site_id and e.id = g.entry_id
             where g.site_id = a.site_id and g.author_id = a.id and g.has_badge = 1 and
                 (case when e.payment is null then e.amount + (
                      select coalesce(sum(o.amount), 0) from ledger_entry o
                      where o.site_id = e.site_id and o.source = 'manual' and o.kind = 'correction'
                        and o.external_id = cast(e.id as text))
                  else (select coalesce(sum(o.amount), 0) from ledger_entry o
                      where o.site_id = e.site_id and o.source = e.source
                        and o.payment = e.payment) end) > 0) then 1 else 0 end)"
    };
}

/// Authors `a` with whom something else is kept than what became of their comments, `r`, and how many of those
/// were flagged, `f`.
macro_rules! records {
    () => {
        "from author a left join (
             select site_id, author_id, count(case when state = 'published' then 1 end) as published,
                 count(case when state = 'held' then 1 end) as held,
                 count(case when state = 'rejected' then 1 end) as rejected,
                 count(case when state = 'spam' then 1 end) as spam,
                 count(case when state = 'removed' and coalesce(reason, '') not in ('importing',
                     'importing:imported', 'importing:page_not_public') then 1 end) as removed
             from comment group by site_id, author_id) r
             on r.site_id = a.site_id and r.author_id = a.id
         left join (
             select c.site_id, c.author_id, count(*) as flagged
             from (select distinct site_id, comment_id from flag) g
             join comment c on c.site_id = g.site_id and c.id = g.comment_id
             group by c.site_id, c.author_id) f
             on f.site_id = a.site_id and f.author_id = a.id
         where a.n_published <> coalesce(r.published, 0) or a.n_held <> coalesce(r.held, 0)
             or a.n_rejected <> coalesce(r.rejected, 0) or a.n_spam <> coalesce(r.spam, 0)
             or a.n_removed <> coalesce(r.removed, 0) or a.n_flagged <> coalesce(f.flagged, 0)"
    };
}

pub(super) use {flags, reactions, records, sums, supporters, votes};

#[cfg(test)]
mod tests {
    use rejoinder_core::archive::UNDER_WAY;

    #[test]
    fn no_comment_whose_import_is_under_way_is_counted_as_removed() {
        let reasons = UNDER_WAY.map(|(reason, _)| format!("'{reason}'"));
        let counted: String = records!().split_whitespace().collect();
        assert!(counted.contains(&format!("notin({})", reasons.join(","))));
    }
}
