//! Which column of a table holds what, by the names that banks and processors give them.

/// So many columns.
pub(super) const MAX_COLUMNS: usize = 60;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementColumn {
    /// When the money moved.
    Day,
    /// The amount that moved.
    Amount,
    /// In which currency.
    Currency,
    /// What tells a row from others: what was written on a transfer, or a processor's id.
    Reference,
    /// Who gave.
    Name,
    /// How much went back since.
    Refunded,
    /// The reference of the row that this one takes something back of.
    About,
    /// What became of it.
    Status,
}

impl StatementColumn {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Day,
        Self::Amount,
        Self::Currency,
        Self::Reference,
        Self::Name,
        Self::Refunded,
        Self::About,
        Self::Status,
    ];

    /// The word that stands in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Reference => "reference",
            Self::Name => "name",
            Self::Refunded => "refunded",
            Self::About => "about",
            Self::Status => "status",
        }
    }

    /// What such columns are called by banks and processors, the surest first.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Day => &[
                "created date (utc)",
                "created (utc)",
                "booking date",
                "buchungstag",
                "buchungsdatum",
                "donation date",
                "donated at",
                "transaction date",
                "date opération",
                "date d'opération",
                "fecha operación",
                "data da transação",
                "created",
                "datum",
                "date",
                "fecha",
                "data",
                "дата",
                "التاريخ",
                "日付",
                "取引日",
                "timestamp",
                "valuta",
            ],
            Self::Amount => &[
                "amount (gross)",
                "gross amount",
                "gross",
                "betrag (eur)",
                "betrag",
                "umsatz",
                "brutto",
                "credit amount",
                "amount",
                "montant",
                "crédit",
                "importe",
                "valor",
                "сумма",
                "المبلغ",
                "金額",
                "入金額",
                "received",
                "credit",
                "paid",
            ],
            Self::Currency => &[
                "currency",
                "währung",
                "waehrung",
                "devise",
                "moneda",
                "divisa",
                "moeda",
                "валюта",
                "العملة",
                "通貨",
            ],
            Self::Reference => &[
                "paymentintent id",
                "payment intent",
                "transaction id",
                "transaction_id",
                "transaktionscode",
                "txn_id",
                "donation id",
                "invoiceid",
                "invoice id",
                "invoice_id",
                "kofi_transaction_id",
                "transactionid",
                "id",
                "verwendungszweck",
                "reference",
                "libellé",
                "motif",
                "concepto",
                "descrição",
                "histórico",
                "назначение платежа",
                "назначение",
                "البيان",
                "摘要",
                "description",
                "memo",
                "details",
                "payment details",
            ],
            Self::Name => &[
                "beguenstigter/zahlungspflichtiger",
                "auftraggeber",
                "zahlungspflichtiger",
                "payer name",
                "payer",
                "donor name",
                "customer name",
                "from",
                "name",
                "nom",
                "ordenante",
                "nombre",
                "nome",
                "плательщик",
                "الاسم",
                "振込人",
                "名義",
            ],
            Self::Refunded => &[
                "amount refunded",
                "refunded amount",
                "amount_refunded",
                "refunded",
                "erstattet",
            ],
            Self::About => &[
                "reference txn id",
                "referenz-transaktionscode",
                "zugehöriger transaktionscode",
                "n° de référence de la transaction",
                "id. de transacción de referencia",
                "código da transação de referência",
                "original transaction id",
                "related transaction",
                "refunded transaction",
            ],
            Self::Status => &[
                "status",
                "état",
                "estado",
                "статус",
                "state",
                "الحالة",
                "状態",
            ],
        }
    }
}

/// Which column holds what, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnMapping {
    /// When the money moved.
    pub day: Option<usize>,
    /// The column of the amount that moved.
    pub amount: Option<usize>,
    /// In which currency.
    pub currency: Option<usize>,
    /// What tells a row from others.
    pub reference: Option<usize>,
    /// Who gave.
    pub name: Option<usize>,
    /// How much went back since.
    pub refunded: Option<usize>,
    /// The reference of the row that a row takes something back of.
    pub about: Option<usize>,
    /// What became of it.
    pub status: Option<usize>,
}

impl ColumnMapping {
    /// The column that holds `what`.
    pub const fn of(&self, column: StatementColumn) -> Option<usize> {
        match column {
            StatementColumn::Day => self.day,
            StatementColumn::Amount => self.amount,
            StatementColumn::Currency => self.currency,
            StatementColumn::Reference => self.reference,
            StatementColumn::Name => self.name,
            StatementColumn::Refunded => self.refunded,
            StatementColumn::About => self.about,
            StatementColumn::Status => self.status,
        }
    }

    /// Let another column hold `what`, or none.
    pub const fn set(&mut self, what: StatementColumn, column: Option<usize>) {
        *match what {
            StatementColumn::Day => &mut self.day,
            StatementColumn::Amount => &mut self.amount,
            StatementColumn::Currency => &mut self.currency,
            StatementColumn::Reference => &mut self.reference,
            StatementColumn::Name => &mut self.name,
            StatementColumn::Refunded => &mut self.refunded,
            StatementColumn::About => &mut self.about,
            StatementColumn::Status => &mut self.status,
        } = column;
    }
}

/// Which column of `head` holds what, as far as the names say it.
pub(super) fn recognised(head: &[String]) -> ColumnMapping {
    let head: Vec<String> = head.iter().map(|name| name.trim().to_lowercase()).collect();
    let mut columns = ColumnMapping::default();
    let mut taken = vec![false; head.len()];
    // What is called exactly so comes before what only begins so.
    for is_whole in [true, false] {
        for what in StatementColumn::ALL {
            if columns.of(what).is_some() {
                continue;
            }
            let found = what.names().iter().find_map(|name| {
                head.iter().enumerate().position(|(n, own)| {
                    let fits = match is_whole {
                        true => own == name,
                        false => own.starts_with(name),
                    };
                    !taken[n] && fits
                })
            });
            if let Some(n) = found {
                taken[n] = true;
                columns.set(what, Some(n));
            }
        }
    }
    columns
}
