//! "The customer table was typed by hand in four offices. Make it one table, and do not lose or
//! change anything without telling me."
//!
//! ```text
//! cargo run --example 07_clean_a_customer_table
//! ```

use customer_analytics::cleaning::{
    ColumnNames, Contact, ExactDuplicates, ExcelDates, Fill, ReadDates, ReadFlags, ReadNumbers, Text, Unreadable,
};
use customer_analytics::prelude::*;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let cleaned = CleaningParams::new()
        .rule(Text::new().inner_blanks(true).empty_to_null(true))
        // Serial numbers of a workbook, ISO days, and day before month: stated, not guessed.
        .rule(ReadDates::new(["Joined"]).formats(["%Y-%m-%d", "%d/%m/%Y"]).excel(ExcelDates::Since1900).days(true))
        .rule(ReadNumbers::new(["Yearly Spend"]).unreadable(Unreadable::Quarantine))
        .rule(ReadFlags::new(["Newsletter"]).yes(["subscribed"]))
        .rule(Contact::new().email("E-Mail").phone_by_country("Telephone", "Country"))
        // After the contacts have one form: before, these rows differ.
        .rule(ExactDuplicates::new().columns(["Name", "E-Mail", "Telephone"]))
        .rule(Fill::new(["Yearly Spend"]).median().indicator(true))
        .rule(ColumnNames::new().rename("Customer ID", "customer"))
        .run(customers()?)?;

    println!("{}", cleaned.report());
    println!("\nin quarantine, with all their columns as read");
    let taken = cleaned.quarantine();
    let (rows, reasons) = (taken.column("source_row")?.u32()?, taken.column("rule_reason")?.str()?);
    for (row, reason) in rows.iter().zip(reasons.iter()) {
        println!("  row {}: {}", row.unwrap_or_default(), reason.unwrap_or_default());
    }
    println!("\nhow the columns are named now");
    for (before, after) in &cleaned.report().renamed {
        println!("  {before} -> {after}");
    }

    // Next month's table is cleaned by the same median.
    let saved = cleaned.fitted().to_json();
    println!("\nthe fitted cleaning has {} characters of JSON", saved.chars().count());

    let (clean, _, _) = cleaned.into_parts();
    println!("\nclean\n{}", clean.select(["name", "telephone", "joined", "newsletter", "yearly_spend"])?);
    Ok(())
}

fn customers() -> Result<DataFrame, Failure> {
    Ok(df!(
        "Customer ID" => ["001", "002", "003", "004", "005", "006", "007"],
        "Name" => ["Ann Lee", "王芳", "王芳 ", "Bo  Nilsson", "Chloé Martin", "李伟", "Dee Ray"],
        "E-Mail" => [
            " Ann.Lee@Example.org", "wangfang@example.cn", "WangFang@Example.CN", "bo.nilsson(at)example.se",
            "chloe@example.fr", "", "dee@example.org",
        ],
        "Telephone" => [
            "020 7946 0018", "139 1234 5678", "+86 13912345678", "08-123 456 78", "01 42 68 53 00", "１３７００００１１１１", "12",
        ],
        "Country" => ["GB", "CN", "cn", "SE", "FR", "CN", "US"],
        "Joined" => ["2021-03-04", "05/04/2021", "05/04/2021", "44260", "31/12/2020", "2021-02-30", " "],
        "Yearly Spend" => ["£1,234.50", "￥880.00", "￥880.00", "(12.00)", "1.234,50", "", "$75"],
        "Newsletter" => ["Yes", "是", "是", "no", "oui", "否", "subscribed"],
    )?)
}
