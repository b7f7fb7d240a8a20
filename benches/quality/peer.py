"""PyOD's models with their defaults on a table of numbers, the label last: AUC and average precision as JSON."""

import json
import sys
import warnings

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def models():
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest
    from pyod.models.pca import PCA

    return {"IForest": IForest(random_state=0), "ECOD": ECOD(), "HBOS": HBOS(), "COPOD": COPOD(), "PCA": PCA()}


table = np.loadtxt(sys.argv[1], delimiter=",")
rows, labels = table[:, :-1], table[:, -1]
rows = rows[:, rows.std(axis=0) > 0]
rows = StandardScaler().fit_transform(rows)
told = {}
for name, model in models().items():
    model.fit(rows)
    told[name] = [roc_auc_score(labels, model.decision_scores_), average_precision_score(labels, model.decision_scores_)]
print(json.dumps(told))
