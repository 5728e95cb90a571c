"""DeePMD-kit's data sets: opened, streamed, found and written; a folder of npy files or a group in HDF5."""

from refdp.io.dataset.data import DataSet
from refdp.io.dataset.frames import Frames
from refdp.io.dataset.reading import find_systems, has_aparam, load_system, open_data
from refdp.io.dataset.writing import save_system, write_chunks, write_data

__all__ = [
    "DataSet",
    "Frames",
    "find_systems",
    "has_aparam",
    "load_system",
    "open_data",
    "save_system",
    "write_chunks",
    "write_data",
]
