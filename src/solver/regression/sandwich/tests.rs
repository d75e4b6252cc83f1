//! Robust errors against other programs and by hand.

use super::super::small_table::{AMOUNT, COUNT, FLAG, WEIGHT, assert_close, fitted};
use super::SandwichKind::{Cluster, Hc0, Hc1, Hc2, Hc3};
use super::WeightKind::{Frequency, Sampling};
use super::*;

pub(super) fn errors(covariance: &SymmetricMatrix) -> Vec<f64> {
    (0..covariance.order()).map(|column| covariance.get(column, column).sqrt()).collect()
}

/// Oracle: mpmath 1.4.1 with 50 digits from the definitions. statsmodels 0.15.0 agrees to 14
/// digits where it has them: OLS `cov_type` HC0 to HC3 and cluster, Logit and Poisson HC0 and
/// cluster (for a GLM it gives HC0 whatever of HC0 to HC3 is asked for).
#[test]
fn errors_of_four_families_by_definition() {
    let expected: [(Family, &[f64], SandwichKind, [f64; 4]); 20] = [
        (
            Family::Gaussian,
            &AMOUNT,
            Hc0,
            [0.3008755265599343, 0.08768598534131251, 0.4374983923587575, 0.6409153832835136],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc1,
            [0.3684957580815234, 0.10739296083969056, 0.5358239122834534, 0.7849578286724579],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc2,
            [0.3697964349216969, 0.10882279227646667, 0.5431582002285906, 0.7701888344104281],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc3,
            [0.45562678338810414, 0.13558402198229239, 0.6764547114796878, 0.9283713988234141],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Cluster,
            [0.36770210239872614, 0.08051664840989531, 0.5430014371234142, 0.7707918523076907],
        ),
        (
            Family::Binomial,
            &FLAG,
            Hc0,
            [1.5786904105542097, 0.41189057462347084, 1.6312251855284507, 1.0439209582012914],
        ),
        (Family::Binomial, &FLAG, Hc1, [1.9334929838413504, 0.5044608688446305, 1.9978346800607634, 1.278536839695225]),
        (Family::Binomial, &FLAG, Hc2, [1.946601913151871, 0.5040534095653334, 1.9899864080315077, 1.2818524829117244]),
        (Family::Binomial, &FLAG, Hc3, [2.4027155497531343, 0.6171481613110977, 2.43024827411514, 1.5776972241970957]),
        (
            Family::Binomial,
            &FLAG,
            Cluster,
            [1.5358219360792633, 0.47637127008468194, 2.2520858892853477, 1.535971002879503],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc0,
            [0.34754841659156044, 0.056913132187734854, 0.23202991358990738, 0.11698543912499854],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc1,
            [0.4256581407807811, 0.06970406676175983, 0.2841774466786726, 0.1432773165958349],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc2,
            [0.41154377671471937, 0.06812123986693565, 0.3015623411740589, 0.1506993140694896],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc3,
            [0.509402576374989, 0.08600667219460932, 0.42606242121832905, 0.20685725068853153],
        ),
        (
            Family::Poisson,
            &COUNT,
            Cluster,
            [0.21560501981488056, 0.032827427443441276, 0.33884922689302743, 0.15697792200689123],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc0,
            [0.2016652166650121, 0.03859728417322427, 0.1588239603258278, 0.18730287472161786],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc1,
            [0.2469884398485472, 0.047271825840800176, 0.1945188308631588, 0.2293982352122028],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc2,
            [0.26638469215642946, 0.049410071960952866, 0.19938465690784907, 0.232923412279989],
        ),
        (Family::Gamma, &AMOUNT, Hc3, [0.3526843694992402, 0.06350269764243037, 0.251094460571283, 0.2909328942232893]),
        (
            Family::Gamma,
            &AMOUNT,
            Cluster,
            [0.2837219898609398, 0.049344595729106495, 0.2054516055345852, 0.2979530643749818],
        ),
    ];
    for (family, response, kind, expected) in expected {
        let (observations, fit) = fitted(response, None, family);
        for weights in [Frequency, Sampling] {
            let got = sandwich(&observations, family, &fit, kind, weights).unwrap();
            assert_close(&errors(&got), &expected, 1e-10);
        }
    }
}

