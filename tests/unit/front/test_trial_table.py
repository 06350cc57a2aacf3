"""The table of trials: the best agreement with a reference."""

import numpy as np
import pandas as pd

from ferrotune.front.trial_table import best_agreement


def test_where_no_trial_has_a_label_there_is_no_best_agreement():
    assert np.isnan(best_agreement(pd.DataFrame({"status": ["failed: ..."], "decided_share": [0.0]})))
    assert best_agreement(pd.DataFrame({"ari": [0.4, np.nan], "decided_share": [1.0, 0.0]})) == 0.4
