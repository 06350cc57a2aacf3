"""Rewards: what domains and their walls are known to be, as one number a segmentation.

One more reward is one more file here, or one more decorated function in one of them, and nothing else:
configuration, tables and figures take it from the registry by its name.
"""

import pkgutil
from importlib import import_module

from ferrotune.rewards.registry import REWARDS, Reward, cheap, reward, score, without_grounds
from ferrotune.segmentation.segmentation import Segmentation

__all__ = ["REWARDS", "Reward", "Segmentation", "cheap", "reward", "score", "without_grounds"]

for module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