/// Oracle: as above; statsmodels `WLS` HC1 and HC3 agree with the Gaussian ones of sampling.
#[test]
#[allow(clippy::type_complexity, reason = "a table of cases")]
fn weights_count_rows_or_multiply_scores() {
    let expected: [(Family, &[f64], SandwichKind, WeightKind, [f64; 4]); 24] = [
        (
            Family::Gaussian,
            &AMOUNT,
            Hc1,
            Frequency,
            [0.4426487654392449, 0.07736099600118149, 0.4011201583204764, 0.46865588202680597],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc3,
            Frequency,
            [0.5724579871317966, 0.09531298033792139, 0.46895425213923503, 0.5325110381476746],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Cluster,
            Frequency,
            [0.5825446831462727, 0.08100352934772259, 0.5640837081511232, 0.6606689733954378],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc1,
            Sampling,
            [0.5530069710892459, 0.10748740498587647, 0.5723511686653731, 0.6397971792961049],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Hc3,
            Sampling,
            [0.7441766012451332, 0.15446025844126246, 0.7670977337706518, 0.8445370115625774],
        ),
        (
            Family::Gaussian,
            &AMOUNT,
            Cluster,
            Sampling,
            [0.6268502202097743, 0.08716426684240987, 0.6069851925547354, 0.710916266923868],
        ),
        (
            Family::Binomial,
            &FLAG,
            Hc1,
            Frequency,
            [2.198858962773868, 0.5709844893840113, 1.8585066411052362, 0.8980286938268365],
        ),
        (
            Family::Binomial,
            &FLAG,
            Hc3,
            Frequency,
            [2.456246407844072, 0.6056338013501582, 2.1531147795724057, 1.0985955656770892],
        ),
        (
            Family::Binomial,
            &FLAG,
            Cluster,
            Frequency,
            [1.7669996862737751, 0.49164903275046523, 2.4992840014329056, 1.594515701838137],
        ),
        (
            Family::Binomial,
            &FLAG,
            Hc1,
            Sampling,
            [2.5780364952390338, 0.6774199260759686, 2.3439814869247555, 1.370651924718233],
        ),
        (
            Family::Binomial,
            &FLAG,
            Hc3,
            Sampling,
            [3.0640617908228385, 0.7943535805509514, 3.346331952944302, 2.0521220640176066],
        ),
        (
            Family::Binomial,
            &FLAG,
            Cluster,
            Sampling,
            [1.9013891543375339, 0.5290414853347264, 2.6893674802823697, 1.7157868705055304],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc1,
            Frequency,
            [0.32763789206460797, 0.053289720276574463, 0.2639719142213902, 0.14411909928101266],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc3,
            Frequency,
            [0.4181060355789054, 0.06922691114015966, 0.3703850152184758, 0.2082935860104801],
        ),
        (
            Family::Poisson,
            &COUNT,
            Cluster,
            Frequency,
            [0.2159651076212788, 0.03664785479362726, 0.3455061676944513, 0.1602232164415492],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc1,
            Sampling,
            [0.40006639238973063, 0.06583107228467013, 0.31689732358865635, 0.1759416000643959],
        ),
        (
            Family::Poisson,
            &COUNT,
            Hc3,
            Sampling,
            [0.4759536690322633, 0.07954166002752727, 0.4039063551835713, 0.23516252404161778],
        ),
        (
            Family::Poisson,
            &COUNT,
            Cluster,
            Sampling,
            [0.2323903713941096, 0.039435113755613496, 0.3717836992921626, 0.17240902099845395],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc1,
            Frequency,
            [0.24402467981384546, 0.03829523134780256, 0.14772101424829573, 0.16365593645389465],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc3,
            Frequency,
            [0.3468995501208238, 0.05276021683493103, 0.19360654850017783, 0.2154717996832582],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Cluster,
            Frequency,
            [0.29594661644332826, 0.0427700161571496, 0.20561717595707812, 0.22345740784512227],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc1,
            Sampling,
            [0.2801641550006897, 0.045928228544360405, 0.19238855836802496, 0.20939857996544722],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Hc3,
            Sampling,
            [0.3789874707167671, 0.06298533888949696, 0.25805000325312577, 0.28520786746485816],
        ),
        (
            Family::Gamma,
            &AMOUNT,
            Cluster,
            Sampling,
            [0.3184548877622434, 0.04602289716504534, 0.2212554259897737, 0.24045249981287461],
        ),
    ];
    for (family, response, kind, weights, expected) in expected {
        let (observations, fit) = fitted(response, Some(&WEIGHT), family);
        let got = sandwich(&observations, family, &fit, kind, weights).unwrap();
        assert_close(&errors(&got), &expected, 1e-10);
    }
}
