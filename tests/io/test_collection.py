"""Collections of nets as DeePMD-kit's dictionaries: there and back, and what is refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from refdp.errors import SerializationError
from refdp.io.collection import collection_from_dict, collection_to_dict
from tests.helpers import descriptor, differences

D = descriptor(resnet_dt=True, trainable=False, activation_function="gelu")


class TestCollection:
    DATA = collection_to_dict(D.embeddings, D.options)

    def test_there_and_back(self):
        back = collection_from_dict(copy.deepcopy(self.DATA), 2, 2)
        assert differences(collection_to_dict(back, D.options), self.DATA) == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"networks": []}, r"`embeddings.networks`: expected 2 \*\* 2 = 4 nets, got 0"),
            ({"networks": [None] * 4}, r"`embeddings.networks\[0\]`: expected a dictionary, got None"),
            ({"ndim": 1}, "`embeddings.ndim`: expected 2, as the options say, got 1"),
            ({"ntypes": 3}, "`embeddings.ntypes`: expected 2"),
            (
                {"network_type": "fitting_network"},
                "`embeddings.network_type`: expected 'embedding_network', got",
            ),
            ({"network_type": np.arange(2)}, "`embeddings.network_type`: expected"),
            ({"@version": 2}, "`embeddings.@version`: expected 1 to 1, got 2"),
            ({"ndim": np.arange(2)}, "`embeddings.ndim`"),
        ],
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            collection_from_dict(self.DATA | change, 2, 2)

    def test_tags_may_be_missing(self):
        bare = {"networks": self.DATA["networks"]}
        assert len(collection_from_dict(bare, 2, 2).networks) == 4
