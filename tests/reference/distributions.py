"""Writes src/kernel/distribution/reference.txt: python distributions.py > ../../src/kernel/distribution/reference.txt

mpmath 1.4.1, 34 digits; scipy 1.17.1 only gives Newton's method a place to start.
Tails are tanh-sinh quadratures of the density over the logarithm (gamma) or the logit (beta), times
the density from three log-gamma functions; arguments are taken as the doubles they are.
"""
import scipy.stats
from mpmath import erfc, exp, expm1, findroot, inf, linspace, log, log1p, loggamma, mp, mpf, pi, quad, sqrt

mp.dps = 34


def tail(log_density, slope, curvature, psi):
    """ln of e^log_density times the integral of e^-psi; 85 in psi is below 1e-36."""
    reach = min(90 / slope if slope > 0 else inf, sqrt(180 / curvature), mpf(800))
    while psi(reach) < 85:
        reach *= mpf("1.2")
    while psi(reach / 1.2) > 85:
        reach /= mpf("1.2")
    return log_density + log(quad(lambda s: exp(-psi(s)), linspace(0, reach, max(8, int(reach) + 1) + 1)))


def complement(ln):
    return log1p(-exp(ln)) if ln < -1 else log(-expm1(ln))


def beta_density(a, b, x, y):
    return a * log(x) + b * log(y) - loggamma(a) - loggamma(b) + loggamma(a + b)


def beta_tails(a, b, x, y):
    if x > a / (a + b):
        return beta_tails(b, a, y, x)[::-1]
    n = a + b
    lower = tail(beta_density(a, b, x, y), a - n * x, n * x * y, lambda s: a * s + n * log(x * exp(-s) + y))
    return lower, complement(lower)


def f_tails(f, df1, df2):
    whole = df1 * f + df2
    return beta_tails(df1 / 2, df2 / 2, df1 * f / whole, df2 / whole)


def gamma_density(a, x):
    return a * log(x) - x - loggamma(a)


def gamma_tails(a, x):
    if x > a:
        upper = tail(gamma_density(a, x), x - a, x, lambda s: x * expm1(s) - a * s)
        return complement(upper), upper
    lower = tail(gamma_density(a, x), a - x, x, lambda s: x * expm1(-s) + a * s)
    return lower, complement(lower)


def normal_ln_sf(z):
    if z > 50:
        term, total = mpf(1), mpf(0)
        for k in range(40):
            total += term
            term *= -(2 * k + 1) / z**2
        return -z * z / 2 - log(2 * pi) / 2 - log(z) + log(total)
    with mp.workdps(40 + int(z * z / 4)):
        return log(erfc(z / sqrt(mpf(2))) / 2)


def normal_quantile(p):
    q = min(p, 1 - p)
    start = mpf(float(scipy.stats.norm.ppf(float(q))))
    with mp.workdps(400):
        z = findroot(lambda z: log(erfc(-z / sqrt(mpf(2))) / 2) - log(q), (start, start * (1 + mpf("1e-8"))))
    return z if p < 0.5 else -z


def newton(at, target, tail_and_slope):
    """The root over ln at; a double's start takes few steps."""
    for _ in range(60):
        ln, slope = tail_and_slope(at)
        step = (target - ln) / slope
        at *= exp(step)
        if abs(step) < mpf("1e-17"):
            return at
    raise ArithmeticError("no root")


def t_quantile(p, df):
    centred, q = 2 * p - 1, min(p, 1 - p)

    def slope_of(which, sign):
        def both(t):
            whole = df + t * t
            x, y = t * t / whole, df / whole
            ln = beta_tails(mpf(1) / 2, df / 2, x, y)[which]
            return ln, 2 * sign * exp(beta_density(mpf(1) / 2, df / 2, x, y) - ln)

        return both

    start = abs(mpf(float(scipy.stats.t.ppf(float(max(q, mpf("1e-40"))), float(df)))))
    central = abs(centred) < 0.5
    size = newton(start, log(abs(centred)), slope_of(0, 1)) if central else newton(start, log(2 * q), slope_of(1, -1))
    return size if centred > 0 else -size


def chi_squared_quantile(p, df):
    a = df / 2
    which, sign, target = (0, 1, log(p)) if p <= 0.5 else (1, -1, log(1 - p))

    def both(x):
        ln = gamma_tails(a, x)[which]
        return ln, sign * exp(gamma_density(a, x) - ln)

    return 2 * newton(mpf(float(scipy.stats.chi2.ppf(float(p), float(df)))) / 2, target, both)


def kolmogorov_ln_sf(lam):
    return log(2 * sum((-1) ** (k - 1) * exp(-2 * k * k * lam * lam) for k in range(1, 400)))


def line(name, arguments, answer):
    print(name, *(repr(float(x)) for x in arguments), repr(float(answer)), flush=True)


def write(name, function, rows):
    for row in rows:
        answers = function(*(mpf(float(x)) for x in row))
        if not isinstance(answers, tuple):
            line(name, row, answers)
        else:
            for tail_name, answer in zip(("ln_cdf", "ln_sf"), answers):
                line(f"{name} {tail_name}", row, answer)


