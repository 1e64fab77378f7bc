"""Policies that change a stream's recipe by what training measures."""

from .class_balance import ClassBalance
from .class_shares import MeanCount, PoolWeight
from .curriculum import LinearCurriculum, Ramp, ThresholdCurriculum
from .region_bandit import RegionBandit
from .score_function import CandidateSearch, DistributionSearch
from .searched_normal import SearchedNormal
from .updates import Updates

__all__ = [
    "CandidateSearch",
    "ClassBalance",
    "DistributionSearch",
    "LinearCurriculum",
    "MeanCount",
    "PoolWeight",
    "Ramp",
    "RegionBandit",
    "SearchedNormal",
    "ThresholdCurriculum",
    "Updates",
]
