"""Linear regression sets of NIST's Statistical Reference Datasets, with what is certified, what the
doubles of the data have exactly, and the digits that others find. Writes nist_regression.json.

Data and certified values: NIST StRD, linear least squares (public domain). Powers are products of
doubles, x^k = x^(k-1) x, as every program computes them that is not told of polynomials; those of
Filip are rounded. `exact` is the least-squares solution of these doubles in rationals (Python
`fractions`), the roots in 60 digits (mpmath). `digits_of_others` is the smallest count of
correct digits over the certified coefficients, -log10 of the relative error and 15 at the most, of
statsmodels' OLS (pseudoinverse and QR) and of Householder QR, which R's lm uses, in NumPy.

Versions: Python 3.11, mpmath 1.4.1, numpy 2.4.6, statsmodels 0.15.0.
"""
import json
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import statsmodels.api as sm

mpmath.mp.dps = 60

NORRIS_X = """0.2 337.4 118.2 884.6 10.1 226.5 666.3 996.3 448.6 777.0 558.2 0.4 0.6 775.5 666.9 338.0
447.5 11.6 556.0 228.1 995.8 887.6 120.2 0.3 0.3 556.8 339.1 887.2 999.0 779.0 11.1 118.3 229.2 669.1
448.9 0.5"""
NORRIS_Y = """0.1 338.8 118.1 888.0 9.2 228.1 668.5 998.5 449.1 778.9 559.2 0.3 0.1 778.1 668.8 339.3
448.9 10.8 557.7 228.3 998.0 888.8 119.6 0.3 0.6 557.6 339.3 888.0 998.5 778.9 10.2 117.6 228.9 668.4
449.2 0.2"""
PONTIUS_Y = """.11019 .21956 .32949 .43899 .54803 .65694 .76562 .87487 .98292 1.09146 1.20001 1.30822
1.41599 1.52399 1.63194 1.73947 1.84646 1.95392 2.06128 2.16844 .11052 .22018 .32939 .43886 .54798
.65739 .76596 .87474 .98300 1.09150 1.20004 1.30818 1.41613 1.52408 1.63159 1.73965 1.84696 1.95445
2.06177 2.16829"""
FILIP = """0.8116 -6.860120914 0.9072 -4.324130045 0.9052 -4.358625055 0.9039 -4.358426747 0.8053
-6.955852379 0.8377 -6.661145254 0.8667 -6.355462942 0.8809 -6.118102026 0.7975 -7.115148017 0.8162
-6.815308569 0.8515 -6.519993057 0.8766 -6.204119983 0.8885 -5.853871964 0.8859 -6.109523091 0.8959
-5.79832982 0.8913 -5.482672118 0.8959 -5.171791386 0.8971 -4.851705903 0.9021 -4.517126416 0.909
-4.143573228 0.9139 -3.709075441 0.9199 -3.499489089 0.8692 -6.300769497 0.8872 -5.953504836 0.89
-5.642065153 0.891 -5.031376979 0.8977 -4.680685696 0.9035 -4.329846955 0.9078 -3.928486195 0.7675
-8.56735134 0.7705 -8.363211311 0.7713 -8.107682739 0.7736 -7.823908741 0.7775 -7.522878745 0.7841
-7.218819279 0.7971 -6.920818754 0.8329 -6.628932138 0.8641 -6.323946875 0.8804 -5.991399828 0.7668
-8.781464495 0.7633 -8.663140179 0.7678 -8.473531488 0.7697 -8.247337057 0.77 -7.971428747 0.7749
-7.676129393 0.7796 -7.352812702 0.7897 -7.072065318 0.8131 -6.774174009 0.8498 -6.478861916 0.8741
-6.159517513 0.8061 -6.835647144 0.846 -6.53165267 0.8751 -6.224098421 0.8856 -5.910094889 0.8919
-5.598599459 0.8934 -5.290645224 0.894 -4.974284616 0.8957 -4.64454848 0.9047 -4.290560426 0.9129
-3.885055584 0.9209 -3.408378962 0.9219 -3.13200249 0.7739 -8.726767166 0.7681 -8.66695597 0.7665
-8.511026475 0.7703 -8.165388579 0.7702 -7.886056648 0.7761 -7.588043762 0.7809 -7.283412422 0.7961
-6.995678626 0.8253 -6.691862621 0.8602 -6.392544977 0.8809 -6.067374056 0.8301 -6.684029655 0.8664
-6.378719832 0.8834 -6.065855188 0.8898 -5.752272167 0.8964 -5.132414673 0.8963 -4.811352704 0.9074
-4.098269308 0.9119 -3.66174277 0.9228 -3.2644011"""
LONGLEY = """60323 83 234289 2356 1590 107608 1947 61122 88.5 259426 2325 1456 108632 1948 60171 88.2
258054 3682 1616 109773 1949 61187 89.5 284599 3351 1650 110929 1950 63221 96.2 328975 2099 3099
112075 1951 63639 98.1 346999 1932 3594 113270 1952 64989 99 365385 1870 3547 115094 1953 63761 100
363112 3578 3350 116219 1954 66019 101.2 397469 2904 3048 117388 1955 67857 104.6 419180 2822 2857
118734 1956 68169 108.4 442769 2936 2798 120445 1957 66513 110.8 444546 4681 2637 121950 1958 68655
112.6 482704 3813 2552 123366 1959 69564 114.2 502601 3931 2514 125368 1960 69331 115.7 518173 4806
2572 127852 1961 70551 116.9 554894 4007 2827 130081 1962"""
WAMPLER = [
    """1 6 63 364 1365 3906 9331 19608 37449 66430 111111 177156 271453 402234 579195 813616 1118481
    1508598 2000719 2613660 3368421""",
    """1.00000 1.11111 1.24992 1.42753 1.65984 1.96875 2.38336 2.94117 3.68928 4.68559 6.00000 7.71561
    9.92992 12.75603 16.32384 20.78125 26.29536 33.05367 41.26528 51.16209 63.00000""",
    """760 -2042 2111 -1684 3888 1858 11379 17560 39287 64382 113159 175108 273291 400186 581243 811568
    1121004 1506550 2002767 2611612 3369180""",
    """75901 -204794 204863 -204436 253665 -200894 214131 -185192 221249 -138370 315911 -27644 455253
    197434 783995 608816 1370781 1303798 2205519 2408860 3444321""",
    """7590001 -20479994 20480063 -20479636 25231365 -20476094 20489331 -20460392 18417449 -20413570
    20591111 -20302844 18651453 -20077766 21059195 -19666384 26348481 -18971402 22480719 -17866340
    10958421""",
]
# Coefficients and standard errors from the intercept on.
CERTIFIED = {
    "Norris": ([-0.262323073774029, 1.00211681802045], [0.232818234301152, 0.429796848199937e-3]),
    "Pontius": (
        [0.673565789473684e-3, 0.732059160401003e-6, -0.316081871345029e-14],
        [0.107938612033077e-3, 0.157817399981659e-9, 0.486652849992036e-16],
    ),
    "NoInt1": ([2.07438016528926], [0.165289256198347e-1]),
    "NoInt2": ([0.727272727272727], [0.420827318078432e-1]),
    "Filip": (
        [-1467.48961422980, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349,
         -75.1242017393757, -10.8753180355343, -1.06221498588947, -0.670191154593408e-1,
         -0.246781078275479e-2, -0.402962525080404e-4],
        [298.084530995537, 559.779865474950, 466.477572127796, 227.204274477751, 71.6478660875927,
         15.2897178747400, 2.23691159816033, 0.221624321934227, 0.142363763154724e-1,
         0.535617408889821e-3, 0.896632837373868e-5],
    ),
    "Longley": (
        [-3482258.63459582, 15.0618722713733, -0.358191792925910e-1, -2.02022980381683,
         -1.03322686717359, -0.511041056535807e-1, 1829.15146461355],
        [890420.383607373, 84.9149257747669, 0.334910077722432e-1, 0.488399681651699,
         0.214274163161675, 0.226073200069370, 455.478499142212],
    ),
    "Wampler1": ([1.0] * 6, [0.0] * 6),
    "Wampler2": ([1.0, 0.1, 0.01, 0.001, 0.0001, 0.00001], [0.0] * 6),
}
WAMPLER_ERRORS = [2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752,
                  0.112324854679312]
