use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::*;
use std::time::Instant;
fn main() {
    let n: usize = std::env::args().nth(1).map_or(1_000_000, |a| a.parse().unwrap());
    let mut s = 12345u64;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 53) as f64
    };
    let cols: Vec<Vec<f64>> = (0..20).map(|_| (0..n).map(|_| next() + next() - next()).collect()).collect();
    let lv = [3usize, 5, 8, 12, 20];
    let codes: Vec<Vec<u32>> = lv
        .iter()
        .map(|&k| {
            (0..n)
                .map(|_| {
                    let c = (next() * k as f64) as u32;
                    if c == 0 { u32::MAX } else { c - 1 }
                })
                .collect()
        })
        .collect();
    let eta: Vec<f64> = (0..n)
        .map(|i| {
            -1.0 + 0.3 * cols[0][i] - 0.5 * cols[3][i] + 0.2 * cols[7][i] + if codes[2][i] == 3 { 0.7 } else { 0.0 }
        })
        .collect();
    let yb: Vec<f64> = eta.iter().map(|e| f64::from(u8::from(next() < 1.0 / (1.0 + (-e).exp())))).collect();
    let yg: Vec<f64> = eta.iter().map(|e| e + next()).collect();
    let yp: Vec<f64> = eta.iter().map(|e| (e.exp() * 2.0 * next()).round()).collect();
    let ya: Vec<f64> = eta.iter().map(|e| e.exp() * (0.1 + next())).collect();
    for (name, y, family) in [
        ("binomial", &yb, Family::Binomial),
        ("gaussian", &yg, Family::Gaussian),
        ("poisson", &yp, Family::Poisson),
        ("gamma", &ya, Family::Gamma),
        ("tweedie", &yp, Family::Tweedie { power: 1.5 }),
    ] {
        for _ in 0..2 {
            let mut blocks: Vec<DesignBlock<'_>> =
                cols.iter().map(|c| DesignBlock::Numbers(c.as_slice().into())).collect();
            for (c, k) in codes.iter().zip(lv) {
                blocks.push(DesignBlock::Codes { codes: c.as_slice().into(), n_columns: k - 1 });
            }
            let t = Instant::now();
            let obs = Observations::new(&blocks, true, &Outcomes { response: y, ..Outcomes::default() }).unwrap();
            let t1 = t.elapsed();
            let f = fit(&obs, family, &RegressionOptions::default()).unwrap();
            println!(
                "{name}: observations {t1:?}, fit {:?}, iterations {}, b0 {}",
                t.elapsed() - t1,
                f.iterations,
                f.coefficients[0]
            );
        }
    }
}
