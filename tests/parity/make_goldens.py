"""Writes goldens.json: what scikit-learn answers on inputs that tests/parity.rs makes again from the same rule.

Run: pip install -r requirements.txt && python make_goldens.py. Numbers are stored as the hex of their 64 bits, so
nothing is lost on the way; labels as one hex digit per four rows (1 = anomalous) or as lists of integers.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import scipy
import sklearn
from sklearn.cluster import DBSCAN
from sklearn.ensemble import IsolationForest
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

SERVICES = [80, 443, 53, 22, 8080, 123, 3389, 25]


def draws(seed):
    """Knuth's MMIX generator, the upper 31 of 64 bits."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


def ports(draw, column):
    """Like traffic: spread ports, service ports, few values, a constant; then again."""
    u = next(draw)
    if column % 4 == 0:
        return u % 65536
    if column % 4 == 1:
        return SERVICES[u % 8] if (u >> 8) % 32 else u % 65536
    return u % 10 if column % 4 == 2 else 7


def matrix(kind, rows, columns, seed):
    draw, out = draws(seed), []
    for _ in range(rows):
        centre = next(draw) % 5 if kind == "blobs" else 0
        for column in range(columns):
            if kind == "ports":
                out.append(ports(draw, column))
            elif kind == "lattice":
                out.append(next(draw) % 12)
            elif centre == 4:
                out.append(next(draw) % 16384 / 1024)
            else:
                noise = sum(next(draw) % 1024 for _ in range(4)) / 1024
                out.append(centre * (column + 2) * 3 % 11 + noise)
    return np.array(out, dtype=np.float64).reshape(rows, columns)


def bits(values):
    return [struct.pack(">d", float(v)).hex() for v in np.ravel(values)]


def bitmap(flags):
    return np.packbits(np.asarray(flags)).tobytes().hex()


def sampled(values):
    """At most 64 of them, evenly spaced."""
    return bits(values[:: max(1, len(values) // 64)])


def scaler(case):
    model = StandardScaler().fit(matrix(**case))
    scaled = model.transform(matrix(**case))
    return {"mean": bits(model.mean_), "scale": bits(model.scale_), "values": sampled(scaled.ravel())}


def forest(case, standardise=False, **params):
    x = matrix(**case)
    x = StandardScaler().fit_transform(x) if standardise else x
    model = IsolationForest(**params).fit(x)
    labels = model.predict(x) == -1
    return {"scores": sampled(model.score_samples(x)), "offset": bits([model.offset_]), "labels": bitmap(labels)}


def svm(case, standardise=False, **params):
    x = matrix(**case)
    x = StandardScaler().fit_transform(x) if standardise else x
    model = OneClassSVM(**params).fit(x)
    return {
        "decision": sampled(model.decision_function(x)),
        "labels": bitmap(model.predict(x) == -1),
        "support": int(len(model.support_)),
    }


def dbscan(case, standardise=False, **params):
    x = matrix(**case)
    x = StandardScaler().fit_transform(x) if standardise else x
    labels = DBSCAN(**params).fit_predict(x)
    found = {"labels": labels.tolist(), "silhouette": None}
    if len(x) <= 2000 and 2 <= len(set(labels)) < len(x):
        # Plain differences: the default metric loses digits of small distances to cancellation.
        exact = np.sqrt(sum((x[:, None, c] - x[None, :, c]) ** 2 for c in range(x.shape[1])))
        found["silhouette"] = bits([silhouette_score(exact, labels, metric="precomputed")])
    return found


def case(kind, rows, columns, seed):
    return {"kind": kind, "rows": rows, "columns": columns, "seed": seed}


def jobs():
    for columns in (1, 2, 5, 12):
        yield scaler, case("ports", 2000, columns, columns), {}
    for rows in (300, 2000, 10_000, 100_000):
        for columns in (2, 5, 12):
            for seed in (0, 1, 42):
                for contamination in (0.01, 0.05, 0.1, "auto"):
                    params = {"contamination": contamination, "random_state": seed, "n_estimators": 100}
                    yield forest, case("ports", rows, columns, rows + columns), params
    more = {"n_estimators": 30, "contamination": 0.05, "random_state": 42}
    for rows, samples in ((1, 256), (2, 256), (7, 256), (256, 256), (257, 256), (2000, 1000), (2000, 3)):
        yield forest, case("blobs", rows, 2, rows), more | {"max_samples": min(samples, rows)}
    yield forest, case("lattice", 2000, 1, 3), more
    for rows in (300, 10_000, 50_000):
        yield forest, case("ports", rows, 2, 9), more | {"standardise": True}
    for kind, rows, columns in (("blobs", 300, 2), ("blobs", 2000, 2), ("blobs", 2000, 5), ("lattice", 2000, 1),
                                ("ports", 300, 2), ("ports", 2000, 2), ("ports", 2000, 5), ("ports", 10_000, 2)):
        for nu, gamma in ((0.05, "scale"), (0.1, 0.5), (0.5, "scale")):
            if rows < 10_000 or nu < 0.5:
                yield svm, case(kind, rows, columns, 5), {"nu": nu, "gamma": gamma, "standardise": True}
    for kind, rows, columns, eps, least in (
        ("blobs", 300, 1, 0.3, 10), ("blobs", 300, 2, 0.3, 5), ("blobs", 2000, 2, 0.2, 10), ("blobs", 2000, 3, 0.5, 10),
        ("blobs", 2000, 5, 1.0, 10), ("lattice", 300, 2, 1.0, 8), ("lattice", 300, 2, 2.0, 22), ("lattice", 60, 2, 5.0, 30),
        ("lattice", 300, 3, 1.0, 4), ("lattice", 400, 3, 3.0, 30), ("blobs", 10_000, 2, 0.1, 10), ("blobs", 100, 2, 0.01, 3),
    ):
        yield dbscan, case(kind, rows, columns, 11), {"eps": eps, "min_samples": least}
    for rows in (300, 2000, 10_000):
        yield dbscan, case("ports", rows, 2, 13), {"eps": 0.3, "min_samples": 10, "standardise": True}
        yield dbscan, case("ports", rows, 2, 13), {"eps": 0.05, "min_samples": 10, "standardise": True}
    yield svm, case("ports", 20_000, 2, 77), {"nu": 0.05, "gamma": "scale", "standardise": True}


def main():
    versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    print(versions, sys.version.split()[0])
    goldens = [
        {"model": model.__name__, "case": case, "params": params, "expected": model(case, **params)}
        for model, case, params in jobs()
    ]
    head, lines = json.dumps(versions), ",\n".join(json.dumps(golden) for golden in goldens)
    path = pathlib.Path(__file__).with_name("goldens.json")
    path.write_text(f'{{"versions": {head},\n"goldens": [\n{lines}\n]}}\n')
    print(len(goldens), "goldens,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
