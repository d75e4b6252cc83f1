use customer_analytics::kernel::association::comoments::Comoments;
use customer_analytics::kernel::exact_sum::ExactSum;
use customer_analytics::kernel::masked::Masked;
use customer_analytics::kernel::moments::{CentralSums, Extent, Moments};
use customer_analytics::kernel::order::Sorter;
use std::time::Instant;
fn time<T>(name: &str, mut f: impl FnMut() -> T) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let s = Instant::now();
        std::hint::black_box(f());
        best = best.min(s.elapsed().as_secs_f64());
    }
    println!("{name}: {:.2} ms", best * 1e3);
}
fn main() {
    let n = 1_000_000;
    let mut s = 1u64;
    let mut unit = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 53) as f64
    };
    let cols: Vec<Vec<f64>> =
        (0..20).map(|_| (0..n).map(|_| (0..4).map(|_| unit()).sum::<f64>() - 2.0).collect()).collect();
    let valid: Vec<Vec<u64>> = (0..20)
        .map(|_| {
            (0..n / 64)
                .map(|_| {
                    let mut w = 0u64;
                    for b in 0..64 {
                        if unit() > 0.05 {
                            w |= 1 << b;
                        }
                    }
                    w
                })
                .collect()
        })
        .collect();
    let x = &cols[0];
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| {
        time("exact sum", || ExactSum::of(x).value());
        time("extent", || Extent::of(x));
        let e = Extent::of(x);
        time("central", || {
            let mut c = CentralSums::about(&e).unwrap();
            c.add(x);
            c
        });
        time("moments", || Moments::of(x));
        let mut sorter = Sorter::default();
        time("sort", || sorter.sort(x).unwrap().n());
        let sorted = sorter.sort(x).unwrap();
        time("frequencies", || sorted.frequencies(10));
        time("mad", || sorted.mad());
        time("mean abs", || sorted.mean_absolute_deviation());
    });
    let masked: Vec<Masked> = cols.iter().zip(&valid).map(|(v, w)| Masked { values: v, valid: Some(w) }).collect();
    let complete: Vec<Masked> = cols.iter().map(|v| Masked::complete(v)).collect();
    time("comoments complete", || Comoments::of(&complete, None));
    time("comoments masked", || Comoments::of(&masked, None));
}