def spread(table):
    """Degrees of freedom with their points, as rows of points first."""
    return [(x, *(df if isinstance(df, tuple) else (df,))) for df, xs in table for x in xs]


print("# Written by tests/reference/distributions.py (mpmath 1.4.1): distribution function arguments... answer")
write("normal ln_sf", normal_ln_sf, [(z,) for z in (
    -8, -3, -1.5, -1, -0.5, -1e-9, 0, 1e-5, 0.1, 0.5, 0.999, 1, 1.001, 2, 3, 4, 5, 6, 8, 10, 20, 37, 38, 40, 100,
    210.01472620438471, 1e3, 1e4, 1e5,
)])
write("normal quantile", normal_quantile, [(p,) for p in (
    5e-324, 1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.249, 0.25, 0.3, 0.4, 0.49,
    0.4999999, 0.5000001, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.999999, 1 - 1e-12,
)])
write("student_t ln_two_sided", lambda t, df: f_tails(t * t, mpf(1), df)[1], spread([
    (0.5, [1e-10, 0.99, 40, 1e8]), (1, [0.3, 1, 200]), (1.5, [1.3, 1e4]), (2.7, [0.01, 3, 1e8]), (3, [2, 40]),
    (5, [1, 1.0000001, 10]), (7.5, [2]), (10, [0.3, 5, 1e4]), (30, [2, 40]), (79, [1.3]), (80.5, [3, 40]),
    (100, [1.01, 10, 200]), (1000, [2, 40]), (4135.795017764658, [18.40752667641468]), (7041, [16.536738015936315, 200]),
    (1e5, [2, 40]), (1e7, [0.99, 5, 200]), (1e9, [0.01, 1, 2, 40, 1e4]),
]))
write("student_t quantile", t_quantile, spread([
    (0.5, [1e-10, 0.025, 0.4999, 0.6]), (1, [1e-300, 0.2, 0.975]), (1.5, [1e-300, 0.9]), (2.7, [0.001, 0.995]),
    (3, [0.975]), (10, [1e-100, 0.025, 0.500001, 0.76]), (30, [0.975, 0.0005]), (100, [0.975]), (1000, [1e-300, 0.975]),
    (4135.795017764658, [0.975]), (1e6, [0.3, 0.995]), (1e9, [1e-300, 1e-10, 0.025, 0.2, 0.74, 0.975]),
]))
write("chi_squared", lambda x, df: gamma_tails(df / 2, x / 2), spread([
    (0.5, [1e-300, 0.1, 3, 1e4]), (1, [1e-10, 0.023, 0.45, 1, 20, 159.4145284324266, 1e6]), (2, [0.9, 617.2440921596583]),
    (3, [2.4, 648.1423274814001]), (6, [0.5, 1381.0761619104778]), (9, [8.9, 9, 9.1, 300]), (79, [30, 80, 700]),
    (81, [30, 82, 700]), (1000, [800, 1000, 1100, 1e4]), (1e5, [9.9e4, 1e5, 1.02e5]), (1e9, [9.999e8, 1e9, 1.0001e9]),
]))
write("chi_squared quantile", chi_squared_quantile, spread([
    (0.5, [0.001, 0.5, 0.95]), (1, [1e-10, 0.5, 0.95]), (3, [0.05, 0.95]), (10, [1e-300, 0.5, 0.999]),
    (1000, [0.025, 0.975]), (1e9, [1e-10, 0.5, 0.975]),
]))
write("fisher_f", f_tails, spread([
    ((0.5, 0.5), [1e-8, 0.9, 1e8]), ((1, 7041), [273.4637042575, 361.8444859598828]), ((2, 2), [19]),
    ((2, 7040), [0.9, 2960.015118184588, 16111.646283834023]), ((3, 20), [1e-8, 0.1, 1.0001, 3, 50]),
    ((10, 5), [0.9, 1, 1e4]), ((79, 81), [0.5, 1.2, 3]), ((100, 3), [1.0001, 3]), ((100, 1e9), [0.9, 1.0001, 3]),
    ((1e9, 3), [0.1, 1.2, 50]), ((1e4, 1e4), [0.97, 1.01, 1.2]), ((1e9, 1e9), [0.9999, 1, 1.0001, 1.01]),
    ((5.5, 1e6), [1e-8, 3]),
]))
write("gamma ln_gamma", loggamma, [(x,) for x in (1e-100, 1e-3, 0.25, 0.5, 1.3, 1.5, 2.5, 7.2, 9.99, 10, 171.5, 1e8, 1e300)])
write("beta ln_beta", lambda a, b: loggamma(a) + loggamma(b) - loggamma(a + b), [
    (0.5, 0.5), (0.5, 1e15), (1e-3, 1e9), (3.5, 1e9), (1e9, 1e9), (1e4, 3e7), (2, 3),
])
write("kolmogorov ln_sf", kolmogorov_ln_sf, [(x,) for x in (0.2, 0.5, 0.9, 0.999, 1, 1.001, 1.36, 2, 5, 9.2, 30)])
