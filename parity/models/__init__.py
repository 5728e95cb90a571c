"""Whole models: energies, forces and virials compared as descriptors are, and converted models checked."""
