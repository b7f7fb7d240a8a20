"""Times scikit-learn's forest and one-class SVM on the standardised ports of a CSV file; prints one JSON object."""

import json
import resource
import sys
import time

import numpy
from sklearn.ensemble import IsolationForest
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

path, with_svm = sys.argv[1], sys.argv[2] == "svm"
ports = numpy.loadtxt(path, delimiter=",", skiprows=1, usecols=(1, 2))
ports = StandardScaler().fit_transform(ports)
stages = []


def timed(name, model, score):
    start = time.perf_counter()
    model.fit_predict(ports)
    score(model)
    stages.append([name, time.perf_counter() - start])


forest = IsolationForest(n_estimators=100, max_samples="auto", contamination=0.05, random_state=42)
timed("Isolation forest", forest, lambda model: model.score_samples(ports))
if with_svm:
    timed("One-class SVM", OneClassSVM(nu=0.05, gamma="scale"), lambda model: model.decision_function(ports))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"stages": stages, "peak": peak}))
