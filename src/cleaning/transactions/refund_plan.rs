//! How refunds are recognised, netted and matched in the plan.

use polars::prelude::*;

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::transactions::matching::partners;
use crate::cleaning::transactions::netting::{Netted, netted};
use crate::cleaning::transactions::refunds::{RefundMode, Refunds, Unmatched};
use crate::error::Result;
use crate::frame::columns::SOURCE_ROW;

impl Refunds {
    /// What the rule decides, by its mode.
    pub(crate) fn judgement(&self, flow: &mut Flow) -> Result<Judgement> {
        let (refund, unknown) = self.recognise(flow);
        let (is_refund, is_unknown) = (col(refund.as_str()), col(unknown));
        match self.mode {
            RefundMode::Keep => Ok(Judgement { spare: Some(is_refund), unjudged: Some(is_unknown), take: vec![] }),
            RefundMode::Drop => Ok(Judgement {
                take: vec![Take::new(is_refund, "refund or cancellation")],
                unjudged: Some(is_unknown),
                spare: None,
            }),
            RefundMode::NetPerOrder => self.net(flow, &refund, is_unknown),
            RefundMode::Match => self.match_up(flow, &refund, is_unknown),
        }
    }

    /// Flags refunds, and rows that cannot be told; returns the two helper columns.
    fn recognise(&self, flow: &mut Flow) -> (String, String) {
        let sure = |condition: Expr| condition.fill_null(lit(false));
        let (mut is_refund, mut is_unknown) = (lit(false), lit(false));
        if let (Some(prefix), Some(order)) = (&self.order_prefix, &flow.roles().order) {
            let order = flow.text(order).str().strip_chars(lit(NULL));
            is_unknown = is_unknown.or(order.clone().is_null()).or(sure(order.clone().eq(lit(""))));
            is_refund = is_refund.or(sure(order.str().starts_with(lit(prefix.as_str()))));
        }
        if self.negative {
            let amount = flow.columns().0.amount_expr();
            is_unknown = is_unknown.or(amount.clone().is_null()).or(sure(amount.clone().is_nan()));
            is_refund = is_refund.or(sure(amount.lt(lit(0.0))));
            if let Some(quantity) = quantity(flow) {
                is_refund = is_refund.or(sure(quantity.lt(lit(0.0))));
            }
        }
        let refund = flow.derive("refund", is_refund);
        let unknown = flow.derive("unknown", is_unknown.and(col(refund.as_str()).not()));
        (refund, unknown)
    }

    fn net(&self, flow: &mut Flow, refund: &str, unknown: Expr) -> Result<Judgement> {
        let Some(order) = flow.roles().order.as_deref().map(|order| key(flow, order)) else {
            return Ok(Judgement::default());
        };
        let inputs = vec![flow.is_in(), col(refund), order, flow.columns().0.amount_expr()];
        let netted = flow.compare("netted", inputs, netted)?;
        let is = |found: Netted| col(netted.as_str()).eq(lit(found as u8));
        Ok(Judgement {
            take: vec![Take::new(is(Netted::Void), "order is worth nothing after its refunds")],
            spare: Some(col(refund).and(is(Netted::Left))),
            unjudged: Some(unknown.or(is(Netted::Unknown))),
        })
    }

    fn match_up(&self, flow: &mut Flow, refund: &str, unknown: Expr) -> Result<Judgement> {
        let lines = lines_to_match(flow, refund);
        let found = flow.compare("partner", lines, partners)?;
        flow.partners.push(found.clone());
        let matched = || col(found.as_str()).is_not_null();
        let mut judgement = Judgement {
            take: vec![
                Take::new(matched().and(col(refund)), "cancellation of the purchase in `partner_row`"),
                Take::new(matched(), "purchase cancelled by `partner_row`"),
            ],
            unjudged: Some(unknown),
            spare: None,
        };
        match self.unmatched {
            Unmatched::Keep => judgement.spare = Some(col(refund)),
            Unmatched::Drop => {
                judgement.take.push(Take::new(col(refund), "cancellation without a purchase to match"));
            }
        }
        Ok(judgement)
    }
}

fn quantity(flow: &Flow) -> Option<Expr> {
    flow.columns().0.quantity.map(|quantity| col(quantity).cast(DataType::Float64))
}

/// The source row of the partner; null where there is none.
fn lines_to_match(flow: &Flow, refund: &str) -> Vec<Expr> {
    let (columns, schema) = flow.columns();
    let roles = flow.roles();
    let is_number = |number: &Expr| number.clone().is_finite();
    let size = quantity(flow).unwrap_or_else(|| columns.amount_expr());
    // Only a positive line can be a purchase, and a line of nothing has no partner.
    let can_match = flow
        .is_in()
        .and(is_number(&size))
        .and(when(col(refund)).then(size.clone().neq(lit(0.0))).otherwise(size.clone().gt(lit(0.0))));
    let mut inputs = vec![
        col(SOURCE_ROW),
        col(refund),
        // On the instant, not the wall clock, which repeats an hour each autumn.
        if columns.time_format.is_some() { columns.time_expr(schema) } else { col(columns.time.as_str()) },
        when(can_match).then(size).otherwise(lit(NULL)),
        key(flow, &roles.customer),
    ];
    inputs.extend(roles.product.as_deref().map(|product| key(flow, product)));
    if let Some(price) = columns.unit_price.as_deref().map(|price| col(price).cast(DataType::Float64)) {
        inputs.push(when(is_number(&price)).then(price).otherwise(lit(NULL)));
    }
    inputs
}

/// An identifier to compare; null where it is blank.
fn key(flow: &Flow, raw: &str) -> Expr {
    if flow.dtype(raw).is_some_and(DataType::is_integer) {
        return flow.value(raw);
    }
    let trimmed = flow.text(raw).str().strip_chars(lit(NULL));
    when(trimmed.clone().eq(lit(""))).then(lit(NULL)).otherwise(trimmed)
}
