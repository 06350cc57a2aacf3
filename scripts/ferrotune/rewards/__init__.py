"""Rewards: known properties of domains and their walls, each as one number for a segmentation.

To add a reward, add a file here, or a decorated function to one of these files, and nothing else: configuration,
tables and figures find it in the registry by its name.
"""

import pkgutil
from importlib import import_module

from ferrotune.rewards.registry import REWARDS, Reward, cheap, reward, score, without_grounds
from ferrotune.segmentation.segmentation import Segmentation

__all__ = ["REWARDS", "Reward", "Segmentation", "cheap", "reward", "score", "without_grounds"]

for module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
