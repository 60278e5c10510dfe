"""`python -m kgan` is the `kgan` command."""

import sys

from kgan.cli.dispatch import main

sys.exit(main())