WAMPLER_ERRORS_4 = [215232.624678170, 236355.173469681, 77934.3524331583, 10147.5507550350, 564.566512170752,
                    11.2324854679312]
WAMPLER_ERRORS_5 = [21523262.4678170, 23635517.3469681, 7793435.24331583, 1014755.07550350, 56456.6512170752,
                    1123.24854679312]
for name, errors in [("Wampler3", WAMPLER_ERRORS), ("Wampler4", WAMPLER_ERRORS_4), ("Wampler5", WAMPLER_ERRORS_5)]:
    CERTIFIED[name] = ([1.0] * 6, errors)


def numbers(text):
    return [float(word) for word in text.split()]


def powers(x, degree):
    columns = [x]
    while len(columns) < degree:
        columns.append([power * value for power, value in zip(columns[-1], x)])
    return columns


def sets():
    steps = [150000.0 * step for step in range(1, 21)] * 2
    filip, longley = numbers(FILIP), numbers(LONGLEY)
    yield "Norris", True, [numbers(NORRIS_X)], numbers(NORRIS_Y)
    yield "Pontius", True, powers(steps, 2), numbers(PONTIUS_Y)
    yield "NoInt1", False, [[float(x) for x in range(60, 71)]], [float(y) for y in range(130, 141)]
    yield "NoInt2", False, [[4.0, 5.0, 6.0]], [3.0, 4.0, 4.0]
    yield "Filip", True, powers(filip[1::2], 10), filip[0::2]
    yield "Longley", True, [longley[at::7] for at in range(1, 7)], longley[0::7]
    for at, text in enumerate(WAMPLER):
        yield f"Wampler{at + 1}", True, powers([float(x) for x in range(21)], 5), numbers(text)


