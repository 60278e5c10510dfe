"""Installs the top-level ``apps/`` as the sub-package ``kgan.apps``, ``saved_models/`` as data of ``kgan``.

All else is in pyproject.toml.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["kgan", "kgan.*"]), "kgan.apps", "kgan.saved_models"],
    package_data={"kgan": ["py.typed"], "kgan.saved_models": ["*/card.json", "*/*.keras", "*/1/**"]},
    package_dir={"kgan": "kgan", "kgan.apps": "apps", "kgan.saved_models": "saved_models"},
)
