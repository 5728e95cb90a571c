"""The parts of a fitting net that do not fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.nn.collection import NetworkCollection
from tests.fittings import fitting

MADE = fitting("polar", numb_fparam=2, numb_aparam=3, dim_case_embd=2)
NETS = MADE.nets.networks
NARROW = fitting("polar").nets.networks


class TestCheckFitting:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"bias_atom_e": np.ones((2, 4))}, "`nets.ntypes`: expected 2"),
            ({"bias_atom_e": np.ones((3, 1))}, r"`bias_atom_e`: expected shape \(3, 4\), got \(3, 1\)"),
            ({"case_embd": None}, r"`case_embd`: expected shape \(2,\), got None"),
            ({"case_embd": np.ones(3)}, r"`case_embd`: expected shape \(2,\)"),
            ({"fparam_avg": None}, r"`fparam_avg`: expected shape \(2,\)"),
            ({"fparam_inv_std": np.ones((1, 2))}, r"`fparam_inv_std`: expected shape \(2,\)"),
            ({"aparam_avg": np.ones(2)}, r"`aparam_avg`: expected shape \(3,\)"),
            ({"aparam_inv_std": None}, r"`aparam_inv_std`: expected shape \(3,\)"),
            ({"scale": np.ones(2)}, "`scale`: expected one number for each of the 3 types"),
            ({"constant_matrix": np.ones((3, 1))}, "`constant_matrix`: expected one number for each"),
            ({"exclude_types": (3,)}, "`exclude_types`: expected types from 0 to 2"),
            ({"exclude_types": (-1,)}, "`exclude_types`: expected types from 0 to 2"),
            (
                {"nets": NetworkCollection(1, 3, (*NETS[:2], NARROW[2]))},
                r"`nets.networks\[2\]`: expected input",
            ),
            ({"nets": NetworkCollection(2, 1, NETS[:1])}, "`nets.ndim`: expected 0 or 1"),
            ({"embedding_width": 5}, r"`nets.networks\[0\]`: expected input width, hidden widths"),
        ],
    )
    def test_mistakes(self, changes, message):
        with pytest.raises(InputError, match=message):
            replace(MADE, **changes)

    def test_what_nobody_asked_for(self):
        made = fitting()
        for name in ("case_embd", "fparam_avg", "aparam_inv_std"):
            with pytest.raises(InputError, match=f"`{name}`: expected nothing, as the options say"):
                replace(made, **{name: np.ones(1)})

    def test_parameters_wider_than_the_input(self):
        with pytest.raises(InputError, match=r"`nets.networks\[0\]`: expected more inputs"):
            replace(fitting(), options=fitting(numb_fparam=5).options)

    def test_names(self):
        with pytest.raises(InputError, match="`type_map`: expected one name for each of the 3 types"):
            fitting(type_map=["O", "H"])

    def test_a_mask_may_lack_statistics(self):
        made = fitting(numb_aparam=1, use_aparam_as_mask=True)
        assert replace(made, aparam_avg=None, aparam_inv_std=None).numb_aparam == 0