def solved(matrix, right):
    """Gauss-Jordan elimination in rationals."""
    n = len(matrix)
    rows = [row[:] + [value] + [Fraction(int(at == other)) for other in range(n)]
            for at, (row, value) in enumerate(zip(matrix, right))]
    for at in range(n):
        pivot = next(row for row in range(at, n) if rows[row][at] != 0)
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(n):
            if other != at and rows[other][at] != 0:
                factor = rows[other][at]
                rows[other] = [value - factor * own for value, own in zip(rows[other], rows[at])]
    return [row[n] for row in rows], [rows[at][n + 1 + at] for at in range(n)]


def rounded(fraction):
    return fraction.numerator / fraction.denominator


def root(fraction):
    return float(mpmath.sqrt(mpmath.mpf(fraction.numerator) / fraction.denominator))


def exact(design, y):
    columns = [[Fraction(value) for value in column] for column in design]
    y = [Fraction(value) for value in y]
    matrix = [[sum(a * b for a, b in zip(one, other)) for other in columns] for one in columns]
    right = [sum(a * b for a, b in zip(column, y)) for column in columns]
    slopes, inverse = solved(matrix, right)
    left = [value - sum(slope * column[row] for slope, column in zip(slopes, columns))
            for row, value in enumerate(y)]
    square = sum(value * value for value in left)
    dispersion = square / (len(y) - len(design))
    return {
        "coefficients": [rounded(slope) for slope in slopes],
        "std_errors": [root(dispersion * cell) for cell in inverse],
        "residual_square": rounded(square),
    }


def digits(found, certified):
    """The smallest count of correct digits; of a certified 0, of the value itself."""
    def of_one(found, certified):
        error = abs(found - certified) / abs(certified) if certified else abs(found)
        return 15.0 if error == 0 else min(max(-np.log10(error), 0.0), 15.0)
    return min(of_one(one, other) for one, other in zip(found, certified))


def others(design, y, certified):
    matrix, y = np.array(design).T, np.array(y)
    q, r = np.linalg.qr(matrix)
    by_qr = np.linalg.solve(r, q.T @ y)
    inverse = np.linalg.inv(r)
    square = np.sum((y - matrix @ by_qr) ** 2)
    errors = np.sqrt(np.sum(inverse**2, axis=1) * square / (len(y) - len(design)))
    fits = {"statsmodels_pinv": sm.OLS(y, matrix).fit(), "statsmodels_qr": sm.OLS(y, matrix).fit(method="qr")}
    found = {name: (fit.params, fit.bse) for name, fit in fits.items()} | {"householder_qr": (by_qr, errors)}
    return {name: [round(float(digits(own, sure)), 2) for own, sure in zip(pair, certified)]
            for name, pair in found.items()}


def main():
    answer = {}
    for name, has_intercept, columns, y in sets():
        design = [[1.0] * len(y)] * has_intercept + columns
        certified = CERTIFIED[name]
        truth = exact(design, y)
        answer[name] = {
            "has_intercept": has_intercept,
            # Powers are made by the reader, as here.
            "x": columns if name == "Longley" else columns[:1],
            "degree": 1 if name == "Longley" else len(columns),
            "y": y,
            "certified": {"coefficients": certified[0], "std_errors": certified[1]},
            "exact": truth,
            "digits_of_doubles": [round(float(digits(truth[key], sure)), 2)
                                  for key, sure in zip(["coefficients", "std_errors"], certified)],
            "digits_of_others": others(design, y, certified),
        }
    text = ",\n".join(
        f' "{name}": {{\n' + ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in block.items()) + "\n }"
        for name, block in answer.items())
    Path(__file__).with_suffix(".json").write_text("{\n" + text + "\n}\n")


main()
