"""The levels of each family's options: one file for families that are alike."""

from __future__ import annotations

from parity.cases.levels import attention, hybrid, masked, three_body, two_body
from parity.cases.levels.levels import Levels

__all__ = ["LEVELS", "OURS", "Levels"]

LEVELS = {
    "se_e2_a": two_body.ANGULAR,
    "se_e2_r": two_body.RADIAL,
    "se_atten": attention.SE_ATTEN,
    "se_atten_v2": attention.SE_ATTEN_V2,
    "se_e3": three_body.SE_E3,
    "se_e3_tebd": three_body.SE_E3_TEBD,
    "hybrid": hybrid.HYBRID,
    "se_a_mask": masked.SE_A_MASK,
}
# What nobody but refdp computes.
OURS = {"se_atten": attention.OURS}
