"""Installs the top-level ``apps/`` folder as the sub-package ``kgan.apps``; all else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["kgan", "kgan.*"]), "kgan.apps"],
    package_data={"kgan": ["py.typed"]},
    package_dir={"kgan": "kgan", "kgan.apps": "apps"},
)
